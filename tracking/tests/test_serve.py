import socket

import pytest
from django.core.management import CommandError, call_command

from tracking.management.commands.serve import welcome


def test_a_busy_port_is_one_clear_message(settings):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        settings.HOST, settings.PORT = busy.getsockname()

        with pytest.raises(CommandError, match="Address already in use"):
            call_command("serve")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/admin/"),
        ("0.0.0.0", "http://localhost:8000/admin/"),
        ("::1", "http://[::1]:8000/admin/"),
        ("chore.example.org", "http://chore.example.org:8000/admin/"),
    ],
)
def test_it_says_where_to_go(host, address):
    assert address in welcome(host, 8000)
