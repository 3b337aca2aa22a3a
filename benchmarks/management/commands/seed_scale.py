"""Fill an empty installation with three years of 145 municipalities."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from benchmarks import scale
from common.database_owner import as_owner


class Command(BaseCommand):
    help = (
        "Three years of 145 municipalities: half a million posts, twenty million metric values. Into an empty database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--of", type=int, default=1, help="100 makes a hundredth of the posts")

    def handle(self, *args: Any, of: int, **options: Any) -> None:
        self.stdout.write("Filling; this takes minutes.")
        try:
            with as_owner():
                installation = scale.fill(scale.Size().part(of), self.stdout.write)
        except scale.NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{installation.posts:,} posts, {installation.snapshots:,} snapshots, "
            f"{installation.metric_values:,} metric values in {sum(installation.seconds.values()):.0f} s."
        )
