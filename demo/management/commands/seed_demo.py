"""Fill in the demo, or what is missing of it. `--reset` wipes what it wrote first."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from administration.domain.demo_reset import BUSY
from common.own_database import OwnDatabaseCommand
from demo import network, reset, seed

PROGRESS_SECONDS = 3.0


class Command(OwnDatabaseCommand):
    help = "Fill in the demo: six municipalities, sixty days of posts. Only where DEMO is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="wipe what the demo wrote and make it anew")
        parser.add_argument(
            "--address", action="store_true", help="only have the channels follow the practice network to its address"
        )

    def handle(self, *args: Any, address: bool, verbosity: int, **options: Any) -> None:
        began = time.monotonic()
        try:
            if address:
                self._follow(verbosity)
                return
            fill = reset.reset if options["reset"] else seed.fill
            filled = fill(report=self._report() if verbosity else None)
        except reset.Busy as refused:
            raise CommandError(str(refused), returncode=BUSY) from refused
        except network.NotTheDemo as refused:
            raise CommandError(str(refused)) from refused
        if not verbosity:
            return
        if not filled.municipalities:
            self.stdout.write("The demo is complete; nothing was missing.")
            return
        self.stdout.write(
            f"Demo filled in: {filled.municipalities} municipalities, {filled.publications} publications, "
            f"in {time.monotonic() - began:.1f} s."
        )

    def _report(self) -> seed.Report:
        """Writes a line every few seconds."""
        written_at = time.monotonic()

        def report(part: str, done: int, parts: int) -> None:
            nonlocal written_at
            if time.monotonic() - written_at >= PROGRESS_SECONDS:
                written_at = time.monotonic()
                self.stdout.write(f"Filling in the demo, {done} of {parts} parts done; next: {part}")

        return report

    def _follow(self, verbosity: int) -> None:
        count = network.follow_address()
        if verbosity and count:
            self.stdout.write(f"{count} channels follow the practice network to {network.server()}.")
