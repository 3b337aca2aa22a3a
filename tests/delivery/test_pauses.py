"""Every kind of pause against the publisher at work: nothing leaves, and what was missed asks to be looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone, translation

from channels import tasks
from channels.domain import pause as pauses
from channels.models import ChannelPause
from delivery.domain.sweep import sweep
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.models import Pause, WidePause
from municipalities.tenancy import everywhere, scope
from posts.models import Post
from posts.review.domain import emergency
from posts.scheduling.domain.schedule import schedule
from tests.crash.workers import wait_for
from tests.delivery.conftest import connected
from tests.delivery.test_dispatch import publisher
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.deciders import home_of, on_the_list
from tests.posts.desk import Desk, in_hours

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "Дан жалости"
KINDS = {
    "municipality": ReasonCode.PAUSED,
    "channel": ReasonCode.CHANNEL_PAUSED,
    "programme": ReasonCode.PROGRAMME_PAUSED,
    "everybody": ReasonCode.PROGRAMME_PAUSED,
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Desk]:
    """Two real accounts on the fake; nobody has to approve."""
    with scope(cast.cuprija):
        found = Desk(cast, connected(cast, network), connected(cast, network, "bluesky"))
        found.house_rule(approval=Approval.NONE)
        yield found


def due(desk: Desk, text: str, *, seconds: float = 0, channel: Any = None) -> Post:
    """A post whose time is in so many seconds; forms know minutes only."""
    post = desk.write(text, channels=((channel or desk.mastodon).pk,))
    post = schedule(post, in_hours(1), by=desk.cast.officer)
    at = timezone.now() + timedelta(seconds=seconds)
    times = {"due_at": at, "next_at": at, "not_after": at + timedelta(hours=2)}
    Delivery.objects.filter(publication__post=post).update(**times)
    return post


def start(desk: Desk, kind: str, ends_at: datetime | None = None) -> None:
    if kind == "municipality":
        pauses.pause(desk.municipality, REASON, ends_at, by=desk.cast.approver)
    elif kind == "channel":
        pauses.pause_channel(desk.mastodon, REASON, ends_at, by=desk.cast.approver)
    elif kind == "programme":
        pauses.pause_programme(desk.cast.programme, REASON, ends_at, by=desk.cast.staff)
    else:
        pauses.pause_programme(None, REASON, ends_at, by=desk.cast.administrator)


def stop(desk: Desk, kind: str) -> None:
    if kind == "municipality":
        pauses.resume(desk.municipality, by=desk.cast.approver)
    elif kind == "channel":
        pauses.resume_channel(desk.mastodon, by=desk.cast.approver)
    else:
        pauses.resume_programme(WidePause.objects.get(ended_at=None), by=desk.cast.staff)


def delivery(desk: Desk, post: Post) -> Delivery:
    return desk.deliveries(post)[0]


def texts(network: FakeServer) -> list[str]:
    return [status["text"] for status in network.public("opstina")]


def swept() -> None:
    """As beat does it every ten seconds."""
    with everywhere("test"):
        sweep(timezone.now())


def missed(desk: Desk, post: Post) -> bool:
    swept()
    return delivery(desk, post).state == State.EXPIRED


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_pause_missed_asks_to_be_looked_at_and_goes_out_when_a_person_says_so(
    desk: Desk, network: FakeServer, kind: str
) -> None:
    start(desk, kind)
    post = due(desk, "Вода стиже у 14 часова.")
    with publisher():
        wait_for(lambda: delivery(desk, post).state == State.WAITING)
        held = delivery(desk, post)
        who = {"programme": "Staff", "everybody": "Administrator"}.get(kind, "Approver")
        assert (held.reason, held.problem) == (KINDS[kind], f"{who}: {REASON}")
        swept()
        assert delivery(desk, post).state == State.WAITING
        for path in ("calendar/", "posts/", f"posts/{post.pk}/"):
            assert "<span>Paused</span>" in sign_in(desk.cast.officer).get(f"/m/cuprija/{path}").text

        stop(desk, kind)
        later = due(desk, "Ово тек долази.", seconds=0.3)
        wait_for(lambda: missed(desk, post))
        assert delivery(desk, post).problem == f"{who}: {REASON}"
        assert [each.post for each in home_of(desk, desk.cast.officer).attention] == [post]
        wait_for(lambda: delivery(desk, later).state == State.PUBLISHED)
        assert texts(network) == ["Ово тек долази."]

        client = sign_in(desk.cast.officer)
        home, page = client.get("/m/cuprija/").text, client.get(f"/m/cuprija/posts/{post.pk}/").text
        where = f"/m/cuprija/deliveries/{held.pk}/"
        assert where in home
        assert where in page
        card = client.get(where).text
        assert REASON in card
        assert [f'value="{answer}"' in card for answer in ("send_now", "choose_time", "drop")] == [True] * 3
        seen = {"answer": "send_now", "seen": delivery(desk, post).state_at.isoformat()}
        assert client.post(f"{where}answer/", seen).status_code == 302
        wait_for(lambda: delivery(desk, post).state == State.PUBLISHED)
    assert sorted(texts(network)) == ["Вода стиже у 14 часова.", "Ово тек долази."]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pause_ends_by_itself_and_what_it_missed_still_asks(desk: Desk, network: FakeServer, kind: str) -> None:
    with publisher():
        start(desk, kind, timezone.now() + timedelta(hours=1))
        post = due(desk, "Прошло")
        wait_for(lambda: delivery(desk, post).state == State.WAITING)
        over = timezone.now() + timedelta(seconds=0.3)
        assert sum(rows.objects.update(ends_at=over) for rows in (Pause, ChannelPause, WidePause)) == 1
        later = due(desk, "Долази", seconds=0.5)
        time.sleep(max((over - timezone.now()).total_seconds(), 0))
        wait_for(lambda: missed(desk, post))
        wait_for(lambda: delivery(desk, later).state == State.PUBLISHED)
    tasks.end_pauses()
    assert texts(network) == ["Долази"]
    assert [each.post for each in home_of(desk, desk.cast.officer).attention] == [post]


def test_an_answer_during_the_pause_can_only_be_a_time_after_it(desk: Desk) -> None:
    start(desk, "municipality")
    post = due(desk, "Вода")
    with publisher():
        wait_for(lambda: delivery(desk, post).state == State.WAITING)
    card = sign_in(desk.cast.officer).get(f"/m/cuprija/deliveries/{delivery(desk, post).pk}/").text
    assert "Approver has paused publishing, so nothing can be sent at this moment." in card
    assert [f'value="{answer}"' in card for answer in ("still_send", "send_now", "choose_time", "drop")] == [
        False, False, True, True,
    ]  # fmt: skip


def test_publishing_now_during_a_pause_is_told_to_wait(desk: Desk) -> None:
    post = schedule(desk.write("Вода"), in_hours(1), by=desk.cast.officer)
    client = sign_in(desk.cast.officer)
    start(desk, "programme")
    told = client.post(f"/m/cuprija/posts/{post.pk}/publish/", follow=True).text
    assert "Publishing is paused, so it waits." in told


def test_a_paused_channel_stops_no_other_and_no_other_municipality_is_silent(
    desk: Desk, network: FakeServer, cast: Cast
) -> None:
    start(desk, "channel")
    silent, loud = due(desk, "Ћути"), due(desk, "Говори", channel=desk.bluesky)
    with publisher():
        wait_for(lambda: delivery(desk, loud).state == State.PUBLISHED)
        wait_for(lambda: delivery(desk, silent).state == State.WAITING)
    assert texts(network) == ["Говори"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_emergency_passes_every_pause(desk: Desk, network: FakeServer, kind: str) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    start(desk, kind)
    reason = "Пукла је цев на главном воду."
    post = emergency.publish(desk.write("Вода није за пиће!"), reason=reason, by=desk.cast.officer)
    with publisher():
        wait_for(lambda: delivery(desk, post).state == State.PUBLISHED)
    assert texts(network) == ["Вода није за пиће!"]
