"""The further posts of a thread as the page of its post shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from delivery.enums import State
from delivery.models import Delivery
from delivery.thread_place import ThreadPlace, place

ENDED = (State.CANCELLED, State.WITHDRAWN, State.MISSING)
STUCK = (State.FAILED, State.EXPIRED, State.UNCONFIRMED)


@dataclass(frozen=True)
class ThreadLine:
    """One further post. `delivery` None: it is not in the queue yet, and `note` says why."""

    place: ThreadPlace
    delivery: Delivery | None = None
    note: str = ""

    @property
    def asks(self) -> bool:
        """Whether a person has to decide before the thread goes on."""
        return self.delivery is not None and self.delivery.state in STUCK


def thread_lines(root: Delivery, parts: Sequence[Delivery]) -> tuple[ThreadLine, ...]:
    """The posts after the first one, which is `root`; `parts` are those that were enqueued, oldest first."""
    first = place(root)
    if first is None or root.state not in (State.PUBLISHED, State.WITHDRAWN, State.MISSING):
        return ()
    known = {}
    for part in parts:
        part.parent = root
        known[_number(part)] = part
    note = _note_of_the_rest(root, parts[-1] if parts else root)
    places = [ThreadPlace(number, first.total) for number in range(2, first.total + 1)]
    return tuple(ThreadLine(where, known.get(where.number), "" if where.number in known else note) for where in places)


def _number(part: Delivery) -> int:
    where = place(part)
    return where.number if where else 1


def _note_of_the_rest(root: Delivery, last: Delivery) -> str:
    """Why the posts after `last` are not in the queue."""
    if last.state in ENDED or root.state in ENDED or root.withdrawal_asked_at:
        return _("Is not sent any more.")
    if last.only_seen:
        return _("Is not sent: the portal does not know which post it would answer. Publish it on the network itself.")
    if last.state in STUCK:
        return _("Waits until the post before it is public.")
    return _("Follows the post before it.")
