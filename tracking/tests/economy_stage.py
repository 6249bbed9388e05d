"""Two families on which the model of `economy.py` and the product act side by side, and are compared after every act."""

from itertools import pairwise, zip_longest
from types import SimpleNamespace

from django.db import connection, transaction

from children import clock
from children.errors import ChoreError
from children.models import Activation, Child, Family, Penalty, Task, User
from children.services.activations import activate
from children.tests.factories import make_child, make_family, make_penalty, make_task, make_user
from rewards.models import Reward, RewardRequest
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.economy import Economy, Refusal
from tracking.tests.economy_facts import Applied, Asked, Home, Kid, Person, Thing
from tracking.verification.verify import Tally, verify

COLUMNS = {
    Family: "pk floor_at_zero last_act_at removed_at",
    User: "pk family_id",
    Child: "pk points reserved sequence login_id removed_at",
    Task: "pk points archived_at",
    Penalty: "pk points archived_at",
    Reward: "pk cost archived_at",
    Activation: "pk kind entity_id child_id points delta sequence by_id occurred_at cancelled_at",
    RewardRequest: "pk child_id reward_id cost status sequence by_id requested_at settled_at",
}
TRAIL = (
    *("user_id", "actor_role", "family_id", "child_id", "sequence", "entity_type", "entity_id", "action"),
    *("points_before", "points_after", "delta", "occurred_at", "metadata"),
)
MODELS = {Home: Family, Kid: Child, Applied: Activation, Asked: RewardRequest}
OF_KIND = {"task": Task, "penalty": Penalty, "reward": Reward}
MAKERS = {"task": make_task, "penalty": make_penalty, "reward": make_reward}
THINGS = {"dishes": "task", "homework": "task", "shouting": "penalty", "zoo": "reward", "cinema": "reward"}
AMOUNTS = {"dishes": 6, "homework": 4, "shouting": 7, "zoo": 8, "cinema": 5}
PEOPLE = ("mother", "father", "admin")
KIDS = ("elder", "younger")
FAMILIES = {"Lovelace": False, "Babbage": True}  # whether it has a floor, at first


class Stage:
    """Acts within a transaction that `clear` undoes, so that each example begins with an empty house."""

    def __init__(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.economy = Economy()
        self.rows = {}  # the row of everything in the model, as it was when it was made, and so perhaps stale
        self.at = {}
        self.is_sound = True  # nothing has gone wrong so far

    def clear(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def move_in(self) -> None:
        for name in FAMILIES:
            self.at[name] = self.fill(SimpleNamespace(name=name, home=None))

    # Who and what is there

    def fill(self, place):
        """Have a family in the place, somebody in every role and something under every name, in place of what is gone."""
        if place.home is None or place.home.gone:
            place.home = self._add_home(FAMILIES[place.name])
            place.kids, place.people, place.things = {}, {}, {}
        for name in _vacant(place.people, PEOPLE):
            place.people[name] = self._add_person(name, place.home)
        for name in _vacant(place.things, THINGS):
            place.things[name] = self._add_thing(name, place.home)
        for name in _vacant(place.kids, KIDS):
            place.kids[name] = self._add_kid(name, place.home)
            self._save_up(place, place.kids[name])
        return place

    def _save_up(self, place, kid):
        """Enough for a wish or two, or else most examples would only hear that it is too dear."""
        it = {"entity": place.things["dishes"], "child": kid, "by": None}
        for _ in range(2):
            self.act(self.economy.activate, activate, **it)

    def _add_home(self, floor):
        row = make_family(floor_at_zero=floor)
        return self._add(self.economy.homes, Home(row.pk, floor), row)

    def _add_person(self, name, home):
        """The father is staff, and acts as a parent like any other."""
        home = None if name == "admin" else home
        row = make_user(self._username(name), family=self.rows[home] if home else None, is_staff=name != "mother")
        return self._add(self.economy.people, Person(row.pk, home, "parent" if home else "admin"), row)

    def _add_kid(self, name, home):
        row = make_child(self.rows[home], name, username=self._username(name))
        login = self._add(self.economy.people, Person(row.login_id, home, "child"), row.login)
        return self._add(self.economy.kids, Kid(row.pk, home, login), row)

    def _add_thing(self, name, home):
        kind = THINGS[name]
        row = MAKERS[kind](self.rows[home], AMOUNTS[name], name)
        return self._add(self.economy.things, Thing(row.pk, home, kind, name, AMOUNTS[name]), row)

    def _add(self, others, one, row):
        others.append(one)
        self.rows[one] = row
        return one

    def _username(self, name):
        return f"{name}-{len(self.economy.people)}"

    # What they do

    def act(self, rules, service, **arguments):
        """Have the model and the product do the same. Returns what happened: the act or the refusal, and the reasons in the events."""
        self.is_sound = False
        before = len(self.economy.events)
        wanted, refused = _outcome(rules, arguments)
        with clock.pretend(self.economy.now):
            got, refusal = _outcome(service, {name: self.rows.get(each, each) for name, each in arguments.items()})
        assert refusal == refused, f"{service.__name__} ends in {refusal}, by the rules in {refused}"
        if isinstance(wanted, tuple):
            assert got[1] is wanted[1]
            wanted, got = wanted[0], got[0]
        if wanted is not None:
            self._meet(wanted, got)
        self.compare()
        self.is_sound = True
        reasons = [event.metadata.get("reason") for event in self.economy.events[before:]]
        return [refused[0] if refused else service.__name__, *filter(None, reasons)]

    def _meet(self, wanted, got) -> None:
        """What is handed back is what was asked for, as the act left it."""
        if wanted.id is None:
            wanted.id = got.pk
            self.rows[wanted] = got
        row = tuple(getattr(got, name) for name in COLUMNS[type(got)].split())
        assert row == wanted.row(), f"handed back {row}, by the rules {wanted.row()}"

    # Whether it went well

    def compare(self) -> None:
        """Every row of the house is as the model has it, and there are no others."""
        for model, expected in self._expected().items():
            found = set(model.objects.values_list(*COLUMNS[model].split()))
            assert found == expected, f"{model.__name__} has {found - expected}, by the rules {expected - found}"
        trail = TrackingEvent.objects.order_by("id").values_list(*TRAIL)
        for event, expected in zip_longest(trail, self._trail()):
            assert event == expected, f"the trail says {event}, by the rules {expected}"

    def prove(self) -> None:
        """The trail is the model's also in its plain form, time went forward only, and `verify_tracking` has nothing to say."""
        assert [event.to_dict() for event in TrackingEvent.objects.order_by("id")] == [*self._plain_trail()]
        connection.check_constraints()
        for home in self.economy.homes:
            moments = [event.occurred_at for event in self.economy.events if event.kid.home is home]
            assert all(earlier < later for earlier, later in pairwise(moments))
            tally = Tally()
            assert list(verify(tally, family_id=home.id)) == []
            assert tally.events == len(moments)
        assert not UnrecordedEvent.objects.exists()

    def _expected(self):
        economy = self.economy
        expected = {model: set() for model in COLUMNS}
        for one in [*economy.homes, *economy.kids, *economy.activations, *economy.requests]:
            expected[MODELS[type(one)]].add(one.row())
        for thing in economy.things:
            expected[OF_KIND[thing.kind]].add(thing.row())
        expected[User] = {person.row() for person in economy.people if not person.gone}
        return expected

    def _trail(self):
        return [event.row() for event in self.economy.events]

    def _plain_trail(self):
        """The model does not know when a row was written, and under which id."""
        recorded = TrackingEvent.objects.order_by("id").values("id", "created_at")
        for row, unknown in zip(self._trail(), recorded, strict=True):
            plain = {**dict(zip(TRAIL, row, strict=True)), **unknown}
            moments = {name: plain[name].strftime("%Y-%m-%dT%H:%M:%S.%fZ") for name in ("occurred_at", "created_at")}
            yield plain | moments


def _vacant(taken, names):
    return [name for name in names if name not in taken or taken[name].lost]


def _outcome(act, arguments):
    """What it hands back, or how it refuses."""
    try:
        return act(**arguments), None
    except (Refusal, ChoreError) as error:
        return None, (error.code, error.meta)
