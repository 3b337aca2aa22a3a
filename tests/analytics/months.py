"""Facts as the folds leave them, written without the way that leads to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from analytics.enums import Basis, Material
from analytics.models import ChannelDay, DailyFact, MonthlyFact, Traits
from channels.models import Channel
from municipalities.tenancy import everywhere, scope
from posts.enums import Category

FOLD = """
INSERT INTO analytics_monthlyfact
    (municipality_id, channel_id, month, basis, posts, likes, reposts, replies, quotes, clicks, views, paid_views,
     interactions, calls, services, informing, ceremonies, interactive, boosted, bought, followers)
SELECT f.municipality_id, f.channel_id, date_trunc('month', f.day)::date, f.basis, sum(f.posts), sum(f.likes),
       sum(f.reposts), sum(f.replies), sum(f.quotes), sum(f.clicks), sum(f.views), sum(f.paid_views),
       sum(f.interactions),
       coalesce(sum(f.posts) FILTER (WHERE t.call_kind <> ''), 0),
       coalesce(sum(f.posts) FILTER (WHERE t.service <> ''), 0),
       coalesce(sum(f.posts) FILTER (WHERE t.category = 'service'), 0),
       coalesce(sum(f.posts) FILTER (WHERE t.category = 'ceremony'), 0),
       coalesce(sum(f.posts) FILTER (WHERE t.interactive <> ''), 0),
       coalesce(sum(f.posts) FILTER (WHERE t.boosted), 0),
       coalesce(sum(f.interactions) FILTER (WHERE t.boosted), 0),
       (SELECT d.followers FROM analytics_channelday d
        WHERE d.channel_id = f.channel_id AND date_trunc('month', d.day) = date_trunc('month', min(f.day))
          AND d.followers IS NOT NULL ORDER BY d.day DESC LIMIT 1)
FROM analytics_dailyfact f JOIN analytics_traits t ON t.id = f.traits_id
GROUP BY f.municipality_id, f.channel_id, date_trunc('month', f.day), f.basis
"""


def kind(**fields: Any) -> Traits:
    return Traits.objects.get_or_create(
        **{
            "category": Category.SERVICE,
            "call_kind": "",
            "service": "",
            "material": Material.TEXT,
            "languages": "sr-Cyrl",
            "interactive": "",
            "boosted": False,
            **fields,
        }
    )[0]


def told(channel: Channel, day: date, posts: int, interactions: int | None, **fields: Any) -> None:
    """A daily fact of both bases, as if all that posts of that day ever got had come on it."""
    traits = kind(**fields)
    with scope(channel.municipality_id):
        for basis in Basis:
            DailyFact.objects.create(
                municipality_id=channel.municipality_id,
                channel=channel,
                day=day,
                traits=traits,
                basis=basis,
                posts=posts if basis == Basis.PUBLICATION else 0,
                likes=interactions,
                interactions=interactions,
            )


def followed(channel: Channel, day: date, followers: int) -> None:
    with scope(channel.municipality_id):
        ChannelDay.objects.create(
            municipality_id=channel.municipality_id, channel=channel, day=day, followers=followers
        )


def fold() -> None:
    """Months from the days, all of them again."""
    with everywhere("a test"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_monthlyfact")
        cursor.execute(FOLD)


def month(channel: Channel, first: date, posts: int, interactions: int | None, **fields: Any) -> None:
    """A month of a channel as the fold leaves it."""
    with scope(channel.municipality_id):
        MonthlyFact.objects.create(
            municipality_id=channel.municipality_id,
            channel=channel,
            month=first,
            basis=Basis.PUBLICATION,
            posts=posts,
            interactions=interactions,
            **fields,
        )
