"""What has changed since a page of the inbox was opened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, Max, QuerySet, Sum
from django.db.models.expressions import RawSQL

from inbox.enums import OPEN_STATES
from inbox.models import Message, Reply
from inbox.queries import listing
from inbox.queries.listing import MessageFilters
from inbox.queries.readable import readable_messages
from municipalities.queries import Access

# New rows that are shown at once. Of more the list is loaded again.
MOST_NEW = 30
# A message that was being stored when the page was made is not on it, though it was received before.
OVERLAP = timedelta(seconds=10)


def topic(municipality_id: int) -> str:
    """Of `common.live_streams`, as the triggers of the messages' table name it."""
    return f"inbox:{municipality_id}"


def version(access: Access) -> str:
    """Differs whenever an open message that this person may read came, changed or was settled. One query.

    `xmin` is the transaction that wrote a row last. Settled messages are too many to go through.
    """
    written = RawSQL("inbox_message.xmin::text::bigint", (), output_field=BigIntegerField())
    rows = readable_messages(access).filter(state__in=OPEN_STATES).order_by()
    totals = rows.aggregate(count=Count("pk"), newest=Max("pk"), written=Sum(written))
    return f"{totals['count']}-{totals['newest'] or 0}-{totals['written'] or 0}"


@dataclass(frozen=True)
class Changes:
    """`shown`: rows of the page as they are now, in no order. `new`: newest first; `is_more`: there are more."""

    shown: list[Message]
    new: list[Message]
    is_more: bool


def changes(
    narrowed: MessageFilters, shown: Collection[int], since: datetime, person: Any, now: datetime, *, access: Access
) -> Changes:
    """`shown`: ids of the rows on the page, which was made at `since`. Only what this person may read. Five queries."""
    rows = _received(listing.filtered_messages(narrowed, person, now, access), since).exclude(pk__in=shown)
    came = list(rows.order_by("-at", "-pk").values_list("pk", flat=True)[: MOST_NEW + 1])
    # What says the same as a row of the page is counted there.
    together = listing.collapse_similar(listing.listed_messages(dict.fromkeys([*shown, *came[:MOST_NEW]]), access))
    listing.set_counts(together, access)
    on_page = set(shown)
    new = [row for row in together if row.pk not in on_page]
    return Changes([row for row in together if row.pk in on_page], new, len(came) > MOST_NEW)


def _received(rows: QuerySet[Message], since: datetime) -> QuerySet[Message]:
    return rows.filter(received_at__gt=since - OVERLAP)


@dataclass(frozen=True)
class ThreadState:
    """What a page of one message shows of its conversation: the newest message and answer (ids), and who has it."""

    message: int = 0
    reply: int = 0
    state: str = ""
    assignee: int = 0

    @classmethod
    def of(cls, row: Message, messages: list[Message], answered: dict[int, list[Reply]]) -> "ThreadState":
        replies = [reply.pk for of_message in answered.values() for reply in of_message]
        newest = max((message.pk for message in messages), default=0)
        return cls(newest, max(replies, default=0), row.state, row.assignee_id or 0)

    @classmethod
    def read(cls, text: str) -> "ThreadState":
        """From `str`; what is not readable counts as nothing known."""
        try:
            message, reply, state, assignee = text.split(".")
            return cls(int(message), int(reply), state[:20], int(assignee))
        except ValueError:
            return cls()

    def __str__(self) -> str:
        return f"{self.message}.{self.reply}.{self.state}.{self.assignee}"
