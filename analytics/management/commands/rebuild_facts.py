"""Rebuild facts from the stored snapshots, and count the daily counts again."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from analytics.rollups.domain import daily_counts, rebuild
from municipalities.models import Municipality


class Command(BaseCommand):
    help = "Rebuild daily and monthly facts from metric snapshots, and daily counts; the portal may run meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--municipality", metavar="SLUG", help="of one municipality; of all unless named")
        parser.add_argument("--channel", type=int, action="append", default=[], help="of a channel; may be repeated")
        parser.add_argument("--first", type=date.fromisoformat, help="YYYY-MM-DD; default: the oldest snapshot")
        parser.add_argument("--last", type=date.fromisoformat, help="YYYY-MM-DD; today unless named")

    def handle(
        self,
        *args: Any,
        municipality: str | None,
        channel: list[int],
        first: date | None,
        last: date | None,
        **options: Any,
    ) -> None:
        began = time.monotonic()
        try:
            place = Municipality.objects.get(slug=municipality) if municipality else None
            begin, end = first or rebuild.oldest(), last or timezone.localdate()
            days = rebuild.rebuild(begin, end, municipality=place, channels=channel, by=None)
        except Municipality.DoesNotExist as error:
            raise CommandError(f"There is no municipality “{municipality}”.") from error
        except rebuild.SnapshotsExpired as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Facts of {days:,} channel days made again, {begin:%d.%m.%Y.}–{end:%d.%m.%Y.}, "
            f"in {time.monotonic() - began:.1f} s."
        )
        if not channel:  # what is counted of citizens is no channel's
            changed = daily_counts.rebuild(first, last, municipality=place)
            self.stdout.write(f"Questions, needs and hidden comments counted again: {changed:,} rows changed.")
