"""What happens in a family. Signals report; they never decide.

Acts are sent with `send_robust`, inside the transaction of the act, after the change, and carry the same arguments:

    entity: Task | Penalty      what the act is about
    child: Child                as it is after the act
    by: User | None             who did it, its row held by this transaction (children.locks); None for the system itself
    change: PointsChange        before, after, delta, sequence, occurred_at
    details: dict               for the event's metadata: entity_name, points, activation_id, ...

Removals are sent with plain `send`, first in the same transaction and under its locks, so that the apps above settle what is theirs;
if one of them fails, the removal does.

    child_removed  child: Child, by: User | None
    user_removed   user: User

`house_kept` is sent with `send_robust` at the end of each round of housekeeping, so that the apps above keep their own; one that raises makes the round one that failed.
"""

from django.dispatch import Signal

task_activated = Signal()
task_cancelled = Signal()
penalty_activated = Signal()
penalty_cancelled = Signal()

child_removed = Signal()
user_removed = Signal()

house_kept = Signal()
