"""A house watched by CHORE_TEST_PEER, in which a parent acts as often as each line of the input asks for.

`service` and `api` are the doors. Each answer is JSON: the milliseconds of the median act, how many failed, and how many the peer told of
since the beginning.
"""

import json
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import django

django.setup()

from django.test import Client  # noqa: E402 - needs the settings above, as all that follows

from children.models import AuthToken, Child, Task, User  # noqa: E402
from children.services.activations import activate  # noqa: E402
from tracking.benchmarks.peers import chosen  # noqa: E402

Act = Callable[[], None]

peer = chosen.load()


def by_service(task: Task, child: Child, by: User) -> Act:
    def act() -> None:
        with peer.acting(by):
            activate(entity=task, child=child, by=by)

    return act


def by_api(task: Task, child: Child, by: User) -> Act:
    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {AuthToken.objects.create(by)[1]}"})

    def act() -> None:
        body = {"child": child.pk}
        response = client.post(f"/api/v1/tasks/{task.pk}/activate/", body, content_type="application/json")
        assert response.status_code == 201, response.content

    return act


def work(act: Act, acts: int) -> dict[str, float]:
    took, failed = [], 0
    for _ in range(acts):
        began = perf_counter()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            print(repr(error), file=sys.stderr)
            failed += 1
        took.append(1000 * (perf_counter() - began))
    return {"ms": median(took), "failed": failed}


def main(door: str, child: str) -> None:
    parent = User.objects.get(username="parent")
    children = Child.objects.order_by("pk")
    act = {"service": by_service, "api": by_api}[door](Task.objects.get(), children[int(child)], parent)
    for line in sys.stdin:
        done = work(act, int(line))
        print(json.dumps(done | {"told": peer.told(parent)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
