"""The audit trail of the whole installation, newest first: by area, municipality, person, words and days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from common.models import AuditEvent
from common.sentences import AREAS
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from serbian.transliteration import to_cyrillic, to_latin

# What belongs to no municipality: the set-up, keys, accounts, programmes.
INSTALLATION = "installation"
PER_PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class ActivityFilters:
    """`municipality` is a slug, `INSTALLATION`, or "" for everything; days are inclusive. Days are Belgrade's."""

    area: str = ""
    municipality: str = ""
    words: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == ActivityFilters()


def events(chosen: ActivityFilters, *, before: int | None = None) -> QuerySet[AuditEvent]:
    """Newest first; `before` is the id below which a page begins, so that no page has to count the others."""
    rows = AuditEvent.objects.order_by("-id")
    if chosen.area:
        rows = rows.filter(reduce(or_, (Q(verb__startswith=prefix) for prefix in AREAS[chosen.area].prefixes)))
    if chosen.municipality == INSTALLATION:
        rows = rows.filter(municipality_id=None)
    elif chosen.municipality:
        rows = rows.filter(municipality_id__in=Municipality.objects.filter(slug=chosen.municipality).values("pk"))
    if chosen.first:
        rows = rows.filter(at__gte=_midnight(chosen.first))
    if chosen.last:
        rows = rows.filter(at__lt=_midnight(chosen.last + timedelta(days=1)))
    for word in chosen.words.split():
        rows = rows.filter(_holds(word))
    return rows.filter(id__lt=before) if before else rows


def _holds(word: str) -> Q:
    """The word in either script, in the name of who acted or of what they acted on."""
    scripts = {word, to_cyrillic(word), to_latin(word)}
    return reduce(or_, (Q(actor_label__icontains=form) | Q(target_label__icontains=form) for form in sorted(scripts)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BELGRADE)


def municipality_names(rows: list[AuditEvent]) -> Mapping[int, Municipality]:
    """Of the events of one page. One query."""
    return Municipality.objects.in_bulk({row.municipality_id for row in rows if row.municipality_id})
