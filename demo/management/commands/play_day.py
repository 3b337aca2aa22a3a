"""Play a plausible day on the practice network and tell its story (in Serbian, as it happens in Serbia)."""

import logging
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.own_database import OwnDatabaseCommand
from demo import day, server

MOST_DAYS = 30


class Command(OwnDatabaseCommand):
    help = "Play a day on the practice network: posts go out, citizens react and write, the numbers come back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=1, help=f"how many, at most {MOST_DAYS}")
        parser.add_argument("--speed", type=float, default=0.0, metavar="SECONDS", help="seconds that an hour lasts")

    def handle(self, *args: Any, days: int, speed: float, verbosity: int, **options: Any) -> None:
        if not 1 <= days <= MOST_DAYS or not 0 <= speed <= 600:
            raise CommandError(f"--days is a number from 1 to {MOST_DAYS}, --speed one from 0 to 600 seconds.")
        # The story is not interrupted by each request's line.
        logging.getLogger("common.http").setLevel(logging.WARNING)
        try:
            with server.answering():
                for number in range(1, days + 1):
                    self._report(day.play(self._line if verbosity else _silent, number=number, pause=speed), verbosity)
        except (server.DoesNotAnswer, day.NothingToPlay) as trouble:
            raise CommandError(str(trouble)) from trouble

    def _line(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _report(self, played: day.DayCounts, verbosity: int) -> None:
        if verbosity:
            self._line(
                f"  Увече: објава {played.posts}, свиђања {played.likes}, дељења {played.shares}, "
                f"коментара и порука {played.comments}, нових пратилаца {played.followers}, "
                f"очитавања {played.snapshots}."
            )


def _silent(line: str) -> None:
    pass
