"""Keeping a programme's rubric. Words that were used are never rewritten: other words make a new row."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain.keys import free_key
from mentoring.models import Criterion
from mentoring.queries.rubric import defaults
from municipalities.models import Programme

MOST = 12


def stored(programme: Programme | None) -> list[Criterion]:
    """Every current criterion of the programme as a row, those of the house written down the first time.

    Call it inside a transaction. Two that come at once stand in line at the programme's row.
    """
    if programme is not None:
        Programme.objects.select_for_update().get(pk=programme.pk)
    rows = list(Criterion.objects.filter(programme=programme, retired_at=None).order_by("order", "pk"))
    if not rows:
        # where no programme is, nobody stands in line: whoever comes second takes what the first wrote
        Criterion.objects.bulk_create(defaults(programme), ignore_conflicts=True)
        rows = list(Criterion.objects.filter(programme=programme, retired_at=None).order_by("order", "pk"))
    return rows


def _found(programme: Programme, key: str) -> tuple[Criterion, list[Criterion]]:
    rows = stored(programme)
    row = next((criterion for criterion in rows if criterion.key == key), None)
    if row is None:
        raise ActionNotAllowed(_("This criterion is not in the rubric any more."))
    return row, rows


@transaction.atomic
def add(programme: Programme, texts: dict[str, Any], *, by: User) -> Criterion:
    """A criterion of the programme's own, at the end. Raises `ActionNotAllowed` when there are too many."""
    rows = stored(programme)
    if sum(row.is_used for row in rows) >= MOST:
        raise ActionNotAllowed(
            _("A rubric of more than %(most)s criteria is not filled in. Take one out first.") % {"most": MOST}
        )
    key = free_key(texts, Criterion.objects.filter(programme=programme).values_list("key", flat=True))
    row = Criterion.objects.create(programme=programme, key=key, words=texts, order=rows[-1].order + 1)
    audit.record("rubric.add", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def reword(programme: Programme, key: str, texts: dict[str, Any], *, by: User) -> Criterion:
    """Other words from now on; feedback given before keeps the old ones. The same words change nothing."""
    row, _rows = _found(programme, key)
    if row.words == texts:
        return row
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    new = Criterion.objects.create(
        programme=programme, key=key, revision=row.revision + 1, words=texts, order=row.order, is_used=row.is_used
    )
    audit.record("rubric.reword", by=by, target=new, programme=str(programme))
    return new


@transaction.atomic
def move(programme: Programme, key: str, steps: int, *, by: User) -> None:
    """Up (-1) or down (+1) by one place; at either end it stays."""
    row, rows = _found(programme, key)
    at = rows.index(row)
    to = min(max(at + steps, 0), len(rows) - 1)
    if to == at:
        return
    rows.insert(to, rows.pop(at))
    for order, criterion in enumerate(rows, start=1):
        criterion.order = order
    Criterion.objects.bulk_update(rows, ["order"])
    audit.record("rubric.move", by=by, target=row, programme=str(programme))


@transaction.atomic
def use(programme: Programme, key: str, is_used: bool, *, by: User) -> None:
    """Take it out of the form, or back into it. What was given by it stays. One is always left."""
    row, rows = _found(programme, key)
    if row.is_used == is_used:
        return
    if not is_used and sum(criterion.is_used for criterion in rows) == 1:
        raise ActionNotAllowed(_("This is the last criterion. Add another one before you take it out."))
    row.is_used = is_used
    row.save(update_fields=["is_used"])
    audit.record("rubric.use" if is_used else "rubric.leave_out", by=by, target=row, programme=str(programme))
