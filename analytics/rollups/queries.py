"""How fresh the facts of the open scope are. One query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from analytics.enums import SubjectKind
from analytics.models import StaleDay, Subject
from municipalities.queries import today

# Posts so young are looked at several times a day, and so are channels: the newest look is one at them.
YOUNG = timedelta(days=3)


@dataclass(frozen=True)
class Fresh:
    """`up_to`: everything the networks told until then is in the facts; None: they were never asked.

    `waiting`: something told since then is not in them yet.
    """

    up_to: datetime | None
    waiting: bool


def fresh() -> Fresh:
    """Of what is marked as stale the oldest change, else the last look."""
    posts = Q(published_on__gt=today() - YOUNG) & ~Q(kind=SubjectKind.CHANNEL)
    stale: QuerySet[Any] = StaleDay.objects.annotate(what=Value("stale"), moment=F("since")).order_by("moment")
    looks: list[QuerySet[Any]] = [
        Subject.objects.filter(chosen, last_at__isnull=False)
        .annotate(what=Value("look"), moment=F("last_at"))
        .order_by("-moment")
        for chosen in (posts, Q(kind=SubjectKind.CHANNEL))
    ]
    first, *others = (rows.values_list("what", "moment")[:1] for rows in (stale, *looks))
    found: dict[str, datetime] = {}
    for what, moment in first.union(*others, all=True):
        found[what] = max(moment, found.get(what, moment))
    return Fresh(found.get("stale") or found.get("look"), "stale" in found)
