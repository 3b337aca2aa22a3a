"""Three years of a municipality on five channels: its pages cost as much as on the first day."""

from __future__ import annotations

import gzip
import random
import re
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.enums import Basis, SubjectKind
from analytics.models import ChannelDay, DailyFact, MonthlyFact, Subject
from municipalities.queries import today
from municipalities.tenancy import scope
from tests.analytics.numbers import Numbers, at
from tests.database import owner_cursor
from tests.people import Cast, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]

DAYS, CHANNELS, POSTS = 3 * 365, 5, 3400
PAGES = ("analytics", "analytics_works", "analytics_posts", "analytics_time", "analytics_links")
# What a page may weigh: as it is sent (compressed) with everything it loads, and itself.
MOST_BYTES, MOST_LOADED = 60_000, 200_000


@pytest.fixture
def client(cast: Cast) -> Client:
    numbers = Numbers(cast.cuprija, cast.officer)
    channels = [numbers.channel(connected_at=at(today() - timedelta(days=DAYS))) for _ in range(CHANNELS)]
    kinds = [
        numbers.traits(category=category, call_kind=call, service=service, material=material)
        for category in ("service", "eservice", "culture", "ceremony", "consultation", "other")
        for call in ("", "apply", "pay", "attend")
        for service in ("", "evrtic", "eporez")
        for material in ("text", "picture", "link")
    ]
    dice = random.Random(5)
    with scope(cast.cuprija):
        posts = []
        for index in range(POSTS):
            moment = at(today() - timedelta(days=1 + index % DAYS), f"{dice.choice((7, 9, 12, 17, 19)):02}:30")
            likes = int(dice.paretovariate(1.2) * 10)
            posts.append(
                Subject(
                    municipality=cast.cuprija, kind=SubjectKind.IMPORTED, channel=channels[index % CHANNELS],
                    remote_id=f"r{index}", title=f"Објава {index}", traits=dice.choice(kinds), published_at=moment,
                    published_on=moment.date(), last_fetched_at=moment, likes=likes, replies=1, interactions=likes + 1,
                )
            )  # fmt: skip
        Subject.objects.bulk_create(posts, batch_size=1000)
        groups: dict[Any, list[Subject]] = defaultdict(list)
        for post in posts:
            groups[post.channel_id, post.published_on, post.traits_id].append(post)
        facts = [
            DailyFact(
                municipality=cast.cuprija, channel_id=channel, day=day, traits_id=traits, basis=basis,
                posts=len(rows) if basis == Basis.PUBLICATION else 0, likes=sum(row.likes for row in rows),
                replies=len(rows), interactions=sum(row.interactions for row in rows),
            )
            for (channel, day, traits), rows in groups.items()
            for basis in Basis.values
        ]  # fmt: skip
        DailyFact.objects.bulk_create(facts, batch_size=1000)
        MonthlyFact.objects.bulk_create(_months(cast, facts), batch_size=1000)
        ChannelDay.objects.bulk_create(
            [
                ChannelDay(
                    municipality=cast.cuprija, channel=channel, day=today() - timedelta(days=day),
                    followers=9000 + 3 * (DAYS - day),
                )
                for channel in channels
                for day in range(1, DAYS)
            ],
            batch_size=1000,
        )  # fmt: skip
    with owner_cursor() as cursor:
        cursor.execute("ANALYZE analytics_subject, analytics_dailyfact, analytics_monthlyfact, analytics_channelday")
    return sign_in(cast.officer)


def _months(cast: Cast, facts: list[DailyFact]) -> list[MonthlyFact]:
    """The facts of months as the roll-up leaves them: sums of those of days."""
    by_month: dict[Any, MonthlyFact] = {}
    for fact in facts:
        key = (fact.channel_id, fact.day.replace(day=1), fact.basis)
        row = by_month.setdefault(
            key, MonthlyFact(municipality=cast.cuprija, channel_id=key[0], month=key[1], basis=key[2], posts=0, likes=0,
                             replies=0, interactions=0)
        )  # fmt: skip
        for name in ("posts", "likes", "replies", "interactions"):
            setattr(row, name, getattr(row, name) + getattr(fact, name))
    return list(by_month.values())


def test_three_years_take_no_more_queries_and_no_heavier_pages_than_four_weeks(client: Client) -> None:
    for name in PAGES:
        for period in ("28", "90", "12m", "all"):
            address = reverse(name, args=["cuprija"])
            client.get(address, {"days": period})
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address, {"days": period})
            assert answer.status_code == 200
            assert len(queries) <= 12, (name, period)
            assert len(answer.content) < MOST_BYTES, (name, period, len(answer.content))


def test_a_first_visit_loads_little(client: Client) -> None:
    """The page, its styles and its scripts, as they come over the wire; the font is subset elsewhere."""
    from django.contrib.staticfiles import finders

    answer = client.get(reverse("analytics", args=["cuprija"]), {"days": "28"})
    loaded = len(gzip.compress(answer.content))
    text = answer.content.decode()
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+\.(?:css|js))"', text))
    assert files
    for name in files:
        path = finders.find(re.sub(r"\.[0-9a-f]{12}\.", ".", name))
        loaded += len(gzip.compress(Path(path).read_bytes()))
    assert loaded < MOST_LOADED


def test_all_posts_of_three_years_are_behind_their_number(client: Client) -> None:
    overview = client.get(reverse("analytics", args=["cuprija"]), {"days": "all"})
    assert overview.context["tiles"][0]["value"] == POSTS
    answer = client.get(overview.context["tiles"][0]["url"])
    assert answer.context["page"].paginator.count == POSTS
