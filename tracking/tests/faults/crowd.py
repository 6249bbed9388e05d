"""Clients that all act at once, each act under a key of its own, and ask again under it until they are answered."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

from tracking.tests.faults.home import Home
from tracking.tests.faults.posting import NO_ANSWER, PATIENCE, Answer, post
from tracking.tests.live import Server

Move = tuple[str, Any]  # a path, and what is posted to it


class Member:
    """One client. It undoes and settles only what it did itself, so that it knows that each of its 2xx is an act."""

    def __init__(self, home: Home, reward: int, servers: Sequence[Server], dice: random.Random) -> None:
        self.home, self.reward, self.servers, self.dice = home, reward, servers, dice
        self.done: dict[str, Answer] = {}  # by the key
        self.moves: dict[str, Move] = {}  # likewise, what was asked
        self.taps: list[int] = []
        self.pending: dict[int, int] = {}  # the request of a child
        self.redeemed: list[int] = []
        self.refused = self.retries = 0

    def live(self, until: Event, at_least: int) -> None:
        while not until.is_set() or len(self.done) < at_least:
            self.act()

    def act(self) -> None:
        path, body = self._choose()
        key = str(UUID(int=self.dice.getrandbits(128)))
        answer = self._ask(path, body, key)
        if answer.status == 409:
            assert answer.told["errors"][0]["code"] == "insufficient_points", answer
            self.refused += 1
        else:
            assert answer.status in {200, 201}, answer
            self.done[key], self.moves[key] = answer, (path, body)
            self._remember(answer.told)

    def _ask(self, path: str, body: Any, key: str) -> Answer:
        """Ask until there is an answer; a 503 is none, it says to ask again."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            server = self.dice.choice(self.servers)
            try:
                answer = post(server.address, self.home.token, path, body, key=key)
            except NO_ANSWER:
                server.is_up.wait(PATIENCE)
            else:
                if answer.status != 503:
                    return answer
            self.retries += 1
        raise AssertionError(f"{path} was not answered in {PATIENCE} s")

    def _choose(self) -> Move:
        child = self.dice.choice(self.home.children)
        body, request = {"child": child}, self.pending.get(child)
        moves: list[Move] = [(f"tasks/{self.home.task}/activate/", body)] * 4
        moves += [(f"penalties/{self.home.penalty}/activate/", body), (f"rewards/{self.reward}/redeem/", body)]
        if request is None:
            moves += [(f"rewards/{self.reward}/request/", body)]
        else:
            moves += [(f"reward-requests/{request}/{verb}/", None) for verb in ("redeem", "cancel")]
        moves += [(f"activations/{tap}/cancel/", None) for tap in self.taps[:1]]
        moves += [(f"reward-requests/{redeemed}/refund/", None) for redeemed in self.redeemed[:1]]
        return self.dice.choice(moves)

    def _remember(self, told: dict[str, Any]) -> None:
        if "kind" in told:
            _put(self.taps, told["id"], there=told["cancelled_at"] is None)
            return
        _put(self.redeemed, told["id"], there=told["status"] == "redeemed")
        if told["status"] == "pending":
            self.pending[told["child_id"]] = told["id"]
        elif self.pending.get(told["child_id"]) == told["id"]:
            del self.pending[told["child_id"]]


def _put(things: list[int], thing: int, *, there: bool) -> None:
    if thing in things:
        things.remove(thing)
    if there:
        things.append(thing)


@contextmanager
def crowd(home: Home, *servers: Server, dice: random.Random, at_least: int) -> Iterator[list[Member]]:
    """Have 4 members act during the block, and on until they have done `at_least` acts together."""
    members = [Member(home, reward, servers, random.Random(dice.random())) for reward in home.rewards]
    each, end = ceil(at_least / len(members)), Event()
    with ThreadPoolExecutor(len(members)) as pool:
        living = [pool.submit(member.live, end, each) for member in members]
        try:
            yield members
        finally:
            end.set()
        for member in living:
            member.result()
