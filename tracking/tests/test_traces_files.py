"""The proof reads every file that the product writes, and its name."""

import json

import pytest

from tracking.tests.factories import build_event
from tracking.traces.files import scan_files
from tracking.traces.identity import Identity
from tracking.traces.proof import prove

pytestmark = pytest.mark.once

ANNA = Identity(7, ("anna", "anna@example.org"))


@pytest.fixture
def folder(settings):
    settings.LOG_DIR.mkdir()
    return settings.LOG_DIR


def traces(identity=ANNA):
    return dict(scan_files(identity)[1])


def line(**values):
    return json.dumps(build_event(**values).to_dict()) + "\n"


@pytest.mark.parametrize(
    "name",
    [
        "tracking_user_7.log",
        "tracking_user_7.log.1",
        "draft_tracking_user_7.log",
        "draft_tracking_user_7.log.12",
        "of anna@example.org",
    ],
)
def test_the_name_of_a_file_is_a_trace(folder, name):
    (folder / name).touch()

    assert traces() == {f"logs/{name} (its name)": 1}


@pytest.mark.parametrize(
    "name", ["tracking_user_70.log", "tracking_user_17.log", "tracking_system.log", "joanna", "anna.txt"]
)
def test_the_name_of_another_file_is_none(folder, name):
    (folder / name).touch()

    assert traces() == {}


@pytest.mark.parametrize(
    "name", ["tracking_user_8.log", "tracking_anonymized.log.3", "tracking_system.log", "unrecorded.log", "x", ".x"]
)
@pytest.mark.parametrize(
    "text",
    [line(user_id=7), "user 7 was here\n", "Anna\n", "anna@example.org\n", '{"note": "anna"}\n', '{"user_id": 7, "ha'],
)
def test_a_line_is_a_trace(folder, name, text):
    (folder / name).write_text(line() + text + line(user_id=70) + text)

    assert traces() == {f"logs/{name}": 2}


def test_a_file_in_a_folder_is_read_too(folder):
    (folder / "old").mkdir()
    (folder / "old" / "x.log").write_text("anna\n")

    assert traces() == {"logs/old/x.log": 1}


def test_what_a_family_calls_its_things_is_none(folder):
    (folder / "tracking_system.log").write_text(line(metadata={"entity_name": "anna", "points": 7}))

    assert traces() == {}


def test_an_escaped_name_is_a_trace(folder):
    (folder / "x").write_text(json.dumps({"note": "änna"}))

    assert traces(Identity(7, ("Änna",))) == {"logs/x": 1}


def test_bytes_that_are_no_text_do_not_matter(folder):
    (folder / "x").write_bytes(b"\xff\xfe anna\n\0\n")

    assert traces() == {"logs/x": 1}


def test_all_files_are_counted(folder):
    for name in ("tracking_system.log", "tracking_system.log.1", "unrecorded.log"):
        (folder / name).touch()

    assert scan_files(ANNA)[0] == 3


def test_where_nothing_was_written_there_is_nothing(settings):
    assert scan_files(ANNA) == (0, {})


def test_a_file_that_goes_meanwhile_holds_up_nothing(folder):
    """Somebody's log was rotated, or a draft put in its place."""
    (folder / "a draft").write_text("anna\n")
    (folder / "b").write_text("anna\n")

    class Goes(Identity):
        def is_named_in(self, text):
            (folder / "b").unlink(missing_ok=True)
            return super().is_named_in(text)

    assert traces(Goes(7, ("anna",))) == {"logs/a draft": 1}


def test_the_proof_tells_where_and_how_often(folder, db):
    (folder / "tracking_user_7.log").write_text(line(user_id=7) * 3)

    proof = prove(ANNA, account=True)

    assert proof.to_dict()["traces"] == {"logs/tracking_user_7.log": 3, "logs/tracking_user_7.log (its name)": 1}
    assert "traces in logs/tracking_user_7.log (3), logs/tracking_user_7.log (its name) (1)." in str(proof)
    assert (proof.user_id, proof.files) == (7, 1)


def test_without_traces_the_proof_says_so(folder, db):
    proof = prove(ANNA, account=True)

    assert proof.traces == {}
    assert str(proof) == f"Looked through {proof.tables} tables and 0 files: no trace."
