"""Bulk insert of metric snapshots: stores them, updates the latest metric values of their subjects, marks dirty days.

Three statements for any number of rows. Each column is passed as one text that PostgreSQL parses as an array, because
quoting and parsing every value of every row separately is most of the cost of a bulk insert.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

from analytics.enums import SubjectKind
from analytics.ingestion.domain import dirty_days
from analytics.metrics import POST_METRICS
from analytics.models import MetricSnapshot, Subject
from municipalities.tenancy import require

SNAPSHOT_COLUMNS = ("subject_id", "municipality_id", "at", "outcome", *POST_METRICS, "followers")
LATEST = (
    *POST_METRICS, "followers", "interactions", "last_fetched_at", "last_outcome", "misses", "next_fetch_at",
    "due_since",
)  # fmt: skip
TYPES = {
    "BigAutoField": "bigint", "DateTimeField": "timestamptz", "CharField": "text", "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint", "ForeignKey": "bigint",
}  # fmt: skip


@transaction.atomic
def write(subjects: Sequence[Subject], snapshots: Sequence[MetricSnapshot]) -> None:
    """Store snapshots and the latest values of their subjects, and mark dirty days.

    Raises `OutOfScope` for rows of municipalities outside the scope.
    """
    for row in (*subjects, *snapshots):
        row.refuse_foreign()
    write_snapshots(snapshots)
    write_latest(subjects)
    dirty_days.mark_snapshots(snapshots, frozenset(s.pk for s in subjects if s.kind == SubjectKind.CHANNEL))


def write_snapshots(snapshots: Sequence[MetricSnapshot]) -> None:
    """Store snapshots; an existing one is left unchanged. Marks no days."""
    require()
    if snapshots:
        columns = ", ".join(SNAPSHOT_COLUMNS)
        _run(
            f"INSERT INTO analytics_metricsnapshot ({columns}) "  # noqa: S608 -- our own column names
            f"SELECT * FROM {_unnest(MetricSnapshot, SNAPSHOT_COLUMNS)} AS new ({columns}) ON CONFLICT DO NOTHING",
            _arrays(snapshots, SNAPSHOT_COLUMNS),
        )


def write_latest(subjects: Sequence[Subject]) -> None:
    """Store the latest metric values, the last outcome and the time of the next fetch of subjects."""
    require()
    if subjects:
        columns = ", ".join(("id", *LATEST))
        changes = ", ".join(f"{name} = new.{name}" for name in LATEST)
        _run(
            f"UPDATE analytics_subject s SET {changes} "  # noqa: S608 -- our own column names
            f"FROM {_unnest(Subject, ('id', *LATEST))} AS new ({columns}) WHERE s.id = new.id",
            _arrays(subjects, ("id", *LATEST)),
        )


def _unnest(model: type[models.Model], names: Sequence[str]) -> str:
    arrays = (f"%s::{TYPES[model._meta.get_field(name).get_internal_type()]}[]" for name in names)
    return f"unnest({', '.join(arrays)})"


def _arrays(rows: Sequence[models.Model], names: Sequence[str]) -> list[str]:
    return [f"{{{','.join([_array_element(getattr(row, name)) for row in rows])}}}" for name in names]


def _array_element(value: Any) -> str:
    """The text of a value inside a PostgreSQL array literal."""
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(statement: str, values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
