"""Declare that these keys and this media directory belong to the database. docs/runbooks/token-key-lost.md: when."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import crypto
from portal import adoption


class Command(BaseCommand):
    help = "Declare that TOKEN_KEYS and MEDIA_ROOT belong to this database, after they were lost or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            adoption.accept()
        except (crypto.CryptoError, OSError) as problem:
            raise CommandError(f"Nothing was changed: {problem}") from problem
        self.stdout.write(
            f"The database belongs to the key {next(iter(crypto.keyring()))!r} and to {settings.MEDIA_ROOT} now. "
            "Start everything again."
        )
