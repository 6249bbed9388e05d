from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreView
from children.api.permissions import SeesTrail
from children.models import Child
from tracking.api.filters import SummaryFilter
from tracking.api.serializers import SummarySerializer
from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.models.plain_form import iso
from tracking.summary.balances import balance_at, balances
from tracking.summary.interval import Interval
from tracking.summary.summary import Summary, summarize


class SummaryView(ChoreView, GenericAPIView[TrackingEvent]):
    """What the trail comes to: an admin's all of it, a parent's the family's, a child's its own.

    Points are magnitudes, less what was undone or refunded in that time: `good` from tasks, `not_good` by penalties, `spent` on rewards. With
    one child only, `balance` is what it had at the end of the time, or of the interval; null where that is not known, since its events were purged.
    """

    permission_classes = (SeesTrail,)
    filterset_class = SummaryFilter
    queryset = TrackingEvent.objects.none()

    def known_parameters(self) -> set[str]:
        known = set(SummaryFilter.base_filters)
        return known if self.user.is_admin else known - SummaryFilter.FOR_ADMINS

    @extend_schema(
        operation_id="tracking_summary", summary="Add up the trail", filters=True, responses=SummarySerializer
    )
    def get(self, request: Request) -> Response:
        asked = SummaryFilter(request.query_params, TrackingEvent.objects.visible_to(self.user), request=request)
        if not asked.is_valid():
            raise translate_validation(asked.errors)  # type: ignore[misc]  # its types say that it returns none
        given = asked.form.cleaned_data
        events = cast(TrackingEventQuerySet, asked.qs)
        summary = summarize(events, Interval(given["interval"] or Interval.DAY), self.user.timezone)
        child_id = self._only_child(given["child_id"], given["family_id"])
        ends = {} if child_id is None else balances(child_id, summary.periods)
        balance = next(reversed(ends.values()), None)
        if child_id is not None and not ends:
            balance = balance_at(child_id, asked.moment_of("occurred_before"))
        return Response(_plain(summary, balance, ends))

    def _only_child(self, asked: int | None, family_id: int | None) -> int | None:
        """Return whose balance is told: the child's that was asked for, or a child's own; None for several, and for a foreign one."""
        own = None if self.user.is_admin else self.user.own_child
        if own is not None:
            return own.pk if asked in (None, own.pk) else None
        family_id = family_id if self.user.is_admin else self.user.family_id
        if asked is None or family_id is None:
            return asked
        return asked if Child.objects.filter(pk=asked, family=family_id).exists() else None


def _plain(summary: Summary, balance: int | None, ends: Mapping[datetime, int]) -> dict[str, Any]:
    return {
        "totals": {
            kind: {action: {"count": total.count, "points": total.points} for action, total in actions.items()}
            for kind, actions in summary.totals.items()
        },
        "good": summary.good,
        "not_good": summary.not_good,
        "spent": summary.spent,
        "balance": balance,
        "series": [
            {
                "start": iso(period.start),
                "good": period.good,
                "not_good": period.not_good,
                "spent": period.spent,
                "balance": ends.get(period.start),
            }
            for period in summary.periods
        ],
    }
