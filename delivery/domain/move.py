"""The only writer of `Delivery.state`.

    move(delivery, State.FAILED, because=ReasonCode.REJECTED, problem="Text is too long")

One UPDATE that also names the state it starts from: of two who want to move the same delivery one succeeds, the
other gets `Moved` and has to read the row again. tests/delivery/test_one_writer.py holds the word "only".
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone

from common import prepared
from common.audit import record
from common.prepared import array
from delivery import graph
from delivery.enums import ReasonCode, State
from delivery.graph import NoSuchMove
from delivery.models import Delivery
from municipalities.prepared import PreparedUpdate

__all__ = ["Moved", "NoSuchMove", "move", "move_all"]


class Moved(RuntimeError):
    """Somebody else was faster: the delivery is no longer in the state we saw."""


@cache
def _moves(columns: tuple[str, ...]) -> PreparedUpdate:
    """The statement that sets these columns besides; moves set a dozen different groups of them."""
    return PreparedUpdate(Delivery, "state", "reason", *columns, where=("pk", "state"))


# Of several municipalities: their rows are named, and were locked in the scope of all.
MOVED = prepared.PreparedUpdate(
    Delivery,
    "state",
    "reason",
    "problem",
    "lease_until",
    "notified_at",
    "state_at",
    where=("pk__in", "state"),
)


def move(delivery: Delivery, to: State, *, because: ReasonCode, by: Any = None, **fields: Any) -> None:
    """Move `delivery` from the state we saw it in, and set `fields` in the same statement.

    `by` is the person, None for the portal itself. `problem` and `lease_until` are cleared unless given. The instance
    is brought up to date. Raises `Moved` when the row has left that state, `NoSuchMove` when there is no such edge.
    """
    source = delivery.state
    graph.require(source, to, because)
    changes = {"problem": "", "lease_until": None, "notified_at": None, "state_at": timezone.now(), **fields}
    changes["problem"] = changes["problem"][:500]
    seen = {"municipality": delivery.municipality_id, "pk": delivery.pk, "state": str(source)}
    if not _moves(tuple(changes)).run({"state": to, "reason": because, **changes}, **seen):
        raise Moved(f"Delivery {delivery.pk} is no longer {source}.")
    for name, value in {"state": to, "reason": because, **changes}.items():
        setattr(delivery, name, value)
    if (State(source), to) not in graph.QUIET:
        if because == ReasonCode.CHANGED:
            record("delivery.edited", by=by, target=delivery, because=because, came_from=source)
        else:
            record(f"delivery.{to}", by=by, target=delivery, because=because, came_from=source)


def move_all(deliveries: Sequence[Delivery], to: State, *, because: ReasonCode, lease_until: datetime) -> None:
    """Move locked rows that are all in one state, in one statement. For the quiet moves, which write no audit event.

    Raises `Moved` when one of them was in another state, and `NoSuchMove` as `move` does.
    """
    (source,) = {delivery.state for delivery in deliveries}
    graph.require(source, to, because)
    if (State(source), to) not in graph.QUIET:
        raise NoSuchMove(f"A move from {source} to {to} is recorded in the audit log, one event each.")
    changes = {"problem": "", "lease_until": lease_until, "notified_at": None, "state_at": timezone.now()}
    seen = {"pk__in": array(delivery.pk for delivery in deliveries), "state": str(source)}
    if MOVED.run({"state": to, "reason": because, **changes}, **seen) != len(deliveries):
        raise Moved(f"One of the deliveries is no longer {source}.")
    for delivery in deliveries:
        for name, value in {"state": to, "reason": because, **changes}.items():
            setattr(delivery, name, value)
