"""One verb on many messages. Each row is changed and audited on its own; a refusal does not affect the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from inbox.domain.undo import Change, changes_of
from inbox.models import Message

MOST = 100


@dataclass(frozen=True)
class BulkResult:
    """How many were done, and what was refused: the message, and why. `changes`: for each that was done, what that
    changed (`inbox.domain.undo`)."""

    done: int
    refused: list[tuple[Message, str]]
    changes: list[list[Change]] = field(default_factory=list)


def on_each(keys: Sequence[int], verb: Callable[[Message], Any], *, among: QuerySet[Message]) -> BulkResult:
    """Do `verb` on those messages of `among` that have these ids, in the order of the ids. Raises `ActionNotAllowed`
    for none and for too many.
    """
    if not keys:
        raise ActionNotAllowed(_("Select some messages first."))
    if len(keys) > MOST:
        raise ActionNotAllowed(_("At most %(most)s messages at once.") % {"most": MOST})
    refused, changes = [], []
    messages = among.in_bulk(keys)
    for row in (messages[key] for key in keys if key in messages):
        try:
            changes.append(changes_of(row, verb))
        except ActionNotAllowed as why:
            refused.append((row, why.message))
    return BulkResult(len(changes), refused, changes)
