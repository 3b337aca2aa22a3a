"""Analyse all messages again: once after the update that introduced the analysis, and after each change of it."""

from typing import Any

from django.core.management.base import BaseCommand

from inbox.domain import suggest


class Command(BaseCommand):
    help = "Read citizens' messages anew: what they look like, which say nearly the same. What people decided stays."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Read {suggest.reanalyse_all()} messages.")
