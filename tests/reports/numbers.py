"""Numbers of whole months as the roll-up leaves them: rows, without the looks that lead to them."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.enums import Basis, SubjectKind
from analytics.models import ChannelDay, DailyFact, MonthlyFact, Subject, Traits
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.models import Post
from tests.analytics import factories

BELGRADE = ZoneInfo("Europe/Belgrade")


def month(
    place: Municipality,
    by: Any,
    first: date,
    *,
    posts: int = 6,
    likes: int = 20,
    category: str = "service",
    call: str = "",
    followers: int | None = 400,
    on: Channel | None = None,
    title: str = "",
) -> Channel:
    """`posts` published on the first days of the month, each liked `likes` times; followers read on every day."""
    page = on or factories.channel(place, by)
    days = [first + timedelta(days=n) for n in range(calendar.monthrange(first.year, first.month)[1])]
    with scope(place):
        traits, _ = Traits.objects.get_or_create(
            category=category, call_kind=call, service="", material="text", languages="sr-Cyrl", interactive="",
            boosted=False,
        )  # fmt: skip
        common = {"municipality": place, "channel": page, "traits": traits}
        for number in range(posts):
            day = days[number % len(days)]
            sent = factories.published(
                page, datetime(day.year, day.month, day.day, 10, tzinfo=BELGRADE), category, call
            )
            if title:
                Post.objects.filter(pk=sent.post_id).update(title=title)
            Subject.objects.create(
                kind=SubjectKind.PUBLICATION, publication=sent, published_on=day,
                published_at=sent.delivery.published_at, likes=likes + number, interactions=likes + number, **common,
            )  # fmt: skip
            for basis, count in ((Basis.PUBLICATION, 1), (Basis.ACTIVITY, 0)):
                fact, _ = DailyFact.objects.get_or_create(
                    day=day, basis=basis, **common, defaults={"posts": 0, "likes": 0, "interactions": 0}
                )
                fact.posts += count
                fact.likes += likes + number
                fact.interactions += likes + number
                fact.save()
        total = sum(likes + number for number in range(posts))
        MonthlyFact.objects.create(
            municipality=place, channel=page, month=first, basis=Basis.PUBLICATION, posts=posts, likes=total,
            interactions=total if posts else None, followers=followers,
        )  # fmt: skip
        if followers is not None:
            rows = [
                ChannelDay(municipality=place, channel=page, day=day, followers=followers + n)
                for n, day in enumerate(days)
            ]
            ChannelDay.objects.bulk_create(rows)
    return page
