"""A story in which a user has a part, all else that may name it, and a picture of everything there is."""

import io
import json
from types import SimpleNamespace

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from children import clock
from children.models import AccountDeletionPolicy, AuthToken, IdempotencyKey, User
from children.services.activations import activate, cancel_activation
from children.tests.factories import make_penalty, make_task
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.tests.factories import make_reward
from tracking import audit_log, unrecorded_log
from tracking.models import UnrecordedEvent
from tracking.tests.factories import build_event, make_day_sum, make_verification
from tracking.traces.identity import Identity

NOT_PICTURED = {"django_content_type", "auth_permission", AccountDeletionPolicy._meta.db_table}  # made when asked for


# What there was


def live(child, *people):
    """Each of them does every act there is, in turn."""
    family = child.family
    task, penalty, reward = make_task(family), make_penalty(family), make_reward(family, cost=1)
    for by in people:
        cancel_activation(activation=activate(entity=task, child=child, by=by), by=by)
        activate(entity=task, child=child, by=by)
        activate(entity=penalty, child=child, by=by)
        refund_request(request=redeem_reward(reward=reward, child=child, by=by)[0], by=by)
        redeem_request(request=request_reward(reward=reward, child=child, by=by)[0], by=by)
        cancel_request(request=request_reward(reward=reward, child=child, by=by)[0], by=by)
    for by in people:  # one that stays open
        request_reward(reward=make_reward(family, cost=1), child=child, by=by)


def leave_notes(user, *, beside):
    """What names a user besides its acts: in rows of its own, and in those of somebody who stays."""
    _keep_answers(user, beside)
    _wait_unrecorded(user)
    make_verification(f"child 2, sequence 1: user_id is {user.pk}", f"child 2, sequence 2: user_id is {user.pk}0")
    make_day_sum()
    AuthToken.objects.create(user=user)
    AuthToken.objects.create(user=beside)
    for each in (user, beside):
        Client().force_login(each)
        fail_to_log_in(each.username)
    fail_to_log_in(user.username.upper())
    fail_to_log_in(f"{user.username}@example.org")
    for by, of in ((user, beside), (beside, user), (beside, beside)):
        note_in_admin_log(by, of)


def log_in(user_id):
    """As a user of that id, whether there is one or not."""
    session = SessionStore()
    session["_auth_user_id"] = str(user_id)
    session.save()


def fail_to_log_in(username):
    address = {"username": username, "ip_address": "192.0.2.1"}
    AccessAttempt.objects.create(failures_since_start=1, **address)
    AccessFailureLog.objects.create(**address)
    AccessLog.objects.create(**address)


def note_in_admin_log(by, of, *, content_type=None):
    return LogEntry.objects.create(
        user=by,
        content_type=content_type or ContentType.objects.get_for_model(User),
        object_id=str(of.pk),
        object_repr=of.username,
        action_flag=CHANGE,
        change_message='[{"changed": {"fields": ["Username"]}}]',
    )


def keep_answer(user, answer, key="tap"):
    moment = clock.now()
    return IdempotencyKey.objects.create(user=user, key=key, fingerprint="", answer=answer, created_at=moment)


def wait_unrecorded(user_id, *, error="", sequence=1):
    event = build_event(user_id=user_id, child_id=10**6, sequence=sequence).to_dict()
    return UnrecordedEvent.objects.create(
        child_id=10**6, sequence=sequence, event=event, error=error, created_at=clock.now()
    )


def _keep_answers(user, beside):
    keep_answer(user, "{}")
    keep_answer(beside, f'{{"id":1,"user_id":{user.pk},"child":{{"id":2}}}}', f"of {user.pk}")
    keep_answer(beside, f'{{"id":1,"user_id":{user.pk}0,"child":{{"id":2}}}}', f"of {user.pk}0")


def _wait_unrecorded(user):
    wait_unrecorded(user.pk, error=f"IntegrityError('Key (user_id)=({user.pk}), {user.username}, is not there.')")
    wait_unrecorded(user.pk * 10, error=f"It was user {user.pk}0, {user.username}-lena.", sequence=2)
    unrecorded_log.path().parent.mkdir(exist_ok=True)
    with unrecorded_log.path().open("a") as log:
        for user_id in (user.pk, user.pk * 10):
            print(json.dumps(build_event(user_id=user_id, child_id=10**6).to_dict()), file=log)


# What there is


def picture():
    """Every row of every table that a model knows, by table and key."""
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in NOT_PICTURED:
            for row in serializers.serialize("python", model._base_manager.all()):
                rows[model._meta.db_table, row["pk"]] = row["fields"]
    return rows


def logs():
    """Every file of the log, but the mark of its last change."""
    return {path.name: path.read_bytes() for path in settings.LOG_DIR.glob("*") if path.name != ".changed"}


# What there is to be


def without(user, rows):
    """The picture in which what the user did names nobody."""
    return {key: _without(user, key[0], fields) for key, fields in rows.items() if not _is_key_of(user, key[0], fields)}


def without_account(user, rows):
    """The picture in which the account is gone too, with all that belongs to it."""
    left = without(user, rows)
    return {key: fields for key, fields in left.items() if not _belongs_to(user, *key, fields)}


def logs_without(user, files):
    """The files in which the user's lines name nobody. It has one log."""
    own, null = f"tracking_user_{user.pk}.log", b'"user_id": null,'
    moved = files.get(own, b"").replace(b'"user_id": %d,' % user.pk, null)
    left = {name: text.replace(b'"user_id": %d,' % user.pk, null) for name, text in files.items() if name != own}
    forgotten = f"tracking_{audit_log.ANONYMIZED}.log"
    return left | ({forgotten: left.get(forgotten, b"") + moved} if moved else {})


def _is_key_of(user, table, fields):
    return table == "children_idempotencykey" and fields["user"] == user.pk


def _without(user, table, fields):
    """Written down anew here, in other words than the product's."""
    named = {
        "tracking_trackingevent": lambda row: {"user": _unless(user, row["user"])},
        "children_activation": lambda row: {"by": _unless(user, row["by"])},
        "rewards_rewardrequest": lambda row: {"by": _unless(user, row["by"])},
        "tracking_unrecordedevent": lambda row: {
            "event": {**row["event"], "user_id": _unless(user, row["event"]["user_id"])},
            "error": row["error"]
            .replace(f"({user.pk}), {user.username},", "((forgotten)), (forgotten),")
            .replace(f"user {user.pk},", "user (forgotten),"),
        },
        "tracking_verification": lambda row: {
            "first_findings": [
                finding.removesuffix(str(user.pk)) + "(forgotten)" if finding.endswith(f" {user.pk}") else finding
                for finding in row["first_findings"]
            ]
        },
        "children_idempotencykey": lambda row: {
            "answer": row["answer"].replace(f'"user_id":{user.pk},', '"user_id":null,')
        },
    }
    return {**fields, **named[table](fields)} if table in named else fields


def _unless(user, user_id):
    return None if user_id == user.pk else user_id


def _belongs_to(user, table, key, fields):
    if table == "children_user":
        return key == user.pk
    if table == "django_session":
        return Session(session_data=fields["session_data"]).get_decoded()["_auth_user_id"] == str(user.pk)
    if table == "django_admin_log":
        return user.pk in (fields["user"], int(fields["object_id"]))
    if table.startswith("axes_"):
        return fields["username"].lower() in (user.username.lower(), user.email)
    return fields.get("user") == user.pk


# What is done


def anonymize(*arguments):
    """Run the command. Returns its status, and what it printed."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("anonymize_user", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        status = error.returncode
        print(error, file=err)
    return SimpleNamespace(status=status, out=out.getvalue(), err=err.getvalue())


def run(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def named(name, user_id=10**9):
    """Somebody of that name, without an account."""
    return Identity(user_id, (name,))
