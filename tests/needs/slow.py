"""OC6 reckoned from the needs themselves, each time anew: slow, and plain to see that it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from analytics.logframe import Measured
from delivery.enums import State
from needs.enums import SETTLED
from needs.models import Need, NeedsPage, Supporter
from posts.models import Publication


def answered_share(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    return {place.pk: _one(place, first, last) for place in places}


def _one(place: Any, first: date, last: date) -> Measured:
    heard = [need for need in Need.objects.filter(municipality=place) if first <= (_began(need) or date.max) <= last]
    if not settings.DEMO and place.is_practice:
        heard = []
    if not heard:
        return Measured(None, 0, "no_needs")
    return Measured(sum(_is_told(need) for need in heard) * 100 / len(heard), len(heard))


def _began(need: Need) -> date | None:
    supporters = Supporter.objects.filter(need=need).select_related("message__channel")
    real = [
        supporter
        for supporter in supporters
        if settings.DEMO or not (supporter.message and supporter.message.channel.is_practice)
    ]
    return min((supporter.received_on for supporter in real), default=None)


def _is_told(need: Need) -> bool:
    if need.stage not in SETTLED:
        return False
    if need.is_public and NeedsPage.objects.filter(municipality=need.municipality_id, is_on=True).exists():
        return True
    posts = Publication.objects.filter(post=need.follow_up_id, delivery__state=State.PUBLISHED)
    return any(settings.DEMO or not row.channel.is_practice for row in posts.select_related("channel"))
