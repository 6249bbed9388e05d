from children.models.account_deletion import AccountDeletion
from children.models.activation import Activation
from children.models.child import Child
from children.models.family import Family
from children.models.idempotency import IdempotencyKey
from children.models.item import MAX_POINTS, Item, Penalty, Task
from children.models.policy import AccountDeletionPolicy
from children.models.token import AuthToken
from children.models.user import User

__all__ = [
    "MAX_POINTS",
    "AccountDeletion",
    "AccountDeletionPolicy",
    "Activation",
    "AuthToken",
    "Child",
    "Family",
    "IdempotencyKey",
    "Item",
    "Penalty",
    "Task",
    "User",
]
