from typing import Any

from django.core.management.base import BaseCommand, CommandError

from children.models import Family, User
from tracking.demo.homes import PASSWORD, PLANS
from tracking.demo.life import live
from tracking.models import TrackingEvent


class Command(BaseCommand):
    help = "Make two families and three weeks of their acts, in a database without families. For trying things out."

    def handle(self, *args: Any, **options: Any) -> None:
        if self._is_there():
            self.stdout.write("The demo's families are there already.")
        elif Family.objects.exists():
            raise CommandError("There are families in this database: the demo wants one of its own (CHORE_DATA_DIR).")
        else:
            live()
            self.stdout.write(f"Two families, and {TrackingEvent.objects.count()} acts of the last three weeks.")
        self._introduce()

    def _is_there(self) -> bool:
        founders = [plan.parents[0].lower() for plan in PLANS]
        return User.objects.filter(username__in=founders).count() == len(founders)

    def _introduce(self) -> None:
        self.stdout.write(f"\n  Log in with the password {PASSWORD} as")
        for plan in PLANS:
            users = User.objects.with_child().filter(username__in=map(str.lower, plan.parents + plan.children))
            names = ", ".join(f"{user.username} ({user.role})" for user in users.order_by("id"))
            self.stdout.write(f"    family {plan.name}: {names}")
