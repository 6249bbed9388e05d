from functools import cached_property
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from children.admin.strict import StrictChangeList
from tracking.admin.filters import ActionFilter, AnonymizedFilter, EntityTypeFilter, TypedFilter
from tracking.admin.live import only_family, what_to_listen_to
from tracking.admin.names import look_up_names
from tracking.admin.panel import Panel, panel_of, takes_long

ADD_UP = "add_up"  # a parameter: whether to add up what takes long, too

Spec = TypeVar("Spec")


class TrailChangeList(StrictChangeList):
    live: dict[str, Any] | None = None  # for the script; None if it has nothing to listen to

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Newest first, whatever `?o=` says: the one order that an index serves."""
        return list(self.model_admin.get_ordering(request))

    def get_filters_params(self, params: Any = None) -> Any:
        narrowing = super().get_filters_params(params)
        narrowing.pop(ADD_UP, None)
        return narrowing

    def get_results(self, request: HttpRequest) -> None:
        if self.grows:  # before the list: what comes while that is read is told of twice, rather than never
            self.live = self._live()
        self.queryset = self.queryset.split_once()
        super().get_results(request)
        # To find none, all would be read again.
        self.result_list = list(self.result_list.skipping_in_index()) if self.result_count else []
        look_up_names(self.result_list)

    @cached_property
    def panel(self) -> Panel | None:
        """None if there is nothing to add up, or so much that it must be asked for."""
        if not self.result_count:
            return None
        child_id = self._filter(TypedFilter).only("child")
        drawn = self.queryset if child_id is None else self._drawn(child_id)
        count = self.result_count if drawn is self.queryset else drawn.count()
        if ADD_UP not in self.params and takes_long(drawn, count, is_scattered=self._is_scattered):
            return None
        return panel_of(self.queryset, child_id, drawn)

    @property
    def _is_scattered(self) -> bool:
        given = self._filter(TypedFilter).given
        return bool(given["child"] or given["family"] or self._filter(AnonymizedFilter).value())

    def _drawn(self, child_id: int) -> Any:
        """All events of the child in these days, whatever else is filtered."""
        typed = self._filter(TypedFilter)
        others = [self._filter(kind).value() for kind in (EntityTypeFilter, ActionFilter, AnonymizedFilter)]
        if any(others) or typed.given["family"]:
            return typed.in_days(self.root_queryset.filter(child_id=child_id))
        return self.queryset

    @property
    def add_up_link(self) -> str:
        return self.get_query_string({ADD_UP: "1"})

    @cached_property
    def grows(self) -> bool:
        """Whether something that comes can belong to the list."""
        makes_no_sense = self.queryset.query.is_empty()
        return not makes_no_sense and self._filter(TypedFilter).is_open and not self._filter(AnonymizedFilter).value()

    def _live(self) -> dict[str, Any] | None:
        """None if what comes can be of several families: a stream is one family's."""
        typed = self._filter(TypedFilter)
        family_id = only_family(typed.given["family"], typed.only("child"))
        if family_id is None:
            return None
        kind, action = self._filter(EntityTypeFilter).value(), self._filter(ActionFilter).value()
        wanted = {"child_id": typed.given["child"], "entity_type": kind and [kind], "action": action and [action]}
        return what_to_listen_to(
            family_id, wanted, (typed.start, typed.end), link=self.get_query_string(remove=["p"]) or "."
        )

    def _filter(self, kind: type[Spec]) -> Spec:
        return next(spec for spec in self.filter_specs if isinstance(spec, kind))
