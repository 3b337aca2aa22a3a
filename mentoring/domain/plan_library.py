"""Maintain a programme's library of activities. Plans copy the texts, so entries may be changed in place."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain.catalogue import free_key, reorder, stored_entries
from mentoring.models import ActivityKind
from mentoring.queries.plan_library import defaults
from municipalities.models import Programme

MOST = 40


@dataclass(frozen=True)
class ActivityContent:
    """What an activity of the library says."""

    texts: dict[str, Any]
    proof: str
    wanted: int
    usual_days: int
    code: str = ""
    threshold: float | None = None
    fits: dict[str, Any] = field(default_factory=dict)


def stored(programme: Programme | None) -> list[ActivityKind]:
    """Every activity of the library as a row. Call it inside a transaction."""
    return stored_entries(ActivityKind.objects.filter(programme=programme), programme, defaults)


def _entry(programme: Programme, key: str) -> tuple[ActivityKind, list[ActivityKind]]:
    rows = stored(programme)
    row = next((kind for kind in rows if kind.key == key), None)
    if row is None:
        raise ActionNotAllowed(_("This activity is not in the library any more."))
    return row, rows


@transaction.atomic
def add(programme: Programme, content: ActivityContent, *, by: User) -> ActivityKind:
    """Add an activity at the end. Raises `ActionNotAllowed` when there are too many."""
    rows = stored(programme)
    if sum(row.retired_at is None for row in rows) >= MOST:
        raise ActionNotAllowed(
            _("A library of more than %(most)s activities is not searchable. Remove one first.") % {"most": MOST}
        )
    order = max(row.order for row in rows) + 1
    key = free_key(content.texts, (row.key for row in rows))
    row = ActivityKind.objects.create(programme=programme, key=key, order=order, **vars(content))
    audit.record("activities.add", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def change(programme: Programme, key: str, content: ActivityContent, *, by: User) -> ActivityKind:
    """Replace its content. Plans that contain the activity keep what they agreed on."""
    row, _rows = _entry(programme, key)
    if all(getattr(row, name) == value for name, value in vars(content).items()):
        return row
    for name, value in vars(content).items():
        setattr(row, name, value)
    row.save()
    audit.record("activities.change", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def move(programme: Programme, key: str, steps: int, *, by: User) -> None:
    """Up (-1) or down (+1) by one place among those in use; at either end it stays."""
    row, rows = _entry(programme, key)
    used = [kind for kind in rows if kind.retired_at is None]
    retired = [kind for kind in rows if kind.retired_at]
    if row in used and reorder(used, row, steps, retired):
        audit.record("activities.move", by=by, target=row, programme=str(programme))


@transaction.atomic
def use(programme: Programme, key: str, is_used: bool, *, by: User) -> None:
    """Remove it from the library, or put it back. Plans keep theirs. The last one cannot be removed."""
    row, rows = _entry(programme, key)
    if (row.retired_at is None) == is_used:
        return
    if not is_used and sum(kind.retired_at is None for kind in rows) == 1:
        raise ActionNotAllowed(_("This is the last activity. Add another one before you take it out."))
    row.retired_at = None if is_used else timezone.now()
    row.save(update_fields=["retired_at"])
    audit.record("activities.use" if is_used else "activities.leave_out", by=by, target=row, programme=str(programme))
