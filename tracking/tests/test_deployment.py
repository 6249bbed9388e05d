"""What docs/deployment.md tells of is there, and says what it should to the tools that read it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import Server, wait_until
from tracking.tests.proxies import FOLDER, found

pytestmark = pytest.mark.once

CHECK = str(FOLDER / "healthcheck.py")
UNITS = sorted(path.name for path in (FOLDER / "systemd").glob("chore-*.*") if path.is_file())
EXPOSED = 20  # tenths, of 100: what systemd itself calls a service that is well confined
LOAD_EVERYTHING = """
from django.core.management import get_commands, load_command_class
import chore_project.asgi, chore_project.wsgi
for command, app in get_commands().items():
    load_command_class(app, command)
"""


@pytest.fixture
def page(settings):
    return (settings.BASE_DIR / "docs" / "deployment.md").read_text()


@pytest.fixture
def dockerfile(settings):
    return (settings.BASE_DIR / "Dockerfile").read_text()


@pytest.fixture
def compose(settings):
    return yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text())


# The page


def test_each_file_that_the_page_names_is_there_and_each_that_is_there_is_named(page):
    linked = {target.rstrip("/") for target in re.findall(r"\]\((deployment/[^)#]+)\)", page)}
    there = {f"deployment/{path.relative_to(FOLDER)}" for path in FOLDER.rglob("*") if path.is_file()}

    assert there <= linked
    assert all((FOLDER.parent / target).exists() for target in linked)


# The container


def test_the_image_has_all_that_the_server_and_the_commands_need(settings, dockerfile, tmp_path):
    ignore = (settings.BASE_DIR / ".dockerignore").read_text().split()
    left_out = [line.removeprefix("**/") for line in ignore[1:] if not line.startswith("!")]
    for name in (line[1:] for line in ignore if line.startswith("!")):
        there, here = settings.BASE_DIR / name, tmp_path / "chore" / name
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here, ignore=lambda folder, names: _left_out(left_out, Path(folder), names))
        else:
            shutil.copy(there, here)

    run = [sys.executable, "manage.py", "shell", "--no-imports", "--command", LOAD_EVERYTHING]
    environment = os.environ | {"CHORE_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        run, cwd=tmp_path / "chore", env=environment, capture_output=True, text=True, timeout=PATIENCE
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "chore" / re.search(r"HEALTHCHECK .*?([\w/]+\.py)", dockerfile)[1]).exists()
    assert not list((tmp_path / "chore").rglob("tests"))


def _left_out(names, folder, candidates):
    return {each for each in candidates if any(f"{folder}/{each}".endswith(f"/{name}") for name in names)}


def test_the_check_of_its_health_finds_a_server_that_answers_to_another_name_only(model_home, tmp_path):
    with installed(tmp_path / "data", like=model_home[0]) as installation:
        server = Server(installation.with_variables(CHORE_ALLOWED_HOSTS=".example.org"))
        environment = server.installation.environment | {"CHORE_PORT": str(server.port)}

        def exit_status():
            return subprocess.run(
                [sys.executable, CHECK], env=environment, capture_output=True, timeout=PATIENCE
            ).returncode

        assert exit_status() == 1
        try:
            server.launch()
            wait_until(lambda: exit_status() == 0, "health")
        finally:
            server.stop()


def test_its_pg_dump_is_as_new_as_the_server_of_compose(dockerfile, compose):
    client = re.search(r"postgresql-client-(\d+)", dockerfile)[1]

    assert compose["services"]["db"]["image"] == f"postgres:{client}"


# Compose


def test_without_the_profile_only_chore_starts_and_waits_for_nobody(compose):
    services = compose["services"]

    assert [name for name, service in services.items() if "profiles" not in service] == ["chore"]
    assert {need["required"] for need in services["chore"]["depends_on"].values()} == {False}
    assert {tuple(service["profiles"]) for name, service in services.items() if name != "chore"} == {("scale",)}


def test_each_service_is_confined_and_watched(compose):
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        watched = service["healthcheck"]
        assert "start_interval" not in watched or "start_period" in watched, name  # Compose itself wants both
        assert not re.search(r"PASSWORD\S*:[-?][^}]", str(service)), f"{name} has a password that everybody knows"


def test_what_services_name_is_there_and_no_port_is_published_twice(compose):
    services = compose["services"]
    ports = [port.partition(":")[0] for service in services.values() for port in service.get("ports", ())]
    volumes = [
        volume.partition(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(".")
    ]

    assert {need for service in services.values() for need in service.get("depends_on", ())} <= services.keys()
    assert set(volumes) == compose["volumes"].keys()
    assert "${CHORE_PUBLISH" in ports
    assert set(ports) - {"${CHORE_PUBLISH"} == {"80", "443"}  # the second by TCP and UDP


def test_compose_tells_caddy_where_everybody_is(compose):
    told = compose["services"]["proxy"]["environment"]
    names = re.findall(r"{\$(\w+)", (FOLDER / "Caddyfile").read_text())

    assert sorted(told) == sorted(names)
    assert {value.partition(":")[0] for name, value in told.items() if name != "CHORE_HOSTNAME"} <= compose[
        "services"
    ].keys()


# systemd


@pytest.fixture
def units(tmp_path):
    """With this Python's folder in the place of theirs."""
    shutil.copytree(FOLDER / "systemd", tmp_path / "units")
    for path in (tmp_path / "units").glob("chore-*.service"):
        path.write_text(path.read_text().replace("/opt/chore/.venv/bin", str(Path(sys.executable).parent)))
    return tmp_path / "units"


def analyze(units, *arguments):
    command = [found("systemd-analyze"), *arguments]
    return subprocess.run(command, cwd=units, capture_output=True, text=True, timeout=PATIENCE)


def test_systemd_understands_each_unit(units):
    done = analyze(units, "verify", "--man=no", *(f"./{name}" for name in UNITS))

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_each_unit_is_confined(units, name):
    done = analyze(units, "security", "--offline=true", f"--threshold={EXPOSED}", f"./{name}")

    assert done.returncode == 0, done.stdout


def test_each_unit_runs_what_is_there(units):
    """systemd does not look for it where it reads a template."""
    for path in units.glob("chore-*.service"):
        for command in re.findall(r"^ExecStart\w*=(\S+)", path.read_text(), re.MULTILINE):
            assert os.access(command, os.X_OK), f"{path.name}: {command}"
