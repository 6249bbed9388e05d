from typing import Any

from django.contrib import admin
from django.utils.translation import gettext

from children.admin.items import ItemAdmin
from children.admin.readonly import ReadOnlyAdmin
from children.models import User
from rewards.models import Reward, RewardRequest
from rewards.services.rewards import archive_reward


@admin.register(Reward)
class RewardAdmin(ItemAdmin):
    amount = "cost"

    def remove(self, obj: Any, *, by: User) -> None:
        archive_reward(reward=obj, by=by)

    def consequences(self, obj: Any, others: set[Any]) -> list[str]:
        return [*super().consequences(obj, others), gettext("Requests that wait for it are cancelled.")]


@admin.register(RewardRequest)
class RewardRequestAdmin(ReadOnlyAdmin):
    list_display = ("requested_at", "child", "reward", "cost", "status", "by", "settled_at")
    list_filter = ("status",)
    list_select_related = ("child", "reward", "by")
    ordering = ("-requested_at", "-id")
    sortable_by = ()
