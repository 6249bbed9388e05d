"""What uvicorn runs: Chore, for which it is always the moment of the house."""

from typing import Any

from chore_project.asgi import application as chore
from tracking.tests.browser.house import NOW


async def application(scope: Any, receive: Any, send: Any) -> None:
    from children import clock  # has models: only once Chore is set up

    with clock.pretend(NOW):
        await chore(scope, receive, send)
