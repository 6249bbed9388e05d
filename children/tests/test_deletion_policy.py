"""The one row that says how long a marked account stays."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from children.models import AccountDeletionPolicy


@pytest.mark.parametrize("hours", [24, 720])
def test_the_bounds_are_within_them(db, hours):
    AccountDeletionPolicy.objects.create(threshold_hours=hours)

    assert AccountDeletionPolicy.objects.current().threshold == timedelta(hours=hours)


@pytest.mark.parametrize("hours", [23, 721])
def test_the_database_refuses_what_is_out_of_bounds(db, hours):
    with pytest.raises(IntegrityError, match="account_deletion_policy_hours_in_range"):
        AccountDeletionPolicy.objects.create(threshold_hours=hours)


def test_the_database_refuses_a_second_row(db):
    AccountDeletionPolicy.objects.create()

    with pytest.raises(IntegrityError, match="account_deletion_policy_one_row"):
        AccountDeletionPolicy.objects.create(id=2)


def test_without_a_row_it_is_the_default(db):
    assert AccountDeletionPolicy.objects.current().threshold_hours == 720
    assert not AccountDeletionPolicy.objects.exists()


def test_its_lock_makes_the_row(db):
    assert AccountDeletionPolicy.objects.lock() == AccountDeletionPolicy.objects.lock()
    assert AccountDeletionPolicy.objects.get().threshold_hours == 720
