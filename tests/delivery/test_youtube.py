"""A video on its way to YouTube through the outbox: whatever stops it, it goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain import keys
from channels.models import Channel
from delivery import policies
from delivery.domain import answer, check_status, claim, content, reconcile, sweep
from delivery.domain.pre_send_check import PreSendCheck
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import FIRST_COMMENT
from platforms.youtube.calls import LOCKED
from tests.delivery.conftest import Outbox, connected
from tests.platforms.bench import MOVIE, video
from tests.platforms.fakes.youtube import CLIENT, GRAIN, SECRET, YouTubeFake
from tests.platforms.intervals import shorten
from tests.publishing import deliver

pytestmark = pytest.mark.django_db
SESSION, PUBLIC = r"/upload/youtube/v3/videos$", r"^/youtube/youtube/v3/videos$"


@pytest.fixture(autouse=True)
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)


@pytest.fixture
def fake(outbox: Outbox) -> YouTubeFake:
    found: YouTubeFake = outbox.network.world.fake("youtube")
    return found


@pytest.fixture
def channel(outbox: Outbox, settings: Any) -> Channel:
    settings.NETWORK_OPTIONS = {"youtube": {"chunk_bytes": GRAIN}}
    keys.enter("youtube", CLIENT, SECRET, by=outbox.cast.administrator)
    return connected(outbox.cast, outbox.network, "youtube")


@pytest.fixture
def ref() -> Iterator[str]:
    name = default_storage.save("snimak.mp4", ContentFile(MOVIE))
    yield name
    default_storage.delete(name)


@pytest.fixture
def post(outbox: Outbox, channel: Channel, ref: str) -> Delivery:
    return outbox.put("Седница Скупштине", channel=channel, content={"video": video(ref=ref)})


def later(outbox: Outbox, **after: float) -> None:
    with time_machine.travel(timezone.now() + timedelta(**after), tick=True):
        outbox.tick()


def one_video(outbox: Outbox, fake: YouTubeFake) -> bool:
    return len(fake.videos) == len(fake.sessions) == 1 and outbox.texts() == ["Седница Скупштине"]


def test_a_video_is_published_once(outbox: Outbox, post: Delivery, fake: YouTubeFake) -> None:
    outbox.tick()
    kept = outbox.again(post)
    assert (kept.state, kept.permalink) == (State.PUBLISHED, f"https://www.youtube.com/watch?v={kept.remote_id}")
    assert one_video(outbox, fake)


def test_a_broken_line_is_taken_up_where_it_broke(outbox: Outbox, post: Delivery, fake: YouTubeFake) -> None:
    outbox.network.plan("html_error", SESSION, method="PUT", nth=3, times=20)
    outbox.tick()
    assert (outbox.again(post).state, outbox.again(post).reason) == (State.SCHEDULED, ReasonCode.NOT_REACHED)
    outbox.network.world.plan.clear()
    later(outbox, minutes=1)
    assert outbox.again(post).state == State.PUBLISHED
    assert one_video(outbox, fake)


def test_a_worker_that_dies_before_the_last_step_leaves_one_private_video(
    outbox: Outbox, post: Delivery, fake: YouTubeFake
) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    (work,) = claim.take_due(timezone.now(), 1)
    note = PreSendCheck(work.delivery, work.attempt).save_checkpoint
    with outbox.inside():
        sent = content.outgoing(work.delivery)
        connector = open_channel(work.delivery.channel, before_send=die, save_checkpoint=note)
        with pytest.raises(Killed):
            connector.publish(sent, content.Files(sent))
    assert outbox.again(post).state == State.SENDING
    assert (len(fake.videos), outbox.texts()) == (1, [])
    lease = outbox.again(post).lease_until
    assert lease is not None
    with time_machine.travel(lease + timedelta(seconds=1), tick=True):
        sweep.sweep(timezone.now())
        assert (outbox.again(post).state, outbox.again(post).reason) == (State.SCHEDULED, ReasonCode.NEVER_SENT)
        outbox.tick()
    assert outbox.again(post).state == State.PUBLISHED
    assert one_video(outbox, fake)


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "drop_before"])
def test_a_lost_answer_at_the_last_step_is_settled_by_the_video_itself(
    outbox: Outbox, post: Delivery, fake: YouTubeFake, action: str
) -> None:
    outbox.network.plan(action, PUBLIC, method="PUT")
    outbox.tick()
    assert outbox.again(post).state == State.CHECKING
    reconcile.reconcile(post.pk)
    if action == "drop_before":
        assert (outbox.again(post).state, outbox.texts()) == (State.PROCESSING, [])
        deliver(post.pk, int(check_status.check_status(post.pk) or 0))
    assert outbox.again(post).state == State.PUBLISHED
    assert one_video(outbox, fake)


def test_what_is_paused_meanwhile_is_not_made_public_and_not_sent_twice(
    outbox: Outbox, post: Delivery, fake: YouTubeFake
) -> None:
    outbox.gate.say(policies.allow(), policies.defer(ReasonCode.PAUSED), policies.allow())
    outbox.tick()
    assert (outbox.again(post).state, len(fake.videos), outbox.texts()) == (State.WAITING, 1, [])
    sweep.sweep(timezone.now())
    assert (outbox.again(post).state, outbox.texts()) == (State.EXPIRED, [])
    with outbox.inside():
        answer.send_now(outbox.again(post), by=outbox.cast.officer)
    outbox.tick()
    assert outbox.again(post).state == State.PUBLISHED
    assert one_video(outbox, fake)


def test_a_limit_at_the_last_step_costs_no_second_upload(outbox: Outbox, post: Delivery, fake: YouTubeFake) -> None:
    outbox.network.plan("rate_limit", PUBLIC, method="PUT", seconds=90)
    outbox.tick()
    assert (outbox.again(post).state, outbox.again(post).reason) == (State.CHECKING, ReasonCode.RATE_LIMITED)
    outbox.search(post)  # the network holds it, not public yet
    assert outbox.again(post).state == State.PROCESSING
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=True):
        deliver(post.pk, int(check_status.check_status(post.pk) or 0))
    assert outbox.again(post).state == State.PUBLISHED
    assert one_video(outbox, fake)


def test_a_video_that_is_worked_on_becomes_public_by_an_attempt_of_its_own(
    outbox: Outbox, post: Delivery, fake: YouTubeFake
) -> None:
    outbox.network.options(youtube_polls=2)
    outbox.tick()
    assert (outbox.again(post).state, outbox.texts()) == (State.PROCESSING, [])
    assert check_status.check_status(post.pk) is None
    deliver(post.pk, int(check_status.check_status(post.pk) or 0))
    assert outbox.again(post).state == State.PUBLISHED
    assert outbox.outcomes(post) == ["pending", "pending", "ok", "ok"]
    assert one_video(outbox, fake)


def test_what_youtube_locks_fails_in_words_and_is_never_published(
    outbox: Outbox, post: Delivery, fake: YouTubeFake
) -> None:
    outbox.network.options(youtube_unaudited=True)
    outbox.tick()
    kept = outbox.again(post)
    assert (kept.state, kept.problem, kept.token) == (State.FAILED, LOCKED, "")
    assert outbox.texts() == []


def test_the_first_comment_follows_the_video(outbox: Outbox, channel: Channel, ref: str) -> None:
    content = {"video": video(ref=ref), "first_comment": "Дневни ред: https://cuprija.rs"}
    outbox.put("Седница Скупштине", channel=channel, content=content)
    outbox.tick()
    later(outbox, seconds=10)
    with outbox.inside():
        assert Delivery.objects.get(kind=FIRST_COMMENT).state == State.PUBLISHED
    root, comment = outbox.network.public("opstina")
    assert (comment["text"], comment["reply_to"]) == ("Дневни ред: https://cuprija.rs", root["id"])
