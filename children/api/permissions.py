"""Who may do what, judged by role before any object is looked at. Membership of a family decides; being an admin widens reading only."""

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from children.models.user import Role, User


class InFamily(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.family_id is not None


class IsParent(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.role == Role.PARENT


class IsAdmin(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_admin


class MayLeave(BasePermission):
    """Anybody but a child's login, which is its parents'."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.own_child is None


class ParentsWriteFamilyReads(InFamily):
    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return super().has_permission(request, view)
        return IsParent().has_permission(request, view)


class SeesTrail(BasePermission):
    """An admin, or a member of a family."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.user, User):
            return False
        return request.user.family_id is not None or request.user.is_admin


class MakesFamilies(IsAdmin):
    """An admin; anybody, if registration is open."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.REGISTRATION_OPEN or super().has_permission(request, view)
