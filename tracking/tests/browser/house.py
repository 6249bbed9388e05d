"""The demo's families, on a server for which time stands still: its pages say the same whenever they are looked at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracking.tests.installation import Installation
from tracking.tests.live import Server

NOW = datetime(2026, 5, 14, 18, tzinfo=UTC)  # a Thursday
COMMAND = ("-m", "uvicorn", "tracking.tests.browser.standing_still:application", "--port={port}")
PASSWORD = "a long enough pass phrase"
SCRIPT = f"""
import json
from io import StringIO
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from children import clock
from children.models import AuthToken, Child, Penalty, Task, User
from children.services.deletions import request_deletion
from tracking.demo.life import live
from tracking.tests.browser.house import NOW

def log_in(user):
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    return session.session_key

call_command("migrate", verbosity=0)
with clock.pretend(NOW):
    live()
    call_command("verify_tracking", stdout=StringIO(), stderr=StringIO())
    request_deletion(user=User.objects.get(username="ngozi"))
User.objects.create_superuser("admin", password="{PASSWORD}")
print(json.dumps({{
    "sessions": {{user.username: log_in(user) for user in User.objects.all()}},
    "tokens": {{name: AuthToken.objects.create(User.objects.get(username=name))[1] for name in ("ana", "chidi")}},
    "children": {{child.name: child.pk for child in Child.objects.all()}},
    "tasks": {{task.name: task.pk for task in Task.objects.all()}},
    "penalties": {{penalty.name: penalty.pk for penalty in Penalty.objects.all()}},
}}))
"""
STUCK = """
from tracking.models import TrackingEvent, UnrecordedEvent

event = TrackingEvent.objects.newest_first()[0]
UnrecordedEvent.objects.create(
    child_id=event.child_id, sequence=99, event=event.to_dict(), error="IntegrityError()", created_at=event.created_at
)
"""


@dataclass(frozen=True)
class House:
    """Sessions and tokens by username, ids by name."""

    installation: Installation
    server: Server
    sessions: dict[str, str]
    tokens: dict[str, str]
    children: dict[str, int]
    tasks: dict[str, int]
    penalties: dict[str, int]

    def cookies(self, username: str) -> list[dict[str, str]]:
        return [{"name": "sessionid", "value": self.sessions[username], "url": self.server.address}]

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "ana") -> Any:
        return self.server.ask(method, path, self.tokens[by], body)

    def do_task(self, child: str, task: str = "Set the table", **by: str) -> None:
        self.ask("POST", f"tasks/{self.tasks[task]}/activate/", {"child": self.children[child]}, **by)

    def get_penalty(self, child: str) -> None:
        self.ask("POST", f"penalties/{self.penalties['Shouting']}/activate/", {"child": self.children[child]})
