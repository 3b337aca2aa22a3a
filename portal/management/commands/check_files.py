"""Whether every file that the database names is there; what a restore drill reads."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import FileField

from municipalities.tenancy import everywhere

SHOWN = 10


class Command(BaseCommand):
    help = "Check that every picture, video and other file that the database names is in MEDIA_ROOT."

    def handle(self, *args: Any, **options: Any) -> None:
        with everywhere("check that files are there"):
            names = list(_names())
        missing = sorted(name for field, name in names if not field.storage.exists(name))
        if missing:
            shown = "\n".join(f"  {name}" for name in missing[:SHOWN])
            raise CommandError(f"{len(missing)} of {len(names)} files are missing, among them:\n{shown}")
        self.stdout.write(f"All {len(names)} files are there.")


def _names() -> Iterator[tuple[FileField, str]]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                values = model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from ((field, str(value)) for value in values.distinct().order_by(field.name) if value)
