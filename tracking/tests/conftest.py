import uuid

import pytest
from django.contrib.auth.models import Permission

from children.services.activations import activate
from children.tests.factories import earn, make_user
from rewards.services.requests import redeem_reward, request_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent
from tracking.tests.faults.home import settle
from tracking.tests.installation import installed


@pytest.fixture(scope="session")
def model_home(tmp_path_factory):
    """An installation with a family, at rest, for others to be copied from."""
    with installed(tmp_path_factory.mktemp("model") / "data") as installation:
        yield installation, settle(installation)


@pytest.fixture
def things(family, parent, other_parent, child, task, penalty, reward):
    """The ids that paths name, by what stands before them."""
    earn(child, 100)
    asked, _ = request_reward(reward=make_reward(family, cost=5), child=child, by=child.login)
    redeemed, _ = redeem_reward(reward=make_reward(family, cost=5), child=child, by=parent)
    return {
        "parents": other_parent.pk,
        "children": child.pk,
        "tasks": task.pk,
        "penalties": penalty.pk,
        "rewards": reward.pk,
        "activations": activate(entity=task, child=child, by=parent).pk,
        "reward-requests": asked.pk,
        "redeemed": redeemed.pk,
        "events": TrackingEvent.objects.newest_first()[0].pk,
        "tokens": uuid.uuid4(),
    }


@pytest.fixture
def staff(db):
    """In no family, and an admin by the one permission that makes one."""
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    return staff
