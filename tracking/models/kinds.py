from django.db import models
from django.utils.translation import gettext_lazy as _


class EntityType(models.TextChoices):
    TASK = "task", _("task")
    PENALTY = "penalty", _("penalty")
    REWARD = "reward", _("reward")


class Action(models.TextChoices):
    ACTIVATED = "activated", _("activated")
    REQUESTED = "requested", _("requested")
    REDEEMED = "redeemed", _("redeemed")
    CANCELLED = "cancelled", _("cancelled")


LEGAL_ACTIONS = {
    EntityType.TASK: (Action.ACTIVATED, Action.CANCELLED),
    EntityType.PENALTY: (Action.ACTIVATED, Action.CANCELLED),
    EntityType.REWARD: (Action.REQUESTED, Action.REDEEMED, Action.CANCELLED),
}
