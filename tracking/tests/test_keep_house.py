"""What housekeeping makes up for where a server was killed right after it had deleted an account."""

import pytest
from django.core.management import CommandError, call_command

from children.models import User
from children.services.activations import activate
from tracking import audit_log
from tracking.models import Departure
from tracking.services import leaving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delete_and_be_killed(monkeypatch):
    """Return a function that deletes an account, and nothing after that is committed."""

    def delete(user):
        with monkeypatch.context() as killed:
            killed.setattr(leaving, "conclude", lambda identity: None)
            User.objects.get(pk=user.pk).delete()

    return delete


def test_the_logs_forget_who_is_gone(task, child, parent, other_parent, delete_and_be_killed):
    activate(entity=task, child=child, by=parent)
    activate(entity=task, child=child, by=other_parent)
    delete_and_be_killed(other_parent)
    assert audit_log.users_with_log() == {parent.pk, other_parent.pk}

    call_command("housekeeping")

    assert audit_log.users_with_log() == {parent.pk}
    line = audit_log.log_named(audit_log.ANONYMIZED).read_text()
    assert '"user_id": null' in line
    assert line.count("\n") == 1
    assert not Departure.objects.exists()


def test_the_log_of_somebody_whom_this_database_does_not_know_is_left_alone(db, settings):
    """It may be another's, or a backup was restored."""
    settings.LOG_DIR.mkdir()
    log = audit_log.log_named("user_990099")
    log.write_text("{}\n")

    call_command("housekeeping")

    assert log.read_text() == "{}\n"


@pytest.mark.broken_receiver
def test_one_that_fails_is_told_and_does_not_hold_up_the_others(
    task, child, parent, other_parent, admin, delete_and_be_killed
):
    activate(entity=task, child=child, by=other_parent)
    for user in (admin, other_parent):
        delete_and_be_killed(user)
    audit_log.log_named(f"user_{admin.pk}").mkdir(parents=True)

    with pytest.raises(CommandError, match="accounts that are gone"):
        call_command("housekeeping")

    assert other_parent.pk not in audit_log.users_with_log()
    assert [departure.user_id for departure in Departure.objects.all()] == [admin.pk]
