"""What the models do not say: an extension of PostgreSQL, and the function that sorts Serbian."""

from pathlib import Path
from typing import Any

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class CreateSortKey(migrations.RunSQL):
    """The function `sr_key(text)`."""

    def __init__(self) -> None:
        sql = (Path(__file__).parents[1] / "sql" / "sr_key.sql").read_text(encoding="utf-8")
        super().__init__(sql, "DROP FUNCTION sr_key(text)")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [], {})


OPERATIONS = [TrigramExtension(), CreateSortKey()]
