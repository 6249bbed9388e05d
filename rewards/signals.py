"""What happens with rewards; the arguments are those of `children.signals`. details: entity_name, cost, request_id, ..."""

from django.dispatch import Signal

reward_requested = Signal()
reward_redeemed = Signal()
reward_cancelled = Signal()
