"""Daily counts of the needs for the programme's indicator OC6: people learn what became of their needs.

Needs count by the day of their first supporter, whatever its source. A need counts as answered when it is done or
declined with the reason and everybody can read that: on the page "You asked, we did" of a municipality whose page is
on, or in a published post. Planned needs do not count yet. `analytics.rollups.domain.daily_counts` requests the days
and stores the counts; the scope of the municipalities is open.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from analytics.indicators.queries.daily_counts import share
from analytics.logframe import provide
from analytics.rollups import daily_counts
from analytics.rollups.daily_counts import DailyTally, Days
from delivery.enums import State
from needs.enums import SETTLED
from needs.models import Need, NeedsPage, Supporter
from posts.models import Publication

# Needs are recorded in the portal since this month.
SINCE = date(2026, 11, 1)
NEEDS = "needs"


def register() -> None:
    """Register how it is measured, and from which days."""
    # Publishing a post or switching the page on changes results without changing a need of that day.
    daily_counts.provide(NEEDS, ("OC6",), needs, recent=None)
    provide("OC6", share("OC6", "no_needs"), since=SINCE)


def needs(days: Days) -> Iterator[DailyTally]:
    """OC6. A need that is open when it is counted counts as not answered. One query."""
    rows = _heard(days).annotate(stands=Exists(_pages()), posted=Exists(_posts()))
    is_answered = Q(stage__in=SETTLED) & (Q(is_public=True, stands=True) | Q(posted=True))
    counted = rows.order_by().values("municipality", "began")
    for row in counted.annotate(heard=Count("pk"), answered=Count("pk", filter=is_answered)):
        yield DailyTally(row["municipality"], "OC6", row["began"], row["heard"], row["answered"])


def _heard(days: Days) -> QuerySet[Any]:
    supporters, rows = Supporter.objects.filter(need=OuterRef("pk")), Need.objects.all()
    if not settings.DEMO:
        # Practice channels do not count, but in the demo there is nothing else.
        supporters = supporters.exclude(message__channel__is_practice=True)
        rows = rows.filter(municipality__is_practice=False)
    if days.places is not None:
        rows = rows.filter(municipality__in=days.places)
    began = supporters.order_by().values("need").annotate(on=Min("received_on")).values("on")
    rows = rows.annotate(began=Subquery(began)).filter(began__isnull=False)
    if days.first is not None:
        rows = rows.filter(began__gte=days.first)
    return rows if days.last is None else rows.filter(began__lte=days.last)


def _pages() -> QuerySet[NeedsPage]:
    return NeedsPage.objects.filter(municipality=OuterRef("municipality"), is_on=True)


def _posts() -> QuerySet[Publication]:
    rows = Publication.objects.filter(post=OuterRef("follow_up"), delivery__state=State.PUBLISHED)
    return rows if settings.DEMO else rows.filter(channel__is_practice=False)
