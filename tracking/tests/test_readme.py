"""README.md keeps its word: its samples are replayed in their order, and its tables name all that there is."""

import json
import re
import shlex

import pytest

from children.tests.documented import DocumentedClient
from children.tests.endpoints import ROOT, endpoints
from children.tests.factories import make_user
from tracking.models.plain_form import FIELDS

SAMPLE = re.compile(r"```console\n(curl .*?)\n```\n```json\n(.*?)\n```", re.DOTALL)
VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"  # a moment
    r"|[0-9a-f]{64}"  # a token
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # the id of a token
)


@pytest.fixture
def readme(settings):
    return (settings.BASE_DIR / "README.md").read_text()


def section(readme, title):
    """The text below a heading, to the next one of its rank."""
    return re.split(r"^## ", readme.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


class Reader:
    """Types the commands, and keeps the token that the last login gave, as `$TOKEN` says."""

    def __init__(self):
        self.token = ""
        self.met = {}

    def type(self, command):
        """Send what curl would, and return the answer."""
        words = iter(shlex.split(command.replace("\\\n", " ")))
        method, body, headers, url = None, "", {}, ""
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-d":
                body = next(words)
            elif word == "-H":
                name, value = next(words).split(": ", 1)
                headers[name] = value.replace("$TOKEN", self.token)
            elif word != "curl":
                url = word
        answer = DocumentedClient(headers=headers).generic(
            method or ("POST" if body else "GET"), url.removeprefix("$CHORE"), body, headers.get("Content-Type", "")
        )
        self.token = answer.json().get("token", self.token)
        return answer.json()

    def same(self, told, seen):
        """Whether the answer is as told; what differs each time is at least the same wherever the same is told."""
        if isinstance(told, dict) and isinstance(seen, dict):
            return told.keys() == seen.keys() and all(self.same(told[name], seen[name]) for name in told)
        if isinstance(told, list) and isinstance(seen, list):
            return len(told) == len(seen) and all(map(self.same, told, seen))
        if isinstance(told, str) and VOLATILE.fullmatch(told):
            return VOLATILE.fullmatch(seen) is not None and self.met.setdefault(told, seen) == seen
        return told == seen and type(told) is type(seen)


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_samples_are_true(readme):
    samples = SAMPLE.findall(section(readme, "The API"))
    admins_password = json.loads(shlex.split(samples[0][0].replace("\\\n", " "))[-1])["password"]
    admin = make_user("admin", is_staff=True, is_superuser=True)
    admin.set_password(admins_password)
    admin.save()
    reader = Reader()

    for command, told in samples:
        seen = reader.type(command)
        assert reader.same(json.loads(told), seen), f"{command}\n{json.dumps(seen, indent=2)}"


def test_no_sample_is_left_out(readme):
    api = section(readme, "The API")

    assert len(SAMPLE.findall(api)) == api.count("```console") == api.count("```json") > 20


def test_the_fields_of_an_event_are_all_described(readme):
    described = [
        name
        for names in re.findall(r"^\| (`.*?`) \|", section(readme, "The event"), re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    ]

    assert described == list(FIELDS)


def test_every_endpoint_is_listed(readme):
    api = section(readme, "The API")

    for endpoint in endpoints():
        plain = re.sub(r"<[^>]+>", "{id}", endpoint.route)
        told = [plain, plain.replace("{id}/", "", 1), plain.rpartition("{id}/")[2]]  # `cancel/` follows its first
        assert any(f"`{each}" in api for each in told if each), f"{endpoint.method} {ROOT}{plain}"
