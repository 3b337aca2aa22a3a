"""What the needs add to the programme's indicators: OC6, whether people hear what became of what they asked for.

Counted are needs by the day on which they were first heard, whoever heard it and how. One was told when it is done or
declined with the reason and everybody can read so: on the page "You asked, we did" of a municipality whose page is on,
or in a post that is out. What is planned does not count yet. The scope of the municipalities is open; one query,
however many they are.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from analytics.logframe import Measured, provide
from delivery.enums import State
from needs.enums import Stage
from needs.models import Need, NeedsPage, Voice
from posts.models import Publication

# Needs are kept in the portal since this month.
SINCE = date(2026, 11, 1)
SETTLED = (Stage.DONE, Stage.DECLINED)


def register() -> None:
    """Tell the list of indicators how it is measured."""
    provide("OC6", told, since=SINCE)


def told(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """OC6. A need that is still open when it is measured counts as not told."""
    rows = _heard(places, first, last).annotate(stands=Exists(_pages()), posted=Exists(_posts()))
    is_told = Q(stage__in=SETTLED) & (Q(is_public=True, stands=True) | Q(posted=True))
    counted = rows.order_by().values("municipality").annotate(heard=Count("pk"), told=Count("pk", filter=is_told))
    nothing = {place.pk: Measured(None, 0, "no_needs") for place in places}
    return nothing | {row["municipality"]: Measured(row["told"] * 100 / row["heard"], row["heard"]) for row in counted}


def _heard(places: Sequence[Any], first: date, last: date) -> QuerySet[Any]:
    voices, rows = Voice.objects.filter(need=OuterRef("pk")), Need.objects.all()
    if not settings.DEMO:
        # What is said on the practice network is nobody's need, but in the demo there is nothing else.
        voices = voices.exclude(message__channel__is_practice=True)
        rows = rows.filter(municipality__is_practice=False)
    began = voices.order_by().values("need").annotate(on=Min("heard_on")).values("on")
    ids = [place.pk for place in places]
    return rows.annotate(began=Subquery(began)).filter(municipality__in=ids, began__gte=first, began__lte=last)


def _pages() -> QuerySet[NeedsPage]:
    return NeedsPage.objects.filter(municipality=OuterRef("municipality"), is_on=True)


def _posts() -> QuerySet[Publication]:
    rows = Publication.objects.filter(post=OuterRef("follow_up"), delivery__state=State.PUBLISHED)
    return rows if settings.DEMO else rows.filter(channel__is_practice=False)
