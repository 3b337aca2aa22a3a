"""Writes `0001_initial` of every app anew from the models, as long as models change that way (ADR 23)."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import makemigrations
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.optimizer import MigrationOptimizer

HAND_WRITTEN, FIRST, COMMON = "_hand_written", "0001_initial", "common"


class Command(makemigrations.Command):
    help = (
        "Deletes the migrations of all apps of this repository and writes them anew from the models, with what each "
        f"app's migrations/{HAND_WRITTEN}.py adds to them."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        pass

    def handle(self, *args: Any, **options: Any) -> None:
        labels = _labels()
        with _without(_files(labels)):
            call_command(_Writer(), *labels, interactive=False, include_header=False, verbosity=0)
        for path in _files(labels):
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))


class _Writer(makemigrations.Command):
    def write_migration_files(self, changes: dict[str, list[Migration]], *args: Any, **options: Any) -> None:
        merged = {label: [_merged(label, migrations)] for label, migrations in changes.items()}
        super().write_migration_files(merged, *args, **options)


def _merged(label: str, migrations: list[Migration]) -> Migration:
    """One in place of the several that Django writes in case apps refer to each other. Ours have layers."""
    first: Any = migrations[0]
    own = _labels()
    needed = {dependency for migration in migrations for dependency in migration.dependencies}
    # Indexes of several apps use the extensions that the migration of `common` makes.
    needed.add((COMMON, FIRST))
    first.dependencies = sorted({(app, FIRST if app in own else name) for app, name in needed if app != label})
    operations = [operation for migration in migrations for operation in migration.operations]
    operations = _folded(label, MigrationOptimizer().optimize(operations, label))
    hand_written = _hand_written(label)
    operations = [_arranged(label, operation, hand_written) for operation in operations]
    first.operations = [*getattr(hand_written, "OPERATIONS", []), *operations]
    return first


def _folded(label: str, operations: list[Operation]) -> list[Operation]:
    """The same with fields, indexes and constraints where their table is created, which Django's optimizer leaves apart
    when another table stands between. Each operation costs Django a rendering of all models that are related."""
    try:
        order = list(TopologicalSorter(_references(label)).static_order())
    except CycleError:
        return operations
    created = {operation.name_lower: operation for operation in operations if isinstance(operation, CreateModel)}
    others = [operation for operation in operations if not isinstance(operation, CreateModel)]
    for operation in list(others):
        if not isinstance(operation, AddField | AddIndex | AddConstraint):
            continue
        table = created[operation.model_name_lower]
        match operation:
            case AddField():
                table.fields.append((operation.name, operation.field))
            case AddIndex():
                table.options.setdefault("indexes", []).append(operation.index)
            case AddConstraint():
                table.options.setdefault("constraints", []).append(operation.constraint)
        others.remove(operation)
    return [*(created[name] for name in order), *others]


def _references(label: str) -> dict[str, list[str]]:
    """The app's models, and to which others of it their foreign keys point."""

    def names(models: Iterable[Any]) -> list[str]:
        return [model._meta.model_name for model in models if model._meta.app_label == label]

    return {
        str(model._meta.model_name): names(
            field.related_model
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
            if field.remote_field and field.related_model is not model
        )
        for model in apps.get_app_config(label).get_models()
    }


def _arranged(label: str, operation: Any, hand_written: ModuleType | None) -> Any:
    """The same operation, with columns in the order of the model's fields, and tables that are written as SQL."""
    if not isinstance(operation, CreateModel):
        return operation
    order = [field.name for field in apps.get_model(label, operation.name)._meta.get_fields(include_parents=False)]
    operation.fields.sort(key=lambda named: order.index(named[0]))
    in_sql = getattr(hand_written, "TABLES", {}).get(operation.name)
    _name, args, options = operation.deconstruct()
    return in_sql(*args, **options) if in_sql else operation


def _labels() -> list[str]:
    """Of the apps of this repository."""
    return sorted(app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR)


def _hand_written(label: str) -> ModuleType | None:
    try:
        return import_module(f"{label}.migrations.{HAND_WRITTEN}")
    except ModuleNotFoundError:
        return None


def _files(labels: list[str]) -> list[Path]:
    return sorted(path for label in labels for path in (settings.BASE_DIR / label / "migrations").glob("[0-9]*.py"))


@contextmanager
def _without(paths: list[Path]) -> Iterator[None]:
    """Delete these files, and restore them when the following code fails."""
    contents = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    try:
        yield
    except BaseException as error:
        for path, content in contents.items():
            path.write_bytes(content)
        raise CommandError(f"Nothing was changed: {error}") from error
