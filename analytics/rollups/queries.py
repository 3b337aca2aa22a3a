"""Freshness of the facts in the current scope."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from analytics.enums import SubjectKind
from analytics.models import DirtyDay, Subject
from municipalities.queries import today

# Posts of that age are fetched several times a day, and so are channels: the latest fetch is one of theirs.
RECENT = timedelta(days=3)


@dataclass(frozen=True)
class Freshness:
    """`up_to`: the facts include everything fetched until then; None: nothing was fetched yet.

    `waiting`: values fetched since then are not included yet.
    """

    up_to: datetime | None
    waiting: bool


def freshness() -> Freshness:
    """Up to the oldest change that is marked as dirty, else up to the last fetch. One query."""
    posts = Q(published_on__gt=today() - RECENT) & ~Q(kind=SubjectKind.CHANNEL)
    dirty: QuerySet[Any] = DirtyDay.objects.annotate(what=Value("dirty"), moment=F("since")).order_by("moment")
    fetches: list[QuerySet[Any]] = [
        Subject.objects.filter(chosen, last_fetched_at__isnull=False)
        .annotate(what=Value("fetch"), moment=F("last_fetched_at"))
        .order_by("-moment")
        for chosen in (posts, Q(kind=SubjectKind.CHANNEL))
    ]
    first, *others = (rows.values_list("what", "moment")[:1] for rows in (dirty, *fetches))
    moments: dict[str, datetime] = {}
    for what, moment in first.union(*others, all=True):
        moments[what] = max(moment, moments.get(what, moment))
    return Freshness(moments.get("dirty") or moments.get("fetch"), "dirty" in moments)
