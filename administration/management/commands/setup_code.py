"""Prints the link with which the administrator of a new installation sets it up in the browser."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from administration.domain import set_up


class Command(BaseCommand):
    help = "Print the link of a one-time code for the first set-up, while nobody has an account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="say nothing when there are accounts already")

    def handle(self, *args: Any, if_needed: bool, **options: Any) -> None:
        link = set_up.issue_code()
        if link:
            self.stdout.write(
                "\nNobody has an account in this installation yet. Set it up in the browser:\n\n"
                f"  {link}\n\n"
                f"The link works once, for {settings.SETUP_CODE_HOURS} hours, and only the newest one does. Whoever "
                "opens it becomes the administrator: keep it to yourself.\n"
            )
        elif not if_needed:
            raise CommandError(
                "This installation has accounts already. create_administrator invites another administrator."
            )
