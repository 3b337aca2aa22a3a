"""The Channels page: the status of each account in one sentence, one action, and its last and next posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone, translation

from channels import messages, rate_limits
from channels.channel_status import channel_status
from channels.domain import credentials
from channels.domain import pause as pauses
from channels.enums import ChannelState
from channels.models import Channel, Credential
from channels.pauses import Paused
from common.http import Answer
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.types import Credential as Secret
from posts.editing.domain.submit import submit
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import schedule
from tests.analytics.factories import channel, published
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened

PAGE = "/m/cuprija/channels/"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    with scope(cast.cuprija):
        yield opened(cast)


def page_of(cast: Cast, **fields: Any) -> Channel:
    return channel(cast.cuprija, cast.approver, **{"name": "Општина Ћуприја", **fields})


def shown(who: Any) -> str:
    answer = sign_in(who).get(PAGE)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def status_of(channel: Channel, paused: Paused | None = None, ends: datetime | None = None) -> tuple[str, str, str]:
    status = channel_status(channel, paused, ends, rate_limits.Traffic(NOW))
    return status.state, status.word, status.act


# ---- one state, the worst first


def test_a_channel_that_works_asks_for_nothing(cast: Cast) -> None:
    assert status_of(page_of(cast)) == ("connected", "Works", "")


def test_what_a_person_has_to_do_comes_before_what_passes_by_itself(cast: Cast) -> None:
    paused = Paused("channel", 1, "Дан жалости", "Ана", NOW, NOW + timedelta(hours=2))
    channel = page_of(cast, problem=messages.SERVER_SILENT)
    assert status_of(channel) == ("unreachable", "Not checked", "")
    channel.leaver_notified_at = NOW
    assert status_of(channel) == ("late", "Hand it over", "reconnect")
    assert status_of(channel, ends=NOW + timedelta(days=15))[1] == "Hand it over"
    assert status_of(channel, ends=NOW + timedelta(days=13)) == ("late", "Access ends on 8 Dec 2026", "reconnect")
    assert status_of(channel, paused, NOW)[::2] == ("paused", "resume_channel")
    channel.state = ChannelState.NEEDS_CONSENT
    assert status_of(channel, paused) == ("needs_consent", "Needs reconnecting", "reconnect")
    channel.state = ChannelState.DISCONNECTED
    assert status_of(channel, paused) == ("disconnected", "Disconnected", "reconnect")


def test_a_network_that_limits_or_does_not_answer_passes_by_itself(cast: Cast) -> None:
    channel = page_of(cast, platform="facebook", server="https://graph.facebook.com")
    usage = Answer(200, {"X-App-Usage": '{"call_count": 100}'}, b"", "")
    rate_limits.record_answer(channel.pk, channel.server, usage, commits=False, app="facebook")
    assert "Limited until" in shown(cast.officer)
    for _time in range(rate_limits.FAILURES):
        rate_limits.record_answer(channel.pk, channel.server, None, commits=False)
    page = shown(cast.officer)
    assert "Network does not answer" in page
    assert "Limited until" not in page


def test_the_page_says_whose_access_ends_when(cast: Cast) -> None:
    channel = page_of(cast)
    with scope(cast.cuprija):
        credentials.store(channel, Secret(access_token="x"))
        Credential.objects.update(consent_until=timezone.now() + timedelta(days=3))
    assert "Access ends on" in shown(cast.approver)


# ---- the one button follows the right


def test_the_button_is_for_those_who_may(cast: Cast) -> None:
    channel = page_of(cast, state=ChannelState.NEEDS_CONSENT, problem=messages.CONSENT_LOST)
    again = f"{PAGE}{channel.pk}/reconnect/"
    officer = shown(cast.officer)
    assert "An approver of the municipality or the administrator can do that." in officer
    assert again not in officer
    assert again in shown(cast.approver)
    with scope(cast.cuprija):
        Channel.objects.update(state=ChannelState.CONNECTED, problem="")
        pauses.pause_channel(channel, "Дан жалости", by=cast.approver)
    assert f"{PAGE}{channel.pk}/resume/" in shown(cast.officer)


def test_every_channel_is_silent_while_the_municipality_is(cast: Cast) -> None:
    page_of(cast)
    with scope(cast.cuprija):
        pauses.pause(cast.cuprija, "Дан жалости.", by=cast.approver)
    assert "Approver paused all publishing: Дан жалости." in shown(cast.officer)


# ---- the posts around now, and names


def test_the_last_post_and_the_next_stand_beside_it(desk: Desk, cast: Cast) -> None:
    desk.house_rule(approval=Approval.NONE)
    earlier = published(desk.mastodon, timezone.now() - timedelta(days=2)).post
    last = published(desk.mastodon, timezone.now() - timedelta(days=1)).post
    later = schedule(desk.write("Касније"), in_hours(9), by=cast.officer)
    coming = schedule(desk.write("Сутра радимо"), in_hours(5), by=cast.officer)
    page = shown(cast.officer)
    assert [f"/posts/{post.pk}/" in page for post in (earlier, last, later, coming)] == [False, True, False, True]
    assert "None yet" in page
    assert "None is scheduled" in page
    administrator = shown(cast.administrator)
    assert "Сутра радимо" not in administrator
    assert f"/posts/{last.pk}/" in administrator


def test_a_channel_whose_last_post_was_refused_does_not_say_that_there_is_nothing_to_do(desk: Desk, cast: Cast) -> None:
    desk.house_rule(approval=Approval.NONE)
    published(desk.mastodon, timezone.now() - timedelta(days=2))
    published(desk.bluesky, timezone.now() - timedelta(hours=1))
    failed = published(desk.mastodon, timezone.now() - timedelta(hours=3))
    assert "did not go out as it should" not in shown(cast.officer)
    Delivery.objects.filter(pk=failed.delivery_id).update(
        state=State.FAILED, published_at=None, remote_id="", due_at=timezone.now() - timedelta(hours=3)
    )
    page = shown(cast.officer)
    assert page.count("The connection works, but the last post did not go out as it should.") == 1
    assert page.count("There is nothing to do.") == 1
    assert f"/m/cuprija/deliveries/{failed.delivery_id}/" in page
    published(desk.mastodon, timezone.now())
    assert "did not go out as it should" not in shown(cast.officer)


def test_the_next_post_is_an_approved_one_and_else_marked_as_waiting(desk: Desk, cast: Cast) -> None:
    waits = submit(desk.write("Прво чека", time=in_hours(3)), by=cast.officer)
    page = shown(cast.officer)
    assert f"/posts/{waits.pk}/" in page
    assert "Waiting for approval" in page
    later = submit(desk.write("Касније", time=in_hours(9)), by=cast.officer)
    approve(later, desk.version(later), by=cast.approver)
    page = shown(cast.officer)
    assert f"/posts/{later.pk}/" in page
    assert f"/posts/{waits.pk}/" not in page
    assert "Waiting for approval" not in page


def test_two_accounts_of_one_name_are_told_apart(cast: Cast) -> None:
    page_of(cast)
    page_of(cast, platform="bluesky", server="https://bsky.social", state=ChannelState.NEEDS_CONSENT)
    page = shown(cast.approver)
    assert "<span>Mastodon</span>" in page
    assert '<span class="visually-hidden"> Bluesky: Општина Ћуприја</span>' in page


def test_the_number_of_queries_does_not_grow(
    cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    published(page_of(cast), timezone.now())
    client = sign_in(cast.approver)
    client.get(PAGE)
    with django_assert_max_num_queries(12) as few:
        client.get(PAGE)
    for number in range(30):
        channel = page_of(cast, name=f"{number}")
        published(channel, timezone.now())
        with scope(cast.cuprija):
            pauses.pause_channel(channel, "Дан жалости", by=cast.officer)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(PAGE)
