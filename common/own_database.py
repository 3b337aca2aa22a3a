"""Management commands that use or store the accounts of channels and other secrets."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from common import identity


class OwnDatabaseCommand(BaseCommand):
    """Ends with a sentence where keys or media do not belong to the database."""

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Django calls it before `handle`, but not for `call_command`."""
        super().check(*args, **kwargs)
        with connection.cursor() as cursor:
            if mismatch := identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT):
                raise CommandError(str(mismatch))
