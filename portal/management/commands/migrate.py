"""Django's `migrate`, which refuses a database that was made by migrations that were amended since.

An empty database gets all tables at once from `portal/schema.sql.gz`, unless `--all-migrations` is given.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations import Migration
from django.db.utils import Error as DatabaseError

from common.database_owner import as_owner
from portal import migration_history, schema


class Command(migrate.Command):
    database = DEFAULT_DB_ALIAS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--all-migrations", action="store_true", help="apply each migration to an empty database, too"
        )

    def handle(self, *args: Any, all_migrations: bool = False, **options: Any) -> None:
        self.database = options["database"]
        with as_owner(self.database):
            with connections[self.database].cursor() as cursor:
                if not migration_history.is_current(migration_history.applied(cursor)):
                    raise CommandError(self._refusal())
            if all_migrations or not self._changes_everything(options) or not self._load_schema():
                super().handle(*args, **options)

    def _changes_everything(self, options: dict[str, Any]) -> bool:
        """Whether all migrations are to be applied, and nothing but applied."""
        names = ("app_label", "plan", "check_unapplied", "prune", "fake", "fake_initial", "run_syncdb")
        return not any(options.get(name) for name in names)

    def _load_schema(self) -> bool:
        """Whether the database was empty, and has all tables now."""
        try:
            with transaction.atomic(using=self.database), connections[self.database].cursor() as cursor:
                return schema.load(cursor, reference=False)
        except DatabaseError as error:
            self.stderr.write(f"The prepared tables could not be loaded, so the migrations run: {error}")
            return False

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
