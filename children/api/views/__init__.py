from children.api.views.activations import ActivationViewSet
from children.api.views.auth import LoginView, LogoutAllView, LogoutView, TokenViewSet
from children.api.views.children import ChildViewSet
from children.api.views.deletions import DeletionPolicyView, DeletionQueueViewSet
from children.api.views.families import FamiliesView, FamilyView, ParentViewSet
from children.api.views.items import PenaltyViewSet, TaskViewSet
from children.api.views.me import LeaveView, MeView, PasswordView, RestoreView

__all__ = [
    "ActivationViewSet",
    "ChildViewSet",
    "DeletionPolicyView",
    "DeletionQueueViewSet",
    "FamiliesView",
    "FamilyView",
    "LeaveView",
    "LoginView",
    "LogoutAllView",
    "LogoutView",
    "MeView",
    "ParentViewSet",
    "PasswordView",
    "PenaltyViewSet",
    "RestoreView",
    "TaskViewSet",
    "TokenViewSet",
]
