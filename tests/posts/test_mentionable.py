"""Accounts that "@" offers in the composer: those of other municipalities of the same programme."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse

from channels.enums import ChannelState
from municipalities.models import Enrolment
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from tests.analytics.factories import channel
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def offered(desk: Desk) -> list[str]:
    answer = sign_in(desk.cast.officer).get(reverse("post_accounts", args=["cuprija"]))
    return [account["handle"] for account in answer.json()["accounts"]]


def foreign(desk: Desk, **fields: Any) -> None:
    channel(desk.cast.novi_pazar, desk.cast.stranger, **fields)


def test_accounts_of_the_programme_are_offered_on_networks_where_we_have_a_channel(desk: Desk) -> None:
    foreign(desk, handle="@novipazar@mastodon.rs", is_practice=desk.mastodon.is_practice)
    foreign(desk, handle="@gone@mastodon.rs", is_practice=desk.mastodon.is_practice, state=ChannelState.DISCONNECTED)
    foreign(desk, handle="@practice@mastodon.rs", is_practice=not desk.mastodon.is_practice)
    foreign(desk, platform="threads", handle="@nobody_of_ours_is_there")
    foreign(desk, platform="facebook", handle="@text_there_mentions_nobody")
    assert offered(desk) == ["@novipazar@mastodon.rs"]
    with everywhere("a test"):
        Enrolment.objects.filter(municipality=desk.cast.novi_pazar).update(ends_on=today() - timedelta(days=1))
    assert offered(desk) == []
