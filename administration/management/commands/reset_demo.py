"""Carries out a reset of the demo that a worker has claimed (`administration.tasks.reset_demo`)."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from administration.domain import demo_reset
from administration.enums import DemoResetState
from administration.models import DemoReset
from common.own_database import OwnDatabaseCommand


class Command(OwnDatabaseCommand):
    help = "Carry out a reset of the demo that was asked for in the browser. `seed_demo --reset` needs no request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reset", type=int)
        parser.add_argument("attempt", type=int)

    def handle(self, *args: Any, reset: int, attempt: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only a demo can be reset, and this installation is none.")
        row = DemoReset.objects.filter(pk=reset, attempts=attempt, state=DemoResetState.RUNNING).first()
        if row is None:
            raise CommandError("This reset is not claimed for this process.")
        demo_reset.run(row, in_background=True)
