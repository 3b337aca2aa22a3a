"""What the networks' real answers teach of accounts and of our application, and who goes first when there is little."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from analytics.ingestion.domain import collect
from analytics.models import Subject
from channels import rate_limits
from channels.domain import credentials
from channels.models import Channel
from common.http import Answer
from delivery.domain.enqueue import enqueue
from delivery.enums import State
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from platforms.types import Credential
from tests.crash.workers import wait_for
from tests.delivery.conftest import KIND, Outbox, outgoing_of
from tests.delivery.test_dispatch import publisher

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 500


@pytest.fixture(autouse=True)
def fresh() -> None:
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()


def account(outbox: Outbox, name: str, platform: str = "mastodon", municipality: Municipality | None = None) -> Channel:
    """One more account on the fake, of Ćuprija unless said otherwise."""
    municipality = municipality or outbox.cast.cuprija
    made = outbox.network.account(platform, name)
    with scope(municipality):
        channel = Channel.objects.create(
            municipality=municipality, platform=platform, server=made["server"], handle=f"@{name}", name=name,
            remote_id=made["credential"]["account_id"], connected_by=outbox.cast.approver, connected_at=timezone.now(),
            facts=outbox.channel.facts if platform == "mastodon" else {},
        )  # fmt: skip
        credentials.store(channel, Credential.from_json(made["credential"]))
    return channel


def put(channel: Channel, text: str, **more: Any) -> Delivery:
    due_at = more.pop("due_at", None) or timezone.now()
    with scope(channel.municipality_id):
        return enqueue(channel, kind=KIND, outgoing=outgoing_of(text), due_at=due_at, by=None, **more)


def state_of(delivery: Delivery) -> str:
    with everywhere("test"):
        return str(Delivery.objects.get(pk=delivery.pk).state)


def until(channel: Channel) -> Any:
    return rate_limits.limited([channel]).get(channel.pk)


# ---- what the fakes' own headers say


def test_metas_application_limit_holds_back_every_page_and_lets_a_flood_warning_through(outbox: Outbox) -> None:
    first = account(outbox, "prva", "facebook")
    second = account(outbox, "druga", "facebook", outbox.cast.novi_pazar)
    outbox.network.plan("rate_limit", "/feed$", seconds=1200)
    put(first, "Прва")
    outbox.tick()
    assert timedelta(minutes=19) < until(first) - timezone.now() <= timedelta(minutes=20)
    assert timezone.now() < until(second) <= timezone.now() + timedelta(minutes=5)

    waiting, flood = put(second, "Честитка"), put(second, "Поплава", urgent=True)
    outbox.tick()
    assert (state_of(waiting), state_of(flood)) == (State.SCHEDULED, State.PUBLISHED)
    # The answer to it said that there is plenty.
    assert until(second) is None
    outbox.tick()
    assert state_of(waiting) == State.PUBLISHED


@pytest.mark.parametrize("platform", ["x", "threads"])
def test_a_limit_of_one_account_holds_back_no_other(outbox: Outbox, platform: str) -> None:
    first, second = account(outbox, "prva", platform), account(outbox, "druga", platform)
    outbox.network.plan("rate_limit", "/(tweets|threads_publish)$", seconds=1200)
    put(first, "Прва")
    outbox.tick()
    assert timedelta(minutes=19) < until(first) - timezone.now() <= timedelta(minutes=20)
    assert until(second) is None


def scarce(app: str, left: int) -> None:
    headers = {"X-App-Usage": f'{{"call_count": {100 - left}}}'}
    rate_limits.record_answer(0, "https://graph.example", Answer(200, headers, b"", ""), commits=False, app=app)


def test_a_tenth_of_what_the_application_may_is_kept_back(outbox: Outbox) -> None:
    page = account(outbox, "prva", "facebook")
    scarce("facebook", 11)
    assert until(page) is None
    scarce("facebook", 10)
    assert until(page)
    assert until(outbox.channel) is None


def test_numbers_wait_while_what_is_left_is_for_posts(outbox: Outbox) -> None:
    page = account(outbox, "prva", "facebook")
    collect.enrol()

    def looks() -> int:
        before = len(outbox.network.ledger())
        with everywhere("test"):
            subjects = list(Subject.objects.filter(channel=page).values_list("pk", flat=True))
        collect.collect(page.pk, subjects)
        return len(outbox.network.ledger()) - before

    scarce("facebook", 5)
    assert looks() == 0
    scarce("facebook", 80)
    assert looks() > 0


def test_which_channels_share_an_application() -> None:
    assert rate_limits.app_of("facebook", "https://graph.facebook.com") == "facebook"
    assert rate_limits.app_of("instagram", "https://graph.facebook.com") == "facebook"
    assert rate_limits.app_of("mastodon", "https://a.example") != rate_limits.app_of("mastodon", "https://b.example")
    assert rate_limits.app_of("bluesky", "https://bsky.social") == ""


# ---- turns


def test_five_hundred_posts_of_one_municipality_do_not_starve_a_flood_warning_of_another(outbox: Outbox) -> None:
    outbox.network.options(latency=0.02)
    channels = [account(outbox, f"kanal{number}") for number in range(20)]
    ago = timezone.now() - timedelta(minutes=10)
    for number in range(MANY):
        put(channels[number % 20], f"Вест {number}", due_at=ago)
    theirs = account(outbox, "pazar", municipality=outbox.cast.novi_pazar)
    with publisher(threads=8):
        wait_for(lambda: published() > 20)
        before = published()
        flood = put(theirs, "Поплава: склоните аутомобиле са кеја.")
        wait_for(lambda: state_of(flood) == State.PUBLISHED)
        after = published()
    # Nobody called it urgent; it had its municipality's turn.
    assert after - before < 60
    assert after < MANY


def published() -> int:
    with everywhere("test"):
        return Delivery.objects.filter(state=State.PUBLISHED).count()
