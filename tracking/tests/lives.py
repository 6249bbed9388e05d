"""Lives of two families in two time zones, acted out through the services at made-up moments, within a transaction that `clear` undoes."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.db import transaction

from children import clock
from children.errors import ChoreError
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import edit_family
from children.tests.factories import make_admin, make_child, make_family, make_penalty, make_task, make_user
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward
from tracking.services.purging import children_to_purge, purge_child
from tracking.tests.plain_sums import start_of

# Havana's clocks go forward on 8 March, at midnight: 00:00 does not exist. The site's go on 29 March.
HOMES = {"America/Havana": ("Ada", "Byron"), "Asia/Kolkata": ("Charles", "Dora", "Emil")}
SITE = "Europe/Berlin"
START = datetime(2026, 3, 5, 20, tzinfo=UTC)
EVERYDAY = [
    *("earn", "earn", "earn", "lose", "lose", "undo"),
    *("ask", "ask", "give", "redeem", "cancel", "withdraw", "refund"),
]
RARE = ["set_floor", "archive", "remove", "delete"]


class Lives:
    def __init__(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = START
        self.admin = make_admin()
        self.homes = {zone: self._move_in(zone, names) for zone, names in HOMES.items()}
        self.kids = [kid for home in self.homes.values() for kid in home.kids]

    def clear(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def _move_in(self, zone, names):
        family = make_family(zone, timezone=zone)
        mother, father = (make_user(f"{who} in {zone}", family=family) for who in ("mother", "father"))
        return SimpleNamespace(
            family=family,
            mother=mother,
            parents=[mother, father, None],
            kids=[make_child(family, name, username=name) for name in names],
            tasks=[make_task(family, points) for points in (6, 1500, 40)],
            penalties=[make_penalty(family, points) for points in (7, 900)],
            rewards=[make_reward(family, cost) for cost in (8, 50, 1200)],
            activations=[],
            requests=[],
        )

    def live(self, life):
        steps, pause = life
        for home in self.homes.values():
            for who in range(len(home.kids)):
                self._do("earn", home, 1, who)  # the great task, or else most would be too dear
        for number, (wait, act, zone, first, second) in enumerate(steps):
            self._wait(wait)
            self._do(act, self.homes[zone], first, second)
            if number == len(steps) // 2:
                self._wait(pause)

    def _wait(self, wait):
        if isinstance(wait, timedelta):
            self.now += wait
        else:
            zone, offset = ZoneInfo(wait[0]), wait[1]
            tomorrow = self.now.astimezone(zone).date() + timedelta(days=1)
            self.now = max(self.now, start_of(tomorrow, zone).astimezone(UTC) + offset)

    def _do(self, act, home, first, second):
        try:
            with clock.pretend(self.now):
                getattr(self, act)(home, first, second)
        except (ChoreError, IndexError):  # refused, or there is nothing yet to do it to
            pass

    # What they do, with the thing and the child or parent of these numbers

    def earn(self, home, thing, who):
        home.activations.append(activate(entity=_of(home.tasks, thing), **_whom(home, who)))

    def lose(self, home, thing, who):
        home.activations.append(activate(entity=_of(home.penalties, thing), **_whom(home, who)))

    def undo(self, home, thing, who):
        cancel_activation(activation=home.activations[-1 - thing], by=_of(home.parents, who))

    def ask(self, home, thing, who):
        kid = _of(home.kids, who)
        home.requests.append(request_reward(reward=_of(home.rewards, thing), child=kid, by=kid.login)[0])

    def give(self, home, thing, who):
        home.requests.append(redeem_reward(reward=_of(home.rewards, thing), **_whom(home, who))[0])

    def redeem(self, home, thing, who):
        redeem_request(request=home.requests[-1 - thing], by=_of(home.parents, who))

    def cancel(self, home, thing, who):
        cancel_request(request=home.requests[-1 - thing], by=_of(home.parents, who))

    def withdraw(self, home, thing, who):
        request = home.requests[-1 - thing]
        (kid,) = (kid for kid in home.kids if kid.pk == request.child_id)
        cancel_request(request=request, by=kid.login)

    def refund(self, home, thing, who):
        refund_request(request=home.requests[-1 - thing], by=_of(home.parents, who))

    def set_floor(self, home, thing, who):
        edit_family(family=home.family, by=home.mother, floor_at_zero=thing % 2 == 0)

    def archive(self, home, thing, who):
        archive_reward(reward=_of(home.rewards, thing), by=home.mother)

    def remove(self, home, thing, who):
        remove_child(child=home.kids[-1], by=home.mother)

    def delete(self, home, thing, who):
        """The father, or a child's login."""
        user = home.parents[1] if thing % 2 else _of(home.kids, who).login
        delete_user(user=user, by=home.mother)

    def purge(self, cutoff):
        for child_id in children_to_purge(cutoff):
            list(purge_child(child_id, cutoff))


def _of(things, number):
    return things[number % len(things)]


def _whom(home, number):
    return {"child": _of(home.kids, number), "by": _of(home.parents, number)}
