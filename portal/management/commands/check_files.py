"""Whether every file that the database names is there; what a restore drill reads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from municipalities.tenancy import everywhere
from portal.adoption import named_files

SHOWN = 10


class Command(BaseCommand):
    help = "Check that every picture, video and other file that the database names is in MEDIA_ROOT."

    def handle(self, *args: Any, **options: Any) -> None:
        with everywhere("check that files are there"):
            names = list(named_files())
        missing = sorted(name for field, name in names if not field.storage.exists(name))
        if missing:
            shown = "\n".join(f"  {name}" for name in missing[:SHOWN])
            raise CommandError(f"{len(missing)} of {len(names)} files are missing, among them:\n{shown}")
        self.stdout.write(f"All {len(names)} files are there.")
