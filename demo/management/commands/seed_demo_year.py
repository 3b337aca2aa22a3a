"""Fill in the year before the demo's sixty days, and six more municipalities, or what is missing of them."""

import os
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.own_database import OwnDatabaseCommand
from demo import network, participation, year
from demo.rows import NoRoom

CHECK_SECONDS = 1.0
PATIENCE_SECONDS = 900.0
NICENESS = 10


class Command(OwnDatabaseCommand):
    help = "Fill in the year of the demo: twelve municipalities, six of them not trained yet. Only where DEMO is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--in-background", action="store_true", help="wait for the sixty days, and let all other programs go first"
        )

    def handle(self, *args: Any, in_background: bool, verbosity: int, **options: Any) -> None:
        try:
            network.require_demo()
            if in_background:
                os.nice(NICENESS)
                self._wait()
            begun_at = time.monotonic()
            filled = year.fill()
            participation.publish_reports()
        except (network.NotTheDemo, NoRoom) as refused:
            raise CommandError(str(refused)) from refused
        if verbosity and filled.municipalities:
            self.stdout.write(
                f"Year of the demo filled in: {filled.municipalities} municipalities, {filled.publications} "
                f"publications, in {time.monotonic() - begun_at:.1f} s."
            )

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not year.is_begun() and time.monotonic() < until:
            time.sleep(CHECK_SECONDS)
