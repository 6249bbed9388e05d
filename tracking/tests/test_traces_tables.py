"""The proof looks into every column of every table: a trace planted in any is found, and named."""

import json

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from children import clock, guards
from children.models import Activation, AuthToken, Child, User
from children.tests.factories import make_family, make_user
from rewards.models import RewardRequest
from rewards.tests.factories import make_reward
from tracking.services.leaving import conclude
from tracking.tests.factories import make_event, make_verification
from tracking.tests.tracing import (
    fail_to_log_in,
    keep_answer,
    leave_notes,
    live,
    log_in,
    named,
    note_in_admin_log,
    run,
    wait_unrecorded,
)
from tracking.traces.identity import Identity
from tracking.traces.tables import scan_tables

USERS = "children_user"


def traces(identity, *, account=True):
    return dict(scan_tables(identity, account=account)[1])


@pytest.fixture
def anna(db):
    return make_user("anna", email="anna@example.org")


@pytest.fixture
def house(family, parent, child, child_user, sibling, admin):
    """A row in every table, from a life of people in every role."""
    live(child, parent, child_user, admin)
    leave_notes(child_user, beside=make_user("bea"))
    group = Group.objects.create(name="Helpers")
    group.permissions.set(Permission.objects.all()[:1])
    admin.groups.add(group)
    admin.user_permissions.set(Permission.objects.all()[:1])


# References to a user


def activation_by(user):
    child = Child.objects.create(family=make_family())
    values = {"points": 1, "delta": 1, "sequence": 1, "occurred_at": clock.now()}
    Activation.objects.create(kind="task", entity_id=1, child=child, by=user, **values)


def request_by(user):
    child = Child.objects.create(family=make_family())
    reward = make_reward(child.family)
    RewardRequest.objects.create(child=child, reward=reward, cost=1, by=user, requested_at=clock.now())


REFERENCES = {
    "children_activation.by_id": activation_by,
    "children_authtoken.user_id": lambda user: AuthToken.objects.create(user=user),
    "children_child.login_id": lambda user: Child.objects.create(family=make_family(), login=user),
    "children_idempotencykey.user_id": lambda user: keep_answer(user, "{}"),
    "children_user_groups.user_id": lambda user: user.groups.add(Group.objects.create(name="Helpers")),
    "children_user_user_permissions.user_id": lambda user: user.user_permissions.add(Permission.objects.first()),
    "django_admin_log.user_id": lambda user: note_in_admin_log(user, make_user("bea")),
    "rewards_rewardrequest.by_id": request_by,
    "tracking_trackingevent.user_id": lambda user: make_event(user_id=user.pk),
}
OF_THE_ACCOUNT = {
    "children_authtoken.user_id",
    "children_child.login_id",
    "children_user_groups.user_id",
    "children_user_user_permissions.user_id",
    "django_admin_log.user_id",
}


@pytest.mark.parametrize("place", REFERENCES)
def test_a_reference_to_a_user_is_found(place, anna):
    REFERENCES[place](anna)

    assert traces(Identity.of(anna)) == {f"{USERS}.id": 1, place: 1}
    assert traces(Identity.of(anna), account=False) == ({} if place in OF_THE_ACCOUNT else {place: 1})


def test_those_are_all_references_that_the_database_has(db):
    with connection.cursor() as cursor:
        found = {
            f"{table}.{column}"
            for table in connection.introspection.table_names(cursor)
            for column, (_, other) in connection.introspection.get_relations(cursor, table).items()
            if other == USERS
        }

    assert found == set(REFERENCES)


# Columns that hold text


def columns(*kinds):
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and not field.choices and not isinstance(field, models.ForeignKey)
    ]


TEXTS = columns(models.CharField, models.TextField, models.JSONField)
BROWSERS = ("user_agent", "http_accept", "path_info")
ALL = {*map(".".join, TEXTS)}
JSONS = columns(models.JSONField)
# The words of the product, of families and admins, of other users, and of browsers.
EXEMPT = {
    *("auth_group.name", "auth_permission.name", "auth_permission.codename"),
    *("django_content_type.app_label", "django_content_type.model"),
    *("children_family.name", "children_family.timezone", "children_child.name"),
    *("children_task.name", "children_penalty.name", "rewards_reward.name"),
    *(f"{USERS}.{column}" for column in ("username", "email", "first_name", "last_name", "password")),
    *("children_authtoken.digest", "children_authtoken.token_key", "children_authtoken.name"),
    *("children_idempotencykey.key", "children_idempotencykey.fingerprint"),
    *("django_session.session_key", "django_session.session_data"),
    "django_admin_log.object_id",
    *(f"axes_{table}.{column}" for table in ("accessattempt", "accesslog", "accessfailurelog") for column in BROWSERS),
}
ONLY_NUMBERS = {"django_admin_log.change_message", "tracking_verification.first_findings", f"{USERS}.deletion_error"}
ONLY_NAMES = {
    *("axes_accessattempt.username", "axes_accesslog.username", "axes_accessfailurelog.username"),
    "django_admin_log.object_repr",
}
GONE = Identity(10**9, ("anna", "anna@example.org"))


def plant(text, *places):
    """Write it into one row of each, whatever guards it."""
    guards.lift(connection)
    with connection.cursor() as cursor:
        for table, column in places:
            (key,) = connection.introspection.get_primary_key_columns(cursor, table)
            one = f'SELECT "{key}" FROM "{table}" LIMIT 1'
            value = _as_json(table, text) if (table, column) in JSONS else text
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" IN ({one})', [value])
            assert cursor.rowcount == 1
    guards.install(connection)


def _as_json(table, text):
    return json.dumps([text] if table == "tracking_verification" else {"note": {"said": text}})


def where_it_is_found(text):
    """Plant it in every column."""
    plant(text, *TEXTS)
    return set(traces(GONE))


def test_a_name_in_a_text_is_found(house):
    assert where_it_is_found("anna") == ALL - EXEMPT - ONLY_NUMBERS


def test_an_address_in_a_text_is_found(house):
    assert where_it_is_found("Anna@Example.org") == ALL - EXEMPT - ONLY_NUMBERS


def test_a_number_in_a_text_is_found(house):
    assert where_it_is_found(f"user {GONE.user_id}") == ALL - EXEMPT - ONLY_NAMES


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("It was Anna@Example.org.", True),
        ("ANNA!", True),
        (f"user {GONE.user_id}0, anna-lena, joanna, anna.b", False),
    ],
)
def test_a_text_is_read_as_any_other(text, is_found, house):
    plant(text, ("tracking_unrecordedevent", "error"))

    assert traces(GONE) == ({"tracking_unrecordedevent.error": 1} if is_found else {})


@pytest.mark.parametrize("spelling", ["Änna", "änna", "ÄNNA"])
@pytest.mark.parametrize("column", ["error", "event"])
def test_a_name_of_other_letters_is_found(column, spelling, house):
    """SQLite does not know that they are the same, and Django escapes them in JSON."""
    plant(spelling, ("tracking_unrecordedevent", column))

    assert traces(named("Änna")) == {f"tracking_unrecordedevent.{column}": 1}


def test_letters_that_mean_something_to_a_search_are_letters(house):
    plant("It was annaXlena.", ("tracking_unrecordedevent", "error"))
    assert traces(named("anna_lena")) == {}

    plant("It was anna_lena.", ("tracking_unrecordedevent", "error"))
    assert traces(named("anna_lena")) == {"tracking_unrecordedevent.error": 1}


def test_an_address_of_such_letters_is_found(house):
    plant("It was a!b%c_d@example.org.", ("tracking_unrecordedevent", "error"))

    assert traces(named("a!b%c_d@example.org")) == {"tracking_unrecordedevent.error": 1}
    assert traces(named("a!bXc_d@example.org")) == {}


def test_every_row_is_counted(db):
    for sequence in range(1, 4):
        wait_unrecorded(GONE.user_id, sequence=sequence)

    assert traces(GONE) == {"tracking_unrecordedevent.event": 3}


def test_there_is_a_row_in_every_table(house):
    """Or else something was planted nowhere."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        empty = {table for table in tables if cursor.execute(f'SELECT 1 FROM "{table}"') and not cursor.fetchone()}

    assert empty == {
        "tracking_departure",
        "tracking_purge",
        "tracking_purgedoor",
        "children_accountdeletionpolicy",
        "axes_accessattemptexpiration",
    }
    assert {table for table, _ in TEXTS} <= tables - empty


# What only Django can read


def test_a_session_is_found(db):
    log_in(GONE.user_id)
    log_in(int(f"{GONE.user_id}0"))

    assert traces(GONE) == {"django_session.session_data": 1}


def test_an_entry_of_the_admin_log_is_found(admin):
    note_in_admin_log(admin, User(pk=GONE.user_id, username="somebody"))

    assert traces(GONE) == {"django_admin_log.object_id": 1}


def test_a_name_in_an_entry_of_the_admin_log_is_found(admin):
    note_in_admin_log(admin, User(pk=7, username="Anna"))
    note_in_admin_log(admin, User(pk=8, username="anna-lena"))

    assert traces(GONE) == {"django_admin_log.object_repr": 1}


def test_an_entry_about_something_else_is_none(admin, house):
    """Its number may be the same, and what a family calls its things is the family's."""
    note_in_admin_log(
        admin, User(pk=GONE.user_id, username="anna"), content_type=ContentType.objects.get_for_model(Child)
    )

    assert traces(GONE) == {}


# Tables that nobody knows


@pytest.fixture
def unknown_table(anna):
    run(f'CREATE TABLE others (note text, odd name, "by" bigint REFERENCES {USERS} (id))')


def test_a_table_that_no_model_knows_is_looked_through(unknown_table, anna):
    run("INSERT INTO others VALUES (%s, %s, %s)", "for anna", "anna", anna.pk)
    run("INSERT INTO others VALUES (%s, NULL, NULL)", f"user {anna.pk}")

    assert traces(Identity.of(anna), account=False) == {"others.note": 2, "others.odd": 1, "others.by": 1}


# What is none


def test_all_tables_are_counted(house):
    with connection.cursor() as cursor:
        tables = len(connection.introspection.table_names(cursor))

    assert scan_tables(GONE, account=True)[0] == tables
    assert scan_tables(GONE, account=False)[0] == tables - 10


def test_the_own_names_of_families_are_theirs(family, parent, child, house):
    for text in ("anna", f"user {GONE.user_id}"):
        make_event(child_id=10**9, sequence=len(text), metadata={"entity_name": text, "points": 1})
        wait = wait_unrecorded(None)
        wait.event["metadata"] = {"entity_name": text}
        wait.save()

    assert traces(GONE) == {}


def test_somebodys_name_may_sound_like_a_number(house, admin):
    other = make_user(f"user_{GONE.user_id}")
    note_in_admin_log(admin, other)
    fail_to_log_in(other.username)

    assert traces(GONE) == {}


WORDS = [
    *("parent", "child", "admin", "system", "user", "session", "task", "penalty", "reward", "activated", "requested"),
    *("redeemed", "cancelled", "pending", "refunded", "denied", "withdrawn", "undone", "points", "cost", "metadata"),
    *("entity_name", "null", "true", "utc", "berlin", "Europe", "changed", "fields", "gap", "sequence", "event", "id"),
    *("children", "tracking", "rewards", "children.user", "knox", "error", "runtimeerror", "helpers", "dishes"),
]


@pytest.mark.django_db(transaction=True)
def test_the_words_of_the_product_name_nobody(house, family, child, child_user, admin, parent):
    family.timezone = "Europe/Berlin"
    family.save()
    make_verification("child 2, sequence 3: gap: the event is missing")
    User.objects.filter(pk=admin.pk).update(deletion_error="RuntimeError: an error of the parent")
    parent.delete()

    alarms = {word: conclude(named(word))[1].traces for word in WORDS}

    assert {word: found for word, found in alarms.items() if found} == {}
