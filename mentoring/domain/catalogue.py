"""Shared by the two lists that a programme maintains: its rubric and its library of activities."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.text import slugify

from mentoring.models import ActivityKind, Criterion
from municipalities.models import Programme
from serbian.transliteration import to_latin

Entry = TypeVar("Entry", ActivityKind, Criterion)


def stored_entries(
    entries: QuerySet[Entry], programme: Programme | None, defaults: Callable[[Programme | None], list[Entry]]
) -> list[Entry]:
    """The entries as rows in their order; the built-in ones are stored if there are none yet.

    Call it inside a transaction. Concurrent callers wait for the lock on the programme's row.
    """
    if programme is not None:
        Programme.objects.select_for_update().get(pk=programme.pk)
    in_order = entries.order_by("order", "pk")
    rows = list(in_order)
    if not rows:
        # without a programme there is no row to lock: the slower transaction reads what the faster one stored
        entries.model._default_manager.bulk_create(defaults(programme), ignore_conflicts=True)
        rows = list(in_order.all())
    return rows


def reorder(entries: Sequence[Entry], entry: Entry, steps: int, last: Iterable[Entry] = ()) -> bool:
    """Move `entry` by `steps` places among `entries` and number all of them anew, `last` after them.

    False, and nothing is stored, if it is at that end already.
    """
    rows = list(entries)
    at = rows.index(entry)
    to = min(max(at + steps, 0), len(rows) - 1)
    if to == at:
        return False
    rows.insert(to, rows.pop(at))
    rows += last
    for order, row in enumerate(rows, start=1):
        row.order = order
    type(entry)._default_manager.bulk_update(rows, ["order"])
    return True


def free_key(texts: dict[str, Any], taken: Iterable[str]) -> str:
    """A slug of at most 40 letters, made of the Serbian name. `texts` as in `Criterion.texts`; "new" is an address."""
    stem, reserved = slugify(to_latin(texts["sr"]["name"]))[:34] or "own", {"new", *taken}
    return next(key for n in range(1, 1000) if (key := stem if n == 1 else f"{stem}-{n}") not in reserved)
