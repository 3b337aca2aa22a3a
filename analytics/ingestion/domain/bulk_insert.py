"""Writing many looks at once: the pulls, the latest numbers of what was looked at, and the days they touch.

Three statements whatever the amount. Each column goes over as one text that PostgreSQL reads as an array: a value for
each number of each row would have to be quoted here and parsed there, which is most of what a bulk insert costs.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

from analytics.enums import SubjectKind
from analytics.ingestion.domain import stale_days
from analytics.metrics import POST_METRICS
from analytics.models import Pull, Subject
from municipalities.tenancy import require

PULL = ("subject_id", "municipality_id", "at", "outcome", *POST_METRICS, "followers")
LATEST = (*POST_METRICS, "followers", "interactions", "last_at", "last_outcome", "misses", "next_at", "owed_at")
TYPES = {
    "BigAutoField": "bigint", "DateTimeField": "timestamptz", "CharField": "text", "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint", "ForeignKey": "bigint",
}  # fmt: skip


@transaction.atomic
def write(subjects: Sequence[Subject], pulls: Sequence[Pull]) -> None:
    """Store looks, what the subjects now hold, and mark the days. Raises `OutOfScope` for rows of others."""
    for row in (*subjects, *pulls):
        row.refuse_foreign()
    write_pulls(pulls)
    write_latest(subjects)
    stale_days.mark_looks(pulls, frozenset(s.pk for s in subjects if s.kind == SubjectKind.CHANNEL))


def write_pulls(pulls: Sequence[Pull]) -> None:
    """Store looks; one that is there already stays as it is. Marks no days."""
    require()
    if pulls:
        columns = ", ".join(PULL)
        _run(
            f"INSERT INTO analytics_pull ({columns}) SELECT * FROM {_rows(Pull, PULL)} AS told ({columns}) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            _values(pulls, PULL),
        )


def write_latest(subjects: Sequence[Subject]) -> None:
    """Store the latest numbers, the outcome and the next look of subjects."""
    require()
    if subjects:
        columns = ", ".join(("id", *LATEST))
        changes = ", ".join(f"{name} = told.{name}" for name in LATEST)
        _run(
            f"UPDATE analytics_subject s SET {changes} FROM {_rows(Subject, ('id', *LATEST))} AS told ({columns}) "  # noqa: S608
            "WHERE s.id = told.id",
            _values(subjects, ("id", *LATEST)),
        )


def _rows(kind: type[models.Model], names: Sequence[str]) -> str:
    arrays = (f"%s::{TYPES[kind._meta.get_field(name).get_internal_type()]}[]" for name in names)
    return f"unnest({', '.join(arrays)})"


def _values(rows: Sequence[models.Model], names: Sequence[str]) -> list[str]:
    return [f"{{{','.join([_written(getattr(row, name)) for row in rows])}}}" for name in names]


def _written(value: Any) -> str:
    """As PostgreSQL reads it inside an array."""
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(statement: str, values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
