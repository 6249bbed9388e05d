import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from children.models import User
from children.tests.factories import make_user


def test_an_empty_server_gets_an_admin_whose_password_is_shown(db, capsys):
    call_command("create_first_admin")

    shown = capsys.readouterr().out
    admin = User.objects.get(is_superuser=True)
    password = re.search(r"password +(\S+)\n", shown).group(1)
    assert admin.username == "admin"
    assert admin.is_staff
    assert admin.check_password(password)
    validate_password(password, admin)


def test_it_may_have_another_name(db, capsys):
    call_command("create_first_admin", username="grace")

    assert User.objects.get(is_superuser=True).username == "grace"
    assert "grace" in capsys.readouterr().out


def test_where_there_is_a_superuser_nothing_happens(admin, capsys):
    password = admin.password

    call_command("create_first_admin")

    assert capsys.readouterr().out == ""
    assert User.objects.get(is_superuser=True).password == password


def test_a_name_that_is_taken_is_one_clear_message(db):
    make_user("admin")

    with pytest.raises(CommandError, match="'admin' already"):
        call_command("create_first_admin")
