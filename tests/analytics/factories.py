"""Published posts without the way that leads to them: rows as the delivery leaves them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from analytics.ingestion.domain.traits import key_of, rows_for
from analytics.logframe import provide, provider, withdraw
from analytics.models import Traits
from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.enums import Category
from posts.models import Post, Publication, Version

_numbers = count(1)


@contextmanager
def unmeasured(code: str) -> Iterator[None]:
    """Inside, no layer above measures the code, whichever layers there are."""
    before = provider(code)
    withdraw(code)
    try:
        yield
    finally:
        withdraw(code)
        if before is not None:
            provide(code, before.measure, since=before.since)


def channel(municipality: Municipality, by: User, **fields: Any) -> Channel:
    number = next(_numbers)
    with scope(municipality):
        return Channel.objects.create(
            **{
                "municipality": municipality,
                "platform": "mastodon",
                "server": "https://social.example",
                "remote_id": str(number),
                "handle": f"@page{number}",
                "name": f"Page {number}",
                "connected_by": by,
                "connected_at": timezone.now() - timedelta(days=100),
                **fields,
            }
        )


def traits_of(publication: Publication) -> Traits:
    """The row of what it is."""
    key = key_of(publication)
    return rows_for([key])[key]


def published(on: Channel, at: datetime, category: str = Category.SERVICE, call: str = "") -> Publication:
    """A post published on a channel at `at`; `call` is the kind of its call to action."""
    number = next(_numbers)
    with scope(on.municipality_id):
        post = Post.objects.create(
            municipality_id=on.municipality_id, author=on.connected_by, title=f"Post {number}", category=category
        )
        version = Version.objects.create(
            municipality_id=on.municipality_id,
            post=post,
            number=1,
            category=category,
            digest=uuid.uuid4().hex,
            created_by=on.connected_by,
            structure={"call": {"kind": call}},
        )
        delivery = Delivery.objects.create(
            municipality_id=on.municipality_id,
            channel=on,
            kind="post",
            payload={},
            key=uuid.uuid4(),
            state=State.PUBLISHED,
            due_at=at,
            not_after=at + timedelta(hours=2),
            next_at=at,
            state_at=at,
            published_at=at,
            remote_id=f"r{number}",
        )
        return Publication.objects.create(
            municipality_id=on.municipality_id, post=post, version=version, channel=on, delivery=delivery
        )
