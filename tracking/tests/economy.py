"""The rules of docs/rules.md once more, in plain Python and without a database: what `test_economy.py` holds the product against.

Written from the rules, it calls nothing of the product. Each act first refuses, then changes; what it makes gets its id from the
product later.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tracking.tests.economy_facts import Applied, Asked, Event, Home, Kid, Person, Thing

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Refusal(Exception):
    def __init__(self, code: str, **meta: int) -> None:
        super().__init__(code, meta)
        self.code, self.meta = code, meta


class Economy:
    def __init__(self) -> None:
        self.now = START
        self.homes: list[Home] = []
        self.people: list[Person] = []
        self.kids: list[Kid] = []
        self.things: list[Thing] = []
        self.activations: list[Applied] = []
        self.requests: list[Asked] = []
        self.events: list[Event] = []

    # Tasks and penalties

    def activate(self, *, entity: Thing, child: Kid, by: Person | None) -> Applied:
        self._admit(child, by)
        self._is_on_list(entity, child)
        wanted = entity.amount if entity.kind == "task" else -entity.amount
        event = self._happen(child, entity, "activated", by, self._possible(child, wanted), points=entity.amount)
        applied = Applied(entity, child, by, entity.amount, event)
        event.about["activation_id"] = applied
        self.activations.append(applied)
        return applied

    def cancel_activation(self, *, activation: Applied, by: Person | None) -> Applied:
        child, done = activation.kid, activation.event
        self._admit(child, by)
        if activation.cancelled is None:
            told = {"points": activation.points, "cancels": done.sequence, "reason": "undone"}
            event = self._happen(child, activation.thing, "cancelled", by, self._possible(child, -done.delta), **told)
            event.about["activation_id"] = activation
            activation.cancelled = event.occurred_at
        return activation

    # Rewards

    def request_reward(self, *, reward: Thing, child: Kid, by: Person | None) -> tuple[Asked, bool]:
        waiting = self._look(reward, child, by)
        if waiting is not None:
            return waiting, False
        self._can_spend(child, reward.amount, child.reserved)
        event = self._happen(child, reward, "requested", by, reserve=reward.amount, cost=reward.amount)
        return self._ask(Asked(reward, child, by, reward.amount, event)), True

    def redeem_reward(self, *, reward: Thing, child: Kid, by: Person | None) -> tuple[Asked, bool]:
        waiting = self._look(reward, child, by)
        if waiting is not None:
            return self.redeem_request(request=waiting, by=by), False
        self._can_spend(child, reward.amount, child.reserved)
        event = self._happen(child, reward, "redeemed", by, -reward.amount, cost=reward.amount)
        born = Asked(reward, child, by, reward.amount, event, "redeemed", event, event.occurred_at)
        return self._ask(born), True

    def redeem_request(self, *, request: Asked, by: Person | None) -> Asked:
        self._admit(request.kid, by)
        self._refuse(request, cancelled="already_cancelled", refunded="already_refunded")
        if request.status == "pending":
            self._can_spend(request.kid, request.cost, 0)
            request.redeemed = self._settle(request, "redeemed", by, -request.cost, reserve=-request.cost)
        return request

    def cancel_request(self, *, request: Asked, by: Person | None) -> Asked:
        self._admit(request.kid, by)
        self._refuse(request, redeemed="already_redeemed", refunded="already_refunded")
        if request.status == "pending":
            self._free(request, by, "withdrawn" if by is not None and by.role == "child" else "denied")
        return request

    def refund_request(self, *, request: Asked, by: Person | None) -> Asked:
        self._admit(request.kid, by)
        self._refuse(request, pending="not_redeemed", cancelled="not_redeemed")
        if request.status == "redeemed":
            told = {"cancels": request.redeemed.sequence, "reason": "refunded"}
            self._settle(request, "refunded", by, request.cost, **told)
        return request

    # What a family has

    def edit_item(self, *, item: Thing, by: Person | None, **changes: int) -> None:
        self._is_there(item, by)
        (item.amount,) = changes.values()

    def archive_item(self, *, item: Thing, by: Person | None) -> None:
        self._is_there(item, by)
        item.archived = self.now

    def archive_reward(self, *, reward: Thing, by: Person | None) -> None:
        self.archive_item(item=reward, by=by)
        for request in self._waiting(thing=reward):
            self._free(request, by, "entity_removed")

    def edit_family(self, *, family: Home, by: Person | None, floor_at_zero: bool) -> None:
        self._judge(by)
        if family.gone:
            raise Refusal("not_found")
        family.floor = floor_at_zero

    # Who is in it

    def remove_child(self, *, child: Kid, by: Person | None) -> None:
        self._admit(child, by)
        for request in self._waiting(kid=child):
            self._free(request, by, "child_removed")
        child.gone = self.now
        if child.login is not None:
            child.login.gone = True

    def delete_user(self, *, user: Person, by: Person | None) -> None:
        self._judge(by)
        if user.gone:
            raise Refusal("not_found")
        if user.home is not None and self._parents(user.home) == [user]:
            for child in [kid for kid in self.kids if kid.home is user.home and not kid.gone]:
                self.remove_child(child=child, by=by)
            user.home.gone = self.now
        user.gone = True

    def remove_parent(self, *, parent: Person, by: Person | None) -> None:
        self._judge(by)
        if parent.gone or parent.moved:
            raise Refusal("not_found")
        if self._parents(parent.home) == [parent]:
            raise Refusal("last_parent")
        parent.home, parent.moved = None, True

    # What all acts have in common

    def _judge(self, by: Person | None) -> None:
        if by is not None and by.gone:
            raise Refusal("not_authenticated")
        if by is not None and by.moved:
            raise Refusal("permission_denied")

    def _admit(self, child: Kid, by: Person | None) -> None:
        self._judge(by)
        if child.gone:
            raise Refusal("not_found")

    def _is_there(self, item: Thing, by: Person | None) -> None:
        self._judge(by)
        if item.archived:
            raise Refusal("not_found")

    def _is_on_list(self, thing: Thing, child: Kid) -> None:
        if thing.archived or thing.home is not child.home:
            raise Refusal("not_found")

    def _look(self, reward: Thing, child: Kid, by: Person | None) -> Asked | None:
        self._admit(child, by)
        self._is_on_list(reward, child)
        return next(iter(self._waiting(thing=reward, kid=child)), None)

    def _waiting(self, **of: Any) -> list[Asked]:
        pending = [request for request in self.requests if request.status == "pending"]
        return [request for request in pending if all(getattr(request, name) is one for name, one in of.items())]

    def _parents(self, home: Home | None) -> list[Person]:
        return [each for each in self.people if each.role == "parent" and each.home is home and not each.gone]

    def _possible(self, child: Kid, delta: int) -> int:
        """Down to zero and no further; from below zero, nothing."""
        if delta < 0 and child.home.floor:
            return 0 if child.points <= 0 else max(0, child.points + delta) - child.points
        return delta

    def _can_spend(self, child: Kid, cost: int, reserved: int) -> None:
        if cost > child.points - reserved:
            raise Refusal("insufficient_points", have=child.points, reserved=child.reserved, need=cost)

    def _refuse(self, request: Asked, **codes: str) -> None:
        if request.status in codes:
            raise Refusal(codes[request.status])

    def _ask(self, request: Asked) -> Asked:
        request.event.about["request_id"] = request
        self.requests.append(request)
        return request

    def _free(self, request: Asked, by: Person | None, reason: str) -> None:
        self._settle(request, "cancelled", by, reserve=-request.cost, reason=reason)

    def _settle(self, request: Asked, status: str, by: Person | None, delta: int = 0, **told: Any) -> Event:
        action = "redeemed" if status == "redeemed" else "cancelled"
        event = self._happen(request.kid, request.thing, action, by, delta, cost=request.cost, **told)
        event.about["request_id"] = request
        request.status, request.settled = status, event.occurred_at
        return event

    def _happen(
        self, kid: Kid, thing: Thing, action: str, by: Person | None, delta: int = 0, *, reserve: int = 0, **told: Any
    ) -> Event:
        home = kid.home
        home.last_act = max(self.now, home.last_act + timedelta(microseconds=1)) if home.last_act else self.now
        before = kid.points
        kid.points, kid.reserved, kid.sequence = before + delta, kid.reserved + reserve, kid.sequence + 1
        role = "system" if by is None else by.role
        told = {"entity_name": thing.name, **told}
        event = Event(kid, thing, action, by, role, kid.sequence, before, kid.points, home.last_act, told)
        self.events.append(event)
        return event
