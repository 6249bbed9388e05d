"""What docs/integrators.md tells people to do is done, against a real server."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest

from children.tests.pages import page
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import running, wait_until

if os.environ.get("CI") != "true":
    pytest.importorskip("jinja2", reason="needs jinja2: see requirements-dev.txt")

import jinja2
import yaml

pytestmark = pytest.mark.once

BLOCK = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
ADDRESS = "http://127.0.0.1:8000"
HOME = """
import json
from children.models import AuthToken, Task, User
from children.services.children import create_child
from children.services.families import create_family
from children.services.items import create_item
from rewards.models import Reward

User.objects.create_superuser("admin")
family, parent = create_family(name="Lovelace", timezone="UTC", username="annabella", password="a-long-walk-in-may")
create_child(family=family, name="Ada", by=parent, username="ada", password="engines-and-birds")
create_item(model=Task, family=family, by=parent, name="Feed the cat", points=25)
create_item(model=Reward, family=family, by=parent, name="Ice cream", cost=20)
tokens = {read_only: AuthToken.objects.create(parent, read_only=read_only)[1] for read_only in (True, False)}
print(json.dumps({"reads": tokens[True], "acts": tokens[False]}))
"""
SUMS = """
import json
from django.db.models import Sum
from children.models import Child
from tracking.models import TrackingEvent

kinds = ("task", "reward")
sums = (TrackingEvent.objects.filter(entity_type=kind).aggregate(sum=Sum("delta"))["sum"] for kind in kinds)
print(json.dumps([Child.objects.get(pk=1).points, *sums]))
"""


def blocks(language):
    """The samples in a language, in their order."""
    return [code for each, code in BLOCK.findall(page("docs/integrators.md")) if each == language]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A server with the family of the page, where its commands have just been typed, in a folder of their own."""
    folder = tmp_path_factory.mktemp("house")
    with installed(folder / "data") as installation:
        tokens = installation.tell(HOME)
        with running(installation) as server:
            yield SimpleNamespace(server=server, folder=folder, typed=typed(server, folder, *blocks("sh")), **tokens)


def typed(server, folder, login, *commands):
    """Log in, type the commands, and return what was printed."""
    script = "\n".join([login.replace(ADDRESS, server.address), *commands])
    command = ["bash", "-eu", "-c", script]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def feed_the_cat(house):
    house.server.ask("POST", "tasks/1/activate/", house.acts, {"child": 1})


def events(house):
    return house.server.ask("GET", "tracking/events/", house.acts)["results"]


def ada(house):
    return house.server.ask("GET", "children/1/", house.acts)


def answers(printed):
    """The JSON that was printed, without moments, which are others each time."""
    text, decoder = MOMENT.sub("MOMENT", printed).strip(), json.JSONDecoder()
    while text:
        answer, end = decoder.raw_decode(text)
        text = text[end:].strip()
        yield answer


def test_curl(house):
    children, fed, given, refused, *pages = answers(house.typed)

    assert [children, fed, refused] == [next(answers(sample)) for sample in blocks("json")]
    assert given["child"]["points"] == 5
    assert [each["action"] for one in pages for each in one["results"]] == ["redeemed", "activated"]
    assert len(pages) == 2
    assert len((house.folder / "events.csv").read_text().splitlines()) == 3


def test_an_act_is_done_once_however_often_it_is_sent(house):
    login, _, act, *_ = blocks("sh")

    first, second = answers(typed(house.server, house.folder, login, act, act))

    assert first == second == next(each for each in answers(house.typed) if each.get("delta"))


def test_curl_listens(house):
    feed_the_cat(house)
    (command,) = blocks("console")
    environment = {**os.environ, "CHORE": house.server.address, "TOKEN": house.reads}

    with subprocess.Popen(["sh", "-c", f"exec {command}"], env=environment, stdout=subprocess.PIPE, text=True) as curl:
        told = [next(curl.stdout).strip() for _ in range(7)]
        curl.kill()

    assert told[:2] == ["event: stream-open", "id: 0"]
    assert told[4] == "event: tracking_event_created"
    assert json.loads(told[6].removeprefix("data: ")) == events(house)[-1]


class Program:
    """The one in Python, as somebody runs it who stops and starts it."""

    def __init__(self, house, folder):
        self.house, self.folder, self.printed = house, folder, folder / "printed"

    def __enter__(self):
        environment = {**os.environ, "CHORE": self.house.server.address, "TOKEN": self.house.reads}
        (code,) = blocks("python")
        with self.printed.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code], cwd=self.folder, env=environment, stdout=output, stderr=output
            )
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

    @property
    def state(self):
        file = self.folder / "chore.json"
        return json.loads(file.read_text()) if file.exists() else None

    def knows(self):
        """Whether it knows of the last event, and of no other points than there are."""
        points = {str(ada(self.house)["id"]): ada(self.house)["points"]}
        return self.state == {"last_id": str(events(self.house)[0]["id"]), "points": points}

    def wait(self):
        wait_until(self.knows, "what there is")


def test_python_goes_on_where_it_was(house, tmp_path):
    feed_the_cat(house)
    with Program(house, tmp_path) as program:
        program.wait()
        feed_the_cat(house)
        program.wait()
    feed_the_cat(house)
    feed_the_cat(house)
    with program:
        program.wait()
        house.server.stop()
        house.server.start()
        feed_the_cat(house)
        program.wait()

    assert program.printed.read_text().splitlines() == ["task activated 25"] * 4


class Assistant:
    """As much of Home Assistant as the page uses: its secrets, its templates, and what its integrations ask."""

    def __init__(self, house):
        self.secrets, self.house = {"chore_reads": house.reads, "chore_acts": house.acts}, house
        secrets, configuration = (code.replace(ADDRESS, house.server.address) for code in blocks("yaml"))
        assert yaml.safe_load(secrets).keys() == self.secrets.keys()
        self.configuration = yaml.load(configuration, self._loader())

    def _loader(self):
        loader = type("Loader", (yaml.SafeLoader,), {})
        loader.add_constructor("!secret", lambda _, node: f"Bearer {self.secrets[node.value]}")
        return loader

    def render(self, template, **variables):
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        return environment.from_string(template).render(now=partial(datetime.now, UTC), **variables)

    def sensor(self, name):
        """Return the state of a sensor, and its attributes."""
        (sensor,) = (each for each in self.configuration["sensor"] if each["name"] == name)
        url = sensor.get("resource") or self.render(sensor["resource_template"])
        with urllib.request.urlopen(urllib.request.Request(url, headers=sensor["headers"])) as answer:
            told = json.load(answer)
        state = self.render(sensor["value_template"], value_json=told)
        return int(state), {name: told[name] for name in sensor["json_attributes"]}

    def scan_the_tag(self):
        """Run the automation's first action, and return the answer."""
        (automation,) = self.configuration["automation"]
        action = automation["action"][0]
        command = self.configuration["rest_command"][action["service"].removeprefix("rest_command.")]
        headers = {name: self.render(value, **action["data"]) for name, value in command["headers"].items()}
        request = urllib.request.Request(
            self.render(command["url"], **action["data"]),
            self.render(command["payload"], **action["data"]).encode(),
            {**headers, "Content-Type": command["content_type"]},
            method=command["method"].upper(),
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def test_home_assistant_shows_the_points(house):
    feed_the_cat(house)
    house.server.ask("POST", "rewards/1/request/", house.acts, {"child": 1})
    assistant = Assistant(house)
    points, tasks, rewards = house.server.installation.tell(SUMS)

    assert assistant.sensor("Ada points") == (points, {"reserved": 20, "available": points - 20})
    assert assistant.sensor("Ada today") == (tasks, {"not_good": 0, "spent": -rewards})


def test_home_assistant_gives_points_once_for_a_tag_that_is_scanned_twice(house):
    before, assistant = ada(house)["points"], Assistant(house)

    first, second = assistant.scan_the_tag(), assistant.scan_the_tag()

    assert first == second
    assert (first["delta"], ada(house)["points"]) == (25, before + 25)
