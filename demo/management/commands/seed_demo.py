"""Fill in the demo, or what is missing of it. `--reset` wipes what it wrote first."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import reset, seed


class Command(BaseCommand):
    help = "Fill in the demo: six municipalities, sixty days of posts. Only where DEMO is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="wipe what the demo wrote and make it anew")

    def handle(self, *args: Any, reset: bool, verbosity: int, **options: Any) -> None:
        began = time.monotonic()
        try:
            filled = _run(wipe=reset)
        except seed.NotTheDemo as refused:
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


def _run(*, wipe: bool) -> seed.Filled:
    if wipe:
        reset.wipe()
    return seed.fill()
