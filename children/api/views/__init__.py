from children.api.views.activations import ActivationViewSet
from children.api.views.auth import LoginView, LogoutAllView, LogoutView, TokenViewSet
from children.api.views.children import ChildViewSet
from children.api.views.families import FamiliesView, FamilyView, ParentViewSet
from children.api.views.items import PenaltyViewSet, TaskViewSet
from children.api.views.me import MeView, PasswordView

__all__ = [
    "ActivationViewSet",
    "ChildViewSet",
    "FamiliesView",
    "FamilyView",
    "LoginView",
    "LogoutAllView",
    "LogoutView",
    "MeView",
    "ParentViewSet",
    "PasswordView",
    "PenaltyViewSet",
    "TaskViewSet",
    "TokenViewSet",
]
