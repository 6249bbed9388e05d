"""A backup that is made while a crowd acts, and restored elsewhere."""

import json
from types import SimpleNamespace

import pytest

from tracking.tests.faults.books import assert_contiguous
from tracking.tests.faults.crowd import crowd
from tracking.tests.installation import installed
from tracking.tests.live import running, wait_until
from tracking.tests.sse import StreamClient, bearer

ACTS = 120
SCRIPT = """
import json
from django.core.serializers.json import DjangoJSONEncoder
from tracking.models import TrackingEvent

print(json.dumps([event.to_dict() for event in TrackingEvent.objects.order_by("child_id", "sequence")], cls=DjangoJSONEncoder))
"""


@pytest.fixture
def scene(installation, home, server, dice, tmp_path):
    """An installation, and another one that its backup was restored to."""
    file = tmp_path / "chore.zip"
    with crowd(home, server, dice=dice, at_least=ACTS) as members:
        wait_until(lambda: sum(len(member.done) for member in members) > ACTS // 4, "acts before the backup")
        installation.manage("backup", str(file))
    server.stop()
    with installed(tmp_path / "elsewhere", migrated=False) as restored:
        told = restored.manage("restore", str(file))
        yield SimpleNamespace(installation=installation, restored=restored, file=file, told=told, home=home)


def test_it_is_one_moment_of_the_trail_whole_and_clean(scene):
    all_that_was, restored = scene.installation.tell(SCRIPT), scene.restored.tell(SCRIPT)

    assert ACTS // 4 < len(restored) <= len(all_that_was)
    assert f"Clean: 2 children, {len(restored)} events." in scene.told
    assert_contiguous(restored)
    assert all(event in all_that_was for event in restored)
    scene.restored.manage("check", "--database", "default")  # the guards
    assert (
        scene.restored.data.joinpath("secret_key").read_text()
        == scene.installation.data.joinpath("secret_key").read_text()
    )
    _assert_log_is_the_trail(scene.restored, restored)
    _assert_no_id_is_given_again(scene, all_that_was)


def _assert_log_is_the_trail(restored, events):
    (log,) = restored.data.joinpath("logs").glob("tracking_user_*.log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert sorted(lines, key=lambda event: event["id"]) == sorted(events, key=lambda event: event["id"])


def _assert_no_id_is_given_again(scene, all_that_was):
    """Or else a client that knows of an event which came after the backup would take another for it."""
    last = max(event["id"] for event in all_that_was)
    with running(scene.restored) as server:
        client = StreamClient(server.address, bearer(scene.home.token))
        client.last_id = str(last + 1)
        client.open()
        body = {"child": scene.home.children[0]}
        server.ask("POST", f"tasks/{scene.home.task}/activate/", scene.home.token, body)
        (event,) = client.wait_for(1)
        client.leave()
    assert [message.type for message in client.messages[:2]] == ["stream-open", "stream-reset"]
    assert event["id"] > last + 1
