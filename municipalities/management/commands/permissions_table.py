"""Prints the permission table, or writes it to docs/permissions.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from municipalities.permissions import document


class Command(BaseCommand):
    requires_system_checks = ()  # the table depends on no setting
    help = "Print the table of roles and verbs; --write puts it into docs/permissions.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if write:
            (Path(settings.BASE_DIR) / "docs" / "permissions.md").write_text(document(), encoding="utf-8")
        else:
            self.stdout.write(document())
