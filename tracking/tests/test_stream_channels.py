"""Which channels there are, who may read which, and what is in them."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django_eventstream.storage import EventDoesNotExist

from children.models import User
from children.services.activations import activate
from children.services.families import remove_parent
from children.tests.factories import make_user
from tracking.models import TrackingEvent
from tracking.stream.channels import TrailChannels, channels_of, child_channel, events_on, family_channel, home_channel
from tracking.stream.storage import CREATED, TrailStorage

storage = TrailStorage()


def again(user):
    """The user as the next request finds it."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def events(task, child, sibling, parent, strangers_task, strangers_child, stranger):
    """The events of our child, its sibling, our child again, and a stranger's, as ids."""
    for one in (child, sibling, child):
        activate(entity=task, child=one, by=parent)
    activate(entity=strangers_task, child=strangers_child, by=stranger)
    return list(TrackingEvent.objects.order_by("id").values_list("id", flat=True))


@pytest.fixture
def channels(family, child, sibling, strangers_family, strangers_child):
    """All there are, by name."""
    return {
        "family": family_channel(family.pk),
        "child": child_channel(child.pk),
        "sibling": child_channel(sibling.pk),
        "stranger's family": family_channel(strangers_family.pk),
        "stranger's child": child_channel(strangers_child.pk),
    }


def make_staff(username="staff", **values):
    """Staff with the permission that makes an admin."""
    user = make_user(username, is_staff=True, **values)
    user.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    return user


@pytest.fixture
def people(parent, other_parent, child, sibling, stranger, strangers_child, admin, family):
    """One of each kind that there is, by what it is."""
    sibling.login = make_staff("byron", family=family)
    sibling.save()
    remove_parent(parent=other_parent, by=parent)
    people = {
        "parent": parent,
        "child": child.login,
        "stranger": stranger,
        "stranger's child": strangers_child.login,
        "admin": admin,
        "staff with the permission": make_staff(),
        "staff without it": make_user("clerk", is_staff=True),
        "admin who is a parent": make_staff("boss", family=family),
        "admin who is a child": sibling.login,
        "parent who left": other_parent,
        "stray": make_user("stray"),
        "inactive parent": make_user("asleep", family=family, is_active=False),
        "inactive admin": make_staff("retired", is_active=False),
    }
    return {what: again(user) for what, user in people.items()} | {"anybody": AnonymousUser(), "nobody": None}


FAMILIES = {"family", "stranger's family"}
READABLE = {
    "parent": {"family"},
    "child": {"child"},
    "stranger": {"stranger's family"},
    "stranger's child": {"stranger's child"},
    "admin": FAMILIES,
    "staff with the permission": FAMILIES,
    "admin who is a parent": FAMILIES,
    "admin who is a child": FAMILIES | {"sibling"},
}
HOMES = {
    "parent": "family",
    "child": "child",
    "stranger": "stranger's family",
    "stranger's child": "stranger's child",
    "admin who is a parent": "family",
    "admin who is a child": "sibling",
    "inactive parent": "family",
}


def test_an_event_is_on_the_channels_of_its_family_and_of_its_child(events, family, child):
    event = TrackingEvent.objects.get(pk=events[0])

    assert channels_of(event) == (f"family-{family.pk}", f"child-{child.pk}")


def test_who_is_in_a_family_has_a_channel(people, channels):
    homes = {what: home_channel(user) for what, user in people.items() if isinstance(user, User)}

    assert homes == {what: channels[HOMES[what]] if what in HOMES else None for what in homes}


def test_who_may_read_which_channel(people, channels):
    may_read = TrailChannels().can_read_channel

    readable = {
        what: {name for name, channel in channels.items() if may_read(user, channel)} for what, user in people.items()
    }

    assert readable == {what: READABLE.get(what, set()) for what in people}


def test_nobody_may_read_a_channel_with_events_that_are_not_visible_to_them(people, channels, events):
    for what, user in people.items():
        for name in READABLE.get(what, ()):
            there = {*events_on(channels[name]).values_list("id", flat=True)}
            assert there, name
            assert there <= {*TrackingEvent.objects.visible_to(user).values_list("id", flat=True)}, (what, name)


@pytest.mark.parametrize("channel", ["", "family", "family_{}", "x-family-{}", "child-{}", "events_channel"])
def test_there_are_no_other_channels(parent, admin, family, channel):
    channel = channel.format(family.pk)

    assert [TrailChannels().can_read_channel(user, channel) for user in (parent, admin)] == [False, False]


def test_the_channel_of_a_request_is_its_users_or_that_of_the_family_it_names(rf, people, channels, family):
    request = rf.get("/")
    found = {}
    for what, request.user in people.items():
        found[what] = TrailChannels().get_channels_for_request(request, {})

    request.user = people["admin"]
    named = TrailChannels().get_channels_for_request(request, {"family_id": family.pk})

    assert found == {what: {channels[HOMES[what]]} if what in HOMES else set() for what in people}
    assert named == {channels["family"]}


def test_a_channel_holds_its_own_events_in_the_order_of_their_ids(events, channels):
    first, siblings, second, strangers = events

    found = {name: list(events_on(channel).values_list("id", flat=True)) for name, channel in channels.items()}

    assert found == {
        "family": [first, siblings, second],
        "child": [first, second],
        "sibling": [siblings],
        "stranger's family": [strangers],
        "stranger's child": [strangers],
    }


# The storage


def test_what_is_stored_is_the_trail(events, channels):
    first, _, second, _ = events

    stored = storage.get_events(channels["child"], 0)

    assert [(event.channel, event.type, event.id) for event in stored] == [
        (channels["child"], CREATED, first),
        (channels["child"], CREATED, second),
    ]
    assert [json.loads(event.data) for event in stored] == [
        TrackingEvent.objects.get(pk=event.id).to_dict() for event in stored
    ]


def test_events_are_read_after_an_id_and_up_to_a_limit(events, channels):
    first, siblings, second, _ = events

    def ids(*arguments, **options):
        return [event.id for event in storage.get_events(channels["family"], *arguments, **options)]

    assert ids(first) == [siblings, second]
    assert ids(second) == []
    assert ids(0, limit=2) == [first, siblings]


def test_an_id_from_nowhere_is_told_with_the_newest(events, channels):
    first, siblings, second, strangers = events

    for channel, last_id in [("child", siblings), ("child", strangers), ("family", strangers), ("family", 2**63 - 1)]:
        with pytest.raises(EventDoesNotExist) as error:
            storage.get_events(channels[channel], last_id)
        assert error.value.current_id == second
        assert not storage.knows(channels[channel], last_id)
    assert [storage.knows(channels["child"], known) for known in (0, first, second)] == [True] * 3


def test_the_newest_id_is_of_the_channel(events, channels):
    _, siblings, second, strangers = events

    newest = {name: storage.get_current_id(channel) for name, channel in channels.items()}

    assert newest == {
        "family": second,
        "child": second,
        "sibling": siblings,
        "stranger's family": strangers,
        "stranger's child": strangers,
    }


def test_before_the_first_event_the_newest_id_is_0(channels):
    assert [storage.get_current_id(channel) for channel in channels.values()] == [0] * 5
    assert storage.get_events(channels["family"], 0) == []


def test_to_append_writes_nothing(events, channels):
    event = storage.append_event(channels["family"], CREATED, json.dumps({"id": 7}))

    assert (event.channel, event.type, event.id) == (channels["family"], CREATED, 7)
    assert TrackingEvent.objects.count() == len(events)
