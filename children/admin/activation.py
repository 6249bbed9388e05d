from typing import Any

from django.contrib import admin
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from children.admin.readonly import ReadOnlyAdmin
from children.models import Activation, Penalty, Task


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "child", "kind", "entity", "delta", "by", "cancelled_at")
    list_filter = ("kind",)
    list_select_related = ("child", "by")
    ordering = ("-occurred_at", "-id")
    sortable_by = ()
    fields = ("kind", "entity", "child", "delta", "sequence", "by", "occurred_at", "cancelled_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the name of the task or penalty, which may be archived, but is never gone."""
        names = [model.objects.filter(pk=OuterRef("entity_id")).values("name") for model in (Task, Penalty)]
        name = Case(When(kind=Task.kind, then=Subquery(names[0])), default=Subquery(names[1]))
        return super().get_queryset(request).annotate(entity_name=name)

    @admin.display(description=_("task or penalty"))
    def entity(self, activation: Any) -> str:
        return activation.entity_name or str(activation)
