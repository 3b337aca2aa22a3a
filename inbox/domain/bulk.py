"""One verb on many messages. Each row is changed and audited on its own; a refusal does not affect the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from inbox.domain.triage import lock
from inbox.domain.undo import Values, values_of
from inbox.models import Message

MOST = 100


@dataclass(frozen=True)
class BulkResult:
    """How many were done, and what was refused: the message, and why. `changes`: ids of those that were done, with
    their values before and after, for `inbox.domain.undo`."""

    done: int
    refused: list[tuple[Message, str]]
    changes: list[tuple[int, Values, Values]] = field(default_factory=list)


def on_each(keys: Sequence[int], verb: Callable[[Message], Any]) -> BulkResult:
    """Do `verb` on the messages with these ids, in the order of the ids. Raises `ActionNotAllowed` for none and for too
    many.
    """
    if not keys:
        raise ActionNotAllowed(_("Select some messages first."))
    if len(keys) > MOST:
        raise ActionNotAllowed(_("At most %(most)s messages at once.") % {"most": MOST})
    refused, changes = [], []
    messages = Message.objects.in_bulk(keys)
    for row in (messages[key] for key in keys if key in messages):
        try:
            with transaction.atomic():
                before = values_of(lock(row))
                verb(row)
                after = values_of(lock(row))
        except ActionNotAllowed as why:
            refused.append((row, why.message))
        else:
            changes.append((row.pk, before, after))
    return BulkResult(len(changes), refused, changes)
