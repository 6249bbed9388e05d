from django.urls import include, path
from rest_framework.routers import SimpleRouter

from children.api import views

router = SimpleRouter(use_regex_path=False)
router.register("auth/tokens", views.TokenViewSet, basename="token")
router.register("parents", views.ParentViewSet, basename="parent")
router.register("children", views.ChildViewSet, basename="child")
router.register("tasks", views.TaskViewSet, basename="task")
router.register("penalties", views.PenaltyViewSet, basename="penalty")
router.register("activations", views.ActivationViewSet, basename="activation")
router.register("admin/account-deletion/queue", views.DeletionQueueViewSet, basename="account-deletion")

urlpatterns = [
    path("auth/login/", views.LoginView.as_view(), name="login"),
    path("auth/logout/", views.LogoutView.as_view(), name="logout"),
    path("auth/logoutall/", views.LogoutAllView.as_view(), name="logout-all"),
    path("me/", views.MeView.as_view(), name="me"),
    path("me/password/", views.PasswordView.as_view(), name="password"),
    path("me/delete/", views.LeaveView.as_view(), name="leave"),
    path("me/restore/", views.RestoreView.as_view(), name="restore"),
    path("admin/account-deletion/policy/", views.DeletionPolicyView.as_view(), name="account-deletion-policy"),
    path("families/", views.FamiliesView.as_view(), name="families"),
    path("family/", views.FamilyView.as_view(), name="family"),
    path("", include(router.urls)),
]
