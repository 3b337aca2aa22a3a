"""Keeping a programme's library of activities. What was agreed keeps its own words, so these may be rewritten."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain.keys import free_key
from mentoring.models import ActivityKind
from mentoring.queries.plan_library import defaults
from municipalities.models import Programme

MOST = 40


@dataclass(frozen=True)
class ActivityContent:
    """What an activity of the library says."""

    words: dict[str, Any]
    proof: str
    wanted: int
    usual_days: int
    code: str = ""
    threshold: float | None = None
    fits: dict[str, Any] = field(default_factory=dict)


def stored(programme: Programme | None) -> list[ActivityKind]:
    """Every activity of the library as a row, those of the house written down the first time.

    Call it inside a transaction. Two that come at once stand in line at the programme's row.
    """
    if programme is not None:
        Programme.objects.select_for_update().get(pk=programme.pk)
    rows = list(ActivityKind.objects.filter(programme=programme).order_by("order", "pk"))
    if not rows:
        # where no programme is, nobody stands in line: whoever comes second takes what the first wrote
        ActivityKind.objects.bulk_create(defaults(programme), ignore_conflicts=True)
        rows = list(ActivityKind.objects.filter(programme=programme).order_by("order", "pk"))
    return rows


def _found(programme: Programme, key: str) -> tuple[ActivityKind, list[ActivityKind]]:
    rows = stored(programme)
    row = next((kind for kind in rows if kind.key == key), None)
    if row is None:
        raise ActionNotAllowed(_("This activity is not in the library any more."))
    return row, rows


@transaction.atomic
def add(programme: Programme, content: ActivityContent, *, by: User) -> ActivityKind:
    """An activity of the programme's own, at the end. Raises `ActionNotAllowed` when there are too many."""
    rows = stored(programme)
    if sum(row.retired_at is None for row in rows) >= MOST:
        raise ActionNotAllowed(
            _("In a library of more than %(most)s activities nobody finds one. Take one out first.") % {"most": MOST}
        )
    order = max(row.order for row in rows) + 1
    key = free_key(content.words, (row.key for row in rows))
    row = ActivityKind.objects.create(programme=programme, key=key, order=order, **vars(content))
    audit.record("activities.add", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def change(programme: Programme, key: str, content: ActivityContent, *, by: User) -> ActivityKind:
    """Say it otherwise from now on. Plans that have the activity keep what they agreed on."""
    row, _rows = _found(programme, key)
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
    row, rows = _found(programme, key)
    used = [kind for kind in rows if kind.retired_at is None]
    if row not in used:
        return
    at = used.index(row)
    to = min(max(at + steps, 0), len(used) - 1)
    if to == at:
        return
    used.insert(to, used.pop(at))
    for order, kind in enumerate([*used, *(kind for kind in rows if kind.retired_at)], start=1):
        kind.order = order
    ActivityKind.objects.bulk_update(rows, ["order"])
    audit.record("activities.move", by=by, target=row, programme=str(programme))


@transaction.atomic
def use(programme: Programme, key: str, is_used: bool, *, by: User) -> None:
    """Take it out of the library, or put it back. Plans keep theirs. One is always left."""
    row, rows = _found(programme, key)
    if (row.retired_at is None) == is_used:
        return
    if not is_used and sum(kind.retired_at is None for kind in rows) == 1:
        raise ActionNotAllowed(_("This is the last activity. Add another one before you take it out."))
    row.retired_at = None if is_used else timezone.now()
    row.save(update_fields=["retired_at"])
    audit.record("activities.use" if is_used else "activities.leave_out", by=by, target=row, programme=str(programme))
