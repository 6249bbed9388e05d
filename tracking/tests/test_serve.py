import socket
from datetime import timedelta
from threading import enumerate as threads
from time import monotonic, sleep

import pytest
import uvicorn
from django.core.management import CommandError, call_command

from children import clock
from children.models import IdempotencyKey
from tracking.management.commands.serve import welcome
from tracking.tests.racing import PATIENCE


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


@pytest.mark.django_db(transaction=True)
def test_it_keeps_house_while_it_serves(parent, settings, monkeypatch):
    """Beside the server, so that nobody has to; what it serves does not matter here."""
    settings.PORT = 0
    IdempotencyKey.objects.create(user=parent, key="old", fingerprint="", created_at=clock.now() - timedelta(days=2))

    def serve_until_it_is_gone(*_, **__):
        until = monotonic() + PATIENCE
        while IdempotencyKey.objects.exists():
            assert monotonic() < until, "nobody keeps house"
            sleep(0.01)

    monkeypatch.setattr(uvicorn.Server, "run", serve_until_it_is_gone)
    call_command("serve")

    assert "housekeeping" not in {thread.name for thread in threads()}
