"""Django's `migrate`, which refuses a database that was made by migrations that were amended since."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations import Migration

from common.database_owner import as_owner
from portal import migration_history


class Command(migrate.Command):
    database = DEFAULT_DB_ALIAS

    def handle(self, *args: Any, **options: Any) -> None:
        self.database = options["database"]
        with as_owner(self.database):
            with connections[self.database].cursor() as cursor:
                if not migration_history.is_current(migration_history.applied(cursor)):
                    raise CommandError(self._refusal())
            super().handle(*args, **options)

    def _refusal(self) -> str:
        at = connections[self.database].settings_dict
        place = f'The tables in the database "{at["NAME"]}" at {at["HOST"] or "this computer"} were'
        return migration_history.refusal(
            place, "Name another database in DATABASE_URL or empty this one, then start again."
        )

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        # Before it is applied: a process that is killed in between must not leave tables of which nothing is known.
        if action == "apply_start" and migration:
            with connections[self.database].cursor() as cursor:
                migration_history.record(cursor, f"{migration.app_label}.{migration.name}")
        super().migration_progress_callback(action, migration, fake)
