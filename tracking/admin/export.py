"""The list of the trail as a file: what its filters show."""

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from children.models import User
from tracking.exports.formats import CSV, JSON_LINES, Format
from tracking.exports.reader import Reader
from tracking.exports.response import export

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ExportsTrail(ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        return [*map(self._url, (CSV, JSON_LINES)), *super().get_urls()]

    def _url(self, file_format: Format) -> URLPattern:
        view = self.admin_site.admin_view(require_safe(partial(self.export, file_format=file_format)))
        return path(f"events.{file_format.extension}", view, name=f"tracking_trackingevent_{file_format.extension}")

    def export(self, request: HttpRequest, file_format: Format) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            events = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return _back_to_the_list(request)
        if events.query.is_empty():  # a filter that makes no sense: no file, which would look like an answer
            return _back_to_the_list(request)
        reader = Reader(cast(User, request.user), partial(_user_of_session, request))
        return export(request, events, file_format, reader)


def _user_of_session(request: HttpRequest) -> User | None:
    """Whose session it is by now, None if it is nobody's."""
    again = HttpRequest()
    again.session = type(request.session)(request.session.session_key)
    user = get_user(again)
    return user if isinstance(user, User) else None


def _back_to_the_list(request: HttpRequest) -> HttpResponseRedirect:
    """Which says what is wrong, as it does by itself: what was said here would be told twice."""
    for _ in messages.get_messages(request):
        pass
    url = reverse("admin:tracking_trackingevent_changelist")
    return HttpResponseRedirect(f"{url}?{request.META['QUERY_STRING']}")
