"""Requests made up by schemathesis from the schema, good and bad, of everybody: each answer is one that the schema describes.

In process and offline, and what a request does is undone. The examples are few, and always the same;
`CHORE_TEST_REQUESTS=25 pytest tracking/tests/test_schemathesis.py` tries that many of each operation, others each time.
"""

import copy
import os
import re
from functools import cache

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings

from children.models import AuthToken
from children.tests.documented import schema
from children.tests.endpoints import ROOT, endpoints
from children.tests.factories import make_user
from chore_project.wsgi import application
from tracking.tests.aiming import add_every_state, aimed, targets, use_up_a_key

if os.environ.get("CI") != "true":
    pytest.importorskip("schemathesis", reason="needs schemathesis: see requirements-dev.txt")

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

ON_POSTGRESQL = connection.vendor == "postgresql"
# On SQLite all that the database does not matter for is tried too; an act has many answers on both.
EXAMPLES = int(os.environ.get("CHORE_TEST_REQUESTS", 3 if ON_POSTGRESQL else 6))
EXAMPLES_OF_AN_ACT = 4 * max(EXAMPLES, 6)
SETTINGS = settings(
    deadline=None,
    derandomize="CHORE_TEST_REQUESTS" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
NOT_DESCRIBED = {"schema/", "docs/"}
NEEDS_ASGI = {"tracking/stream/"}  # here it answers 503 at best, which is a server error


@cache
def api():
    """The schema, strictly: what it does not describe is neither sent, unless it is to be wrong, nor answered."""
    strict = copy.deepcopy(schema())
    for component in strict["components"]["schemas"].values():
        if "properties" in component:
            component.setdefault("additionalProperties", False)
    loaded = schemathesis.openapi.from_dict(strict)
    loaded.app = application
    return loaded


@pytest.fixture(autouse=True)
def _connection_stays():
    """A request closes a connection that is in a transaction; so is each test, and Django's own client does as we do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def people(parent, child_user, admin):
    """A token of everybody, by role; nobody has none."""
    users = {"parent": parent, "child": child_user, "admin": admin, "stray": make_user("stray")}
    use_up_a_key(users.values())
    return {role: AuthToken.objects.create(user=user) for role, user in users.items()} | {"nobody": (None, None)}


@pytest.fixture
def aims(things, people, family, child, sibling, strangers_child, parent):
    dear = add_every_state(family, child, parent)
    tokens = [str(token.uid) for token, _ in people.values() if token]
    return targets(things, [child, child, sibling, strangers_child], dear, tokens)


@pytest.mark.parametrize(
    "endpoint", [each for each in endpoints() if each.route not in NOT_DESCRIBED | NEEDS_ASGI], ids=str
)
def test_whatever_is_asked_is_answered_as_the_schema_says(endpoint, people, aims):
    ids, values = aims
    operation = api()[ROOT + re.sub(r"<[^>]+>", "{id}", endpoint.route)][endpoint.method]
    reached = set()

    for mode in schemathesis.GenerationMode:
        made_up = operation.as_strategy(generation_mode=mode)
        cases = aimed(made_up, ids.get(_named(endpoint.route)), values, always=mode.is_positive)

        @settings(SETTINGS, max_examples=EXAMPLES_OF_AN_ACT if _is_act(operation) else EXAMPLES)
        @given(cases)
        def everybody_asks(case):
            for role, (_, secret) in people.items():
                reached.update((role, status) for status in _ask(case, secret))

        everybody_asks()

    assert {role for role, _ in reached} == people.keys()
    assert _went_far(operation, reached), reached


def _is_act(operation):
    return "Idempotency-Key" in operation.headers


def _went_far(operation, reached):
    """Somebody succeeded; and if it is an act, a parent did, and was refused in more than one way."""
    if not _is_act(operation):
        return any(status < 300 for _, status in reached)
    met = {status for role, status in reached if role == "parent"}
    return min(met) < 300 and len(met & {400, 409, 422}) > 1


def _named(route):
    """What stands before the id in a path."""
    return route.split("/<")[0].rpartition("/")[2]


def _ask(case, secret):
    """Ask, once more under the same key if that was done, and undo it."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    with transaction.atomic():
        statuses = [_status(case, headers)]
        if statuses[0] < 300 and "Idempotency-Key" in case.headers:
            statuses.append(_status(case, headers))
        transaction.set_rollback(True)
    return statuses


def _status(case, headers):
    response = case.call(headers=headers)
    case.validate_response(response, checks=CHECKS)
    return response.status_code
