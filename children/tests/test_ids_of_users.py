"""An id of a deleted user is never given to another one, whom the trail would then name."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


def user_model(migration):
    return MigrationLoader(connection).project_state([("children", migration)]).apps.get_model("children", "User")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("before", "after"), [("0002_idempotency_key", "0003_account_deletion")])
def test_a_migration_does_not_make_ids_be_given_again(before, after):
    """SQLite forgets which ids were given when Django makes a table anew."""
    call_command("migrate", "children", before, verbosity=0)
    try:
        gone = user_model(before).objects.create(username="gone")
        gone_id = gone.pk
        gone.delete()
        call_command("migrate", "children", after, verbosity=0)

        assert user_model(after).objects.create(username="next").pk > gone_id
    finally:
        call_command("migrate", verbosity=0)
