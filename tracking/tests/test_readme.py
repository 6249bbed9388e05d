"""README.md keeps its word: what it has a reader type is typed, on a server that was just made."""

import json
import re
import subprocess
import sys

import pytest

from children.tests.pages import page, section
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import SERVE, running

pytestmark = pytest.mark.once


def type_in(script, installation):
    """Run what a reader types, and return what comes of it, standard error too."""
    done = subprocess.run(
        ["sh", "-c", script],
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    return done.stdout


def test_the_five_minutes(tmp_path):
    tour, proof, cheat = re.findall(r"```sh\n(.*?)```", section(page("README.md"), "Quick start"), re.DOTALL)
    with installed(tmp_path / "data") as installation:
        (password,) = re.findall(r"password  (\S+)", installation.manage("create_first_admin"))
        with running(installation, SERVE) as server:
            told = type_in(
                tour.replace("http://127.0.0.1:8000", server.address).replace(
                    "the password that make run printed", password
                ),
                installation,
            )
        proved, refused = (
            type_in(script.replace(".venv/bin/python", sys.executable), installation) for script in (proof, cheat)
        )

    *acts, trail = [json.loads(line) for line in told.splitlines()]
    assert [act["child"]["points"] for act in acts if "child" in act] == [25, 25, 5, 25, 25, 25]
    assert [act["child"]["reserved"] for act in acts if "child" in act] == [0, 20, 0, 0, 20, 0]
    assert (trail["count"], trail["results"][0]["sequence"]) == (6, 6)
    assert proved.startswith("Clean"), proved
    assert "append-only" in refused, refused


def test_it_stays_a_front_page():
    assert len(page("README.md").splitlines()) <= 150
