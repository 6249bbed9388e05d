"""What the model of `economy.py` is about. Each `row()` is what the database should hold of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(eq=False)
class Home:
    id: int
    floor: bool = False
    last_act: datetime | None = None
    gone: datetime | None = None

    def row(self):
        return self.id, self.floor, self.last_act, self.gone


@dataclass(eq=False)
class Person:
    id: int
    home: Home | None
    role: str
    moved: bool = False
    gone: bool = False

    @property
    def lost(self) -> bool:
        return self.moved or self.gone

    def row(self):
        return self.id, id_of(self.home)


@dataclass(eq=False)
class Kid:
    id: int
    home: Home
    login: Person | None
    points: int = 0
    reserved: int = 0
    sequence: int = 0
    gone: datetime | None = None

    @property
    def lost(self) -> bool:
        return self.gone is not None

    def row(self):
        return self.id, self.points, self.reserved, self.sequence, id_of(self.login), self.gone


@dataclass(eq=False)
class Thing:
    """A task, a penalty or a reward."""

    id: int
    home: Home
    kind: str
    name: str
    amount: int
    archived: datetime | None = None

    @property
    def lost(self) -> bool:
        return self.archived is not None

    def row(self):
        return self.id, self.amount, self.archived


@dataclass(eq=False)
class Applied:
    """An activation."""

    thing: Thing
    kid: Kid
    by: Person | None
    points: int
    event: Event
    cancelled: datetime | None = None
    id: int | None = None

    def row(self):
        event = self.event
        told = (self.thing.kind, self.thing.id, self.kid.id, self.points, event.delta, event.sequence)
        return self.id, *told, id_of(self.by), event.occurred_at, self.cancelled


@dataclass(eq=False)
class Asked:
    """A request, also one that was redeemed without being asked for."""

    thing: Thing
    kid: Kid
    by: Person | None
    cost: int
    event: Event
    status: str = "pending"
    redeemed: Event | None = None
    settled: datetime | None = None
    id: int | None = None

    def row(self):
        sequence = self.redeemed and self.redeemed.sequence
        told = (self.kid.id, self.thing.id, self.cost, self.status, sequence)
        return self.id, *told, id_of(self.by), self.event.occurred_at, self.settled


@dataclass(eq=False)
class Event:
    kid: Kid
    thing: Thing
    action: str
    by: Person | None
    role: str
    sequence: int
    before: int
    after: int
    occurred_at: datetime
    metadata: dict[str, Any]
    about: dict[str, Applied | Asked] = field(default_factory=dict)

    @property
    def delta(self) -> int:
        return self.after - self.before

    def row(self):
        what = (self.thing.kind, self.thing.id, self.action)
        metadata = {**self.metadata, **{name: each.id for name, each in self.about.items()}}
        numbers = (self.before, self.after, self.delta)
        of_whom = (self.kid.home.id, self.kid.id, self.sequence)
        return id_of(self.by), self.role, *of_whom, *what, *numbers, self.occurred_at, metadata


def id_of(named: Any) -> int | None:
    """Who was deleted is named nowhere any more."""
    deleted = isinstance(named, Person) and named.gone
    return None if named is None or deleted else named.id
