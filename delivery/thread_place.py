"""Which post of a thread a delivery is."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from delivery.models import Delivery
from delivery.policies import THREAD_PART


@dataclass(frozen=True)
class ThreadPlace:
    """Its number, from 1, and how many posts the thread has."""

    number: int
    total: int

    def __str__(self) -> str:
        return _("Post %(number)s of %(total)s of a thread") % {"number": self.number, "total": self.total}


def place(delivery: Delivery) -> ThreadPlace | None:
    """None where it is no thread. Of a further post it reads the parent."""
    root = delivery.parent if delivery.kind == THREAD_PART and delivery.parent else delivery
    total = len(root.payload.get("thread") or ()) + 1
    behind = len(delivery.payload.get("thread") or ())
    return ThreadPlace(total - behind, total) if total > 1 else None
