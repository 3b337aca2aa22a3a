"""Which channels count: those of the municipality in scope, and practice channels only in the demo."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from analytics.models import Subject
from analytics.rollups.queries import Freshness, freshness
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from municipalities.tenancy import require

# Of a fact, subject or day of a channel `x` and its channel `c`.
COUNTED = """{x}.municipality_id = ANY(%(ids)s) AND (%(practice)s OR NOT c.is_practice)
    AND (%(channel)s::bigint IS NULL OR {x}.channel_id = %(channel)s)"""


def asked(channel: int | None = None, **more: Any) -> dict[str, Any]:
    """Parameters of `COUNTED`, from the open scope."""
    ids = require().municipality_ids
    return {"ids": list(ids or ()), "practice": bool(settings.DEMO), "channel": channel, **more}


def rows_of(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def channels() -> list[Channel]:
    """All that have numbers or may still get some, those that are no longer connected last. One query."""
    counted = Exists(Subject.objects.filter(channel=OuterRef("pk")))
    rows = Channel.objects.filter(takes_posts()).filter(~Q(state=ChannelState.DISCONNECTED) | counted).order_by("pk")
    shown = rows if settings.DEMO else rows.filter(is_practice=False)
    return sorted(shown, key=lambda channel: channel.state == ChannelState.DISCONNECTED)


@dataclass(frozen=True)
class Edges:
    """Where the numbers begin, and how fresh they are."""

    earliest: date | None
    fresh: Freshness


EARLIEST = """
SELECT least(
    (SELECT min(s.published_on) FROM analytics_subject s WHERE s.municipality_id = ANY(%(ids)s)),
    (SELECT min(d.day) FROM analytics_channelday d WHERE d.municipality_id = ANY(%(ids)s))
)
"""


def edges() -> Edges:
    """Two queries."""
    return Edges(earliest(), freshness())


def earliest() -> date | None:
    """The first day on which a post went out, or followers were read. One query."""
    ((first,),) = rows_of(EARLIEST, asked())
    return first
