"""Maintain a programme's rubric. A changed criterion becomes a new row, so that feedback keeps its own."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain.catalogue import free_key, reorder, stored_entries
from mentoring.models import Criterion
from mentoring.queries.rubric import defaults
from municipalities.models import Programme

MOST = 12


def stored(programme: Programme | None) -> list[Criterion]:
    """Every current criterion of the programme as a row. Call it inside a transaction."""
    return stored_entries(Criterion.objects.filter(programme=programme, retired_at=None), programme, defaults)


def _entry(programme: Programme, key: str) -> tuple[Criterion, list[Criterion]]:
    rows = stored(programme)
    row = next((criterion for criterion in rows if criterion.key == key), None)
    if row is None:
        raise ActionNotAllowed(_("This criterion is not in the rubric any more."))
    return row, rows


@transaction.atomic
def add(programme: Programme, texts: dict[str, Any], *, by: User) -> Criterion:
    """Add a criterion at the end. Raises `ActionNotAllowed` when there are too many."""
    rows = stored(programme)
    if sum(row.is_used for row in rows) >= MOST:
        raise ActionNotAllowed(
            _("A rubric of more than %(most)s criteria is not filled in. Take one out first.") % {"most": MOST}
        )
    key = free_key(texts, Criterion.objects.filter(programme=programme).values_list("key", flat=True))
    row = Criterion.objects.create(programme=programme, key=key, texts=texts, order=rows[-1].order + 1)
    audit.record("rubric.add", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def change(programme: Programme, key: str, texts: dict[str, Any], *, by: User) -> Criterion:
    """Replace the texts of a criterion; feedback given before keeps the old ones. Equal texts change nothing."""
    row, _rows = _entry(programme, key)
    if row.texts == texts:
        return row
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    new = Criterion.objects.create(
        programme=programme, key=key, revision=row.revision + 1, texts=texts, order=row.order, is_used=row.is_used
    )
    audit.record("rubric.reword", by=by, target=new, programme=str(programme))
    return new


@transaction.atomic
def move(programme: Programme, key: str, steps: int, *, by: User) -> None:
    """Up (-1) or down (+1) by one place; at either end it stays."""
    row, rows = _entry(programme, key)
    if reorder(rows, row, steps):
        audit.record("rubric.move", by=by, target=row, programme=str(programme))


@transaction.atomic
def use(programme: Programme, key: str, is_used: bool, *, by: User) -> None:
    """Remove it from the form, or put it back. Feedback given by it stays. The last one cannot be removed."""
    row, rows = _entry(programme, key)
    if row.is_used == is_used:
        return
    if not is_used and sum(criterion.is_used for criterion in rows) == 1:
        raise ActionNotAllowed(_("This is the last criterion. Add another one before you take it out."))
    row.is_used = is_used
    row.save(update_fields=["is_used"])
    audit.record("rubric.use" if is_used else "rubric.leave_out", by=by, target=row, programme=str(programme))
