"""The library of activities of a programme."""

from collections.abc import Iterable

from mentoring.models import ActivityKind
from mentoring.plan_defaults import ACTIVITIES
from municipalities.models import Programme


def library(programme: Programme | None) -> list[ActivityKind]:
    """Activities in use, in their order. A programme that has changed none yet gets the built-in ones, not stored.
    One query."""
    return [row for row in _arranged(ActivityKind.objects.filter(programme=programme), programme) if not row.retired_at]


def libraries(programmes: Iterable[Programme]) -> list[tuple[Programme, list[ActivityKind]]]:
    """Of several programmes, retired ones too and last. One query."""
    wanted = list(programmes)
    rows = list(ActivityKind.objects.filter(programme__in=wanted))
    return [
        (programme, _arranged([row for row in rows if row.programme_id == programme.pk], programme))
        for programme in wanted
    ]


def _arranged(rows: Iterable[ActivityKind], programme: Programme | None) -> list[ActivityKind]:
    activity_kinds = sorted(rows, key=lambda row: (row.retired_at is not None, row.order, row.pk))
    return activity_kinds or defaults(programme)


def defaults(programme: Programme | None) -> list[ActivityKind]:
    """The built-in activities as unsaved rows."""
    return [
        ActivityKind(
            programme=programme,
            key=default.key,
            texts=default.texts,
            proof=default.proof,
            wanted=default.wanted,
            code=default.code,
            threshold=default.threshold,
            usual_days=default.usual_days,
            fits=dict(default.fits),
            order=order,
        )
        for order, default in enumerate(ACTIVITIES, start=1)
    ]
