"""TikTok through the outbox: nothing goes out twice, and nothing that nobody sees is called published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.models import Channel
from delivery.domain import check_status, claim, deliver, reconcile, sweep
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from platforms.tiktok.publishing import ONLY_SELF
from platforms.types import Picture, Video
from tests.delivery.conftest import Outbox, connected
from tests.platforms.bench import MOVIE, PHOTOS

pytestmark = pytest.mark.django_db

PUT = r"/tiktok/video/$"


@pytest.fixture
def account(outbox: Outbox) -> Channel:
    return connected(outbox.cast, outbox.network, "tiktok", creator={"seconds": 600})


@pytest.fixture
def film() -> Iterator[dict[str, Any]]:
    ref = default_storage.save("films-test/snimak.mp4", ContentFile(MOVIE))
    yield {"video": Video(ref, "video/mp4", 720, 1280, 12.0, len(MOVIE))}
    default_storage.delete(ref)


def put(outbox: Outbox, account: Channel, content: dict[str, Any]) -> Delivery:
    delivery = outbox.put("Отворена је фонтана.", channel=account, content=content)
    outbox.tick()
    return outbox.again(delivery)


def ask(outbox: Outbox, delivery: Delivery) -> Delivery:
    """The next question, at its time."""
    with time_machine.travel(outbox.again(delivery).next_at, tick=True):
        for delivery_id in check_status.claim_status_checks(timezone.now()):
            assert check_status.check_status(delivery_id) is None
    return outbox.again(delivery)


def look(outbox: Outbox, delivery: Delivery, later: timedelta = timedelta()) -> Delivery:
    with time_machine.travel(timezone.now() + later, tick=True):
        reconcile.reconcile(delivery.pk)
    return outbox.again(delivery)


def test_a_video_is_processing_until_tiktok_shows_it(outbox: Outbox, account: Channel, film: dict[str, Any]) -> None:
    outbox.network.options(tiktok_review=2)
    delivery = put(outbox, account, film)
    assert delivery.state == State.PROCESSING
    assert json.loads(delivery.token)["publish_id"].startswith("v_pub_file~")
    assert ask(outbox, delivery).state == State.PROCESSING
    assert outbox.texts() == []
    delivery = ask(outbox, delivery)
    assert delivery.state == State.PUBLISHED
    assert delivery.permalink == f"https://www.tiktok.com/@opstina/video/{delivery.remote_id}"
    assert outbox.texts() == ["Отворена је фонтана."]


def test_a_lost_last_answer_is_settled_by_the_stored_id(outbox: Outbox, account: Channel, film: dict[str, Any]) -> None:
    outbox.network.plan("commit_then_drop", PUT, method="PUT")
    delivery = put(outbox, account, film)
    assert (delivery.state, bool(delivery.token)) == (State.CHECKING, True)
    delivery = look(outbox, delivery)
    assert (delivery.state, delivery.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert outbox.texts() == ["Отворена је фонтана."]


def test_a_worker_that_dies_behind_the_last_chunk_leaves_one_post(
    outbox: Outbox, account: Channel, film: dict[str, Any]
) -> None:
    outbox.put("Отворена је фонтана.", channel=account, content=film)
    (work,) = claim.take_due(timezone.now(), 1)
    with outbox.inside():
        deliver.call(work.delivery, work.attempt)  # and dies with the answer in its hand
        delivery = Delivery.objects.get()
    assert (delivery.state, bool(delivery.token)) == (State.SENDING, True)
    with time_machine.travel(delivery.lease_until + timedelta(seconds=1), tick=True):
        sweep.sweep(timezone.now())
        assert outbox.again(delivery).state == State.CHECKING
        assert look(outbox, delivery).state == State.PUBLISHED
    assert outbox.texts() == ["Отворена је фонтана."]


def test_a_chunk_that_never_arrived_is_a_persons_decision_when_nothing_can_come_of_it(
    outbox: Outbox, account: Channel, film: dict[str, Any]
) -> None:
    outbox.network.plan("drop_before", PUT, method="PUT")
    delivery = put(outbox, account, film)
    for later in (timedelta(), timedelta(minutes=2), timedelta(minutes=50)):
        assert look(outbox, delivery, later).state == State.CHECKING
    assert look(outbox, delivery, timedelta(minutes=61, seconds=30)).state == State.CHECKING
    delivery = look(outbox, delivery, timedelta(minutes=63))
    assert (delivery.state, delivery.reason) == (State.UNCONFIRMED, ReasonCode.ABSENT)
    with time_machine.travel(timezone.now() + timedelta(minutes=63), tick=True):
        outbox.answer_not_there(delivery)
    assert ask(outbox, delivery).state == State.PUBLISHED
    assert outbox.texts() == ["Отворена је фонтана."]


def test_a_refusal_while_it_is_worked_on_fails_with_its_reason(
    outbox: Outbox, account: Channel, film: dict[str, Any]
) -> None:
    outbox.network.options(tiktok_fails="frame_rate_check_failed")
    delivery = ask(outbox, put(outbox, account, film))
    assert (delivery.state, delivery.problem) == (State.FAILED, "TikTok takes videos with 23 to 60 pictures a second.")


def test_a_refusal_behind_a_lost_answer_fails_with_its_reason_too(
    outbox: Outbox, account: Channel, film: dict[str, Any]
) -> None:
    outbox.network.options(tiktok_fails="spam_risk_text")
    outbox.network.plan("commit_then_drop", PUT, method="PUT")
    delivery = look(outbox, put(outbox, account, film))
    assert (delivery.state, delivery.reason) == (State.PROCESSING, ReasonCode.UNFINISHED)
    delivery = ask(outbox, delivery)
    assert (delivery.state, delivery.reason) == (State.FAILED, ReasonCode.REJECTED)
    assert outbox.texts() == []


def test_what_only_the_account_sees_is_never_published(
    outbox: Outbox, account: Channel, film: dict[str, Any], settings: Any
) -> None:
    outbox.network.options(tiktok_audiences=("SELF_ONLY",), tiktok_audited=False)
    delivery = put(outbox, account, film)
    assert delivery.state == State.FAILED
    assert "audited" in delivery.problem
    settings.NETWORK_OPTIONS = {"tiktok": {"audience": "SELF_ONLY"}}
    delivery = ask(outbox, put(outbox, account, film))
    assert (delivery.state, delivery.problem) == (State.FAILED, ONLY_SELF)
    assert delivery.remote_id == ""
    assert outbox.texts() == []


def test_pictures_with_a_lost_answer_are_a_persons_decision_and_never_sent_twice(
    outbox: Outbox, account: Channel
) -> None:
    picture = Picture("slika-1.jpg", "image/jpeg", 640, 360, len(PHOTOS["slika-1.jpg"]))
    outbox.network.plan("commit_then_drop", r"/content/init/$", method="POST")
    delivery = put(outbox, account, {"pictures": (picture,)})
    assert (delivery.state, delivery.token) == (State.CHECKING, "")
    for minutes in (0, 2, 70):
        delivery = look(outbox, delivery, timedelta(minutes=minutes))
    assert (delivery.state, delivery.reason) == (State.UNCONFIRMED, ReasonCode.CANNOT_TELL)
    assert outbox.outcomes(delivery) == ["unknown", "cannot_tell", "cannot_tell", "cannot_tell"]
    assert sum(1 for one in outbox.network.ledger() if one["path"].endswith("/content/init/")) == 1
