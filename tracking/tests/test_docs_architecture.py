"""docs/architecture.md tells the walk of an act as it is."""

import re
import sys
from contextlib import contextmanager

import pytest

from children.tests.pages import page, section


@contextmanager
def entering(root):
    """Yield what becomes the files below a folder, in the order in which their functions are first called."""
    files, start = {}, f"{root}/"

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(start):
            files.setdefault(frame.f_code.co_filename.removeprefix(start))

    usual = sys.getprofile()
    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(usual)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_an_act_walks_as_the_page_says(api, parent, task, child, settings):
    client = api(parent)
    client.get("/api/v1/me/")  # so that all is imported
    with entering(settings.BASE_DIR) as files:
        answer = client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk})

    assert answer.status_code == 201
    walk = section(page("docs/architecture.md"), "One act, from tap to screen")
    told = [name for name in re.findall(r"`([\w/]+\.py)`", walk) if name in files]
    assert told == [name for name in files if name in told]
    assert len(told) > 12
