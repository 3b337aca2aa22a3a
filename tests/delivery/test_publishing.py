"""From due to published, and what each answer of the network leads to."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.models import Channel
from delivery import policies
from delivery.domain import content
from delivery.enums import Outcome, ReasonCode, State
from platforms.types import Picture
from tests.delivery.conftest import Outbox
from tests.publishing import deliver

pytestmark = pytest.mark.django_db


def test_what_is_due_is_published_once(outbox: Outbox) -> None:
    delivery = outbox.put("Нови сат рада матичара")
    assert len(outbox.tick()) == 1
    published = outbox.again(delivery)
    assert published.state == State.PUBLISHED
    assert published.remote_id
    assert published.permalink.startswith(outbox.network.url)
    assert published.published_at
    assert outbox.texts() == ["Нови сат рада матичара"]
    assert outbox.outcomes(delivery) == [Outcome.OK]
    assert outbox.attempts(delivery)[0].sent_at is not None
    assert outbox.tick() == []


def test_nothing_leaves_before_its_time(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    assert outbox.tick() == []
    assert outbox.again(delivery).state == State.SCHEDULED
    assert outbox.texts() == []


def picture(outbox: Outbox, size: int | None = None) -> Picture:
    out = BytesIO()
    Image.new("RGB", (40, 30), "#884422").save(out, "PNG")
    ref = default_storage.save("pictures/one.png", ContentFile(out.getvalue()))
    return Picture(ref, "image/png", 40, 30, len(out.getvalue()) if size is None else size, alt="Мост на Морави")


@pytest.mark.parametrize("network_name", ["outbox", "bluesky"])
def test_a_picture_goes_out_with_its_description(network_name: str, request: Any) -> None:
    outbox: Outbox = request.getfixturevalue(network_name)
    delivery = outbox.put(content={"pictures": (picture(outbox),)})
    outbox.tick()
    assert outbox.again(delivery).state == State.PUBLISHED
    assert [post["alts"] for post in outbox.network.public("opstina")] == [["Мост на Морави"]]


def test_a_missing_picture_fails_with_words_and_sends_nothing(outbox: Outbox) -> None:
    gone = picture(outbox)
    default_storage.delete(gone.ref)
    delivery = outbox.put(content={"pictures": (gone,)})
    outbox.tick()
    failed = outbox.again(delivery)
    assert (failed.state, failed.reason) == (State.FAILED, ReasonCode.PICTURE_MISSING)
    assert "picture" in failed.problem
    assert outbox.texts() == []


def test_a_picture_that_changed_since_the_approval_is_not_sent(outbox: Outbox) -> None:
    delivery = outbox.put(content={"pictures": (picture(outbox, size=17),)})
    outbox.tick()
    assert outbox.again(delivery).state == State.FAILED
    assert outbox.texts() == []


# ---- the five errors


def test_a_refusal_fails_and_is_not_repeated(outbox: Outbox) -> None:
    outbox.network.plan("status", "/api/v1/statuses", method="POST", status=422, body={"error": "Text is too long"})
    delivery = outbox.put()
    outbox.tick()
    failed = outbox.again(delivery)
    assert (failed.state, failed.problem) == (State.FAILED, "Text is too long")
    assert outbox.tick(timezone.now() + timedelta(hours=1)) == []


def test_a_dead_token_waits_and_marks_the_channel(outbox: Outbox) -> None:
    outbox.network.plan("revoke_token", "/api/v1/statuses", method="POST")
    delivery = outbox.put()
    outbox.tick()
    waiting = outbox.again(delivery)
    assert (waiting.state, waiting.reason) == (State.WAITING, ReasonCode.NEEDS_CONSENT)
    with outbox.inside():
        assert Channel.objects.get().state == "needs_consent"


def test_too_many_calls_wait_until_the_network_says(outbox: Outbox) -> None:
    outbox.network.plan("rate_limit", "/api/v1/statuses", method="POST", seconds=600)
    delivery = outbox.put()
    outbox.tick()
    later = outbox.again(delivery)
    assert (later.state, later.reason) == (State.CHECKING, ReasonCode.RATE_LIMITED)
    assert timedelta(seconds=550) < later.next_at - timezone.now() < timedelta(seconds=650)
    assert outbox.tick() == []
    assert later.attempt_count == 0


def test_an_unreachable_network_is_tried_again_and_in_the_end_fails(outbox: Outbox, settings: Any) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:9"]
    with outbox.inside():
        Channel.objects.update(server="http://127.0.0.1:9")
    delivery = outbox.put(not_after=timezone.now() + timedelta(days=1))
    now = timezone.now()
    pauses = []
    while (seen := outbox.again(delivery)).state == State.SCHEDULED:
        pauses.append(seen.next_at)
        outbox.tick(max(seen.next_at, now))
    assert (seen.state, seen.reason) == (State.FAILED, ReasonCode.TRIES_USED_UP)
    assert set(outbox.outcomes(delivery)) == {Outcome.NOT_REACHED}
    assert len(pauses) == 8
    assert pauses == sorted(pauses)


def test_a_lost_answer_is_checked_and_not_repeated_by_the_tick(careful: Outbox) -> None:
    careful.network.plan("commit_then_drop", "/api/v1/statuses", method="POST")
    delivery = careful.put()
    careful.tick()
    unknown = careful.again(delivery)
    assert (unknown.state, unknown.reason) == (State.CHECKING, ReasonCode.OUTCOME_UNKNOWN)
    assert unknown.unknown_since
    assert careful.tick(timezone.now() + timedelta(hours=1)) == []
    assert len(careful.texts()) == 1


def test_a_payload_that_cannot_be_read_was_not_sent(outbox: Outbox) -> None:
    delivery = outbox.put()
    with outbox.inside():
        type(delivery).objects.filter(pk=delivery.pk).update(payload={"text": "само текст"})
    outbox.tick()
    assert (outbox.again(delivery).state, outbox.again(delivery).reason) == (State.SCHEDULED, ReasonCode.NOT_REACHED)
    assert outbox.texts() == []


# ---- the gate


def test_the_gate_is_asked_at_the_claim_and_again_before_the_call(outbox: Outbox) -> None:
    outbox.put()
    outbox.tick()
    assert outbox.gate.asked == 2


def test_a_pause_that_comes_after_the_claim_still_stops_the_call(outbox: Outbox) -> None:
    outbox.gate.say(policies.allow(), policies.defer(ReasonCode.PAUSED, "Елементарна непогода"))
    delivery = outbox.put()
    outbox.tick()
    held = outbox.again(delivery)
    assert (held.state, held.reason, held.problem) == (State.WAITING, ReasonCode.PAUSED, "Елементарна непогода")
    assert outbox.outcomes(delivery) == [Outcome.HELD]
    assert outbox.texts() == []


def test_what_became_too_late_during_the_uploads_expires(outbox: Outbox) -> None:
    outbox.gate.say(policies.allow(), policies.expire())
    delivery = outbox.put()
    outbox.tick()
    assert (outbox.again(delivery).state, outbox.texts()) == (State.EXPIRED, [])


def test_a_kind_without_a_gate_is_never_sent(outbox: Outbox) -> None:
    delivery = outbox.put()
    with outbox.inside():
        type(delivery).objects.filter(pk=delivery.pk).update(kind="stranger")
    outbox.tick()
    assert (outbox.again(delivery).state, outbox.texts()) == (State.WAITING, [])


def test_a_gate_that_breaks_holds_up_only_its_own(outbox: Outbox) -> None:
    def broken(delivery: Any) -> policies.PolicyDecision:
        raise RuntimeError("the gate fell off")

    policies.register("broken", broken)
    first, second = outbox.put("прва"), outbox.put("друга")
    with outbox.inside():
        type(first).objects.filter(pk=first.pk).update(kind="broken", parent=second)
    outbox.tick()
    policies._policies.pop("broken")
    assert outbox.texts() == ["друга"]
    assert outbox.again(first).state == State.SCHEDULED


# ---- attempts that are wanted twice, or were never opened


def test_an_attempt_that_is_wanted_ten_times_makes_one_call(outbox: Outbox) -> None:
    delivery = outbox.opened()
    for _ in range(10):
        deliver(delivery.pk, 1)
    assert len(outbox.texts()) == 1
    assert outbox.outcomes(delivery) == [Outcome.OK]


def test_an_attempt_that_was_never_opened_makes_no_call(outbox: Outbox) -> None:
    delivery = outbox.put()
    deliver(delivery.pk, 1)
    assert outbox.texts() == []
    assert outbox.again(delivery).state == State.SCHEDULED


# ---- parts that follow


def test_a_part_is_sent_after_its_parent_as_an_answer_to_it(outbox: Outbox) -> None:
    parent = outbox.put("корен")
    child = outbox.put("наставак", parent=parent, due_at=parent.due_at)
    assert [d for d, _ in outbox.tick()] == [parent.pk]
    assert [d for d, _ in outbox.tick()] == [child.pk]
    first, second = outbox.network.public("opstina")
    assert second["reply_to"] == first["id"]


def test_a_failed_part_never_sends_the_root_again(outbox: Outbox) -> None:
    parent = outbox.put("корен")
    outbox.tick()
    outbox.network.plan("status", "/api/v1/statuses", method="POST", status=422, body={"error": "no"})
    child = outbox.put("наставак", parent=parent)
    outbox.tick()
    assert (outbox.again(child).state, outbox.again(parent).state) == (State.FAILED, State.PUBLISHED)
    assert outbox.texts() == ["корен"]


def test_a_part_whose_parent_failed_expires_and_asks(outbox: Outbox) -> None:
    outbox.network.plan("status", "/api/v1/statuses", method="POST", status=422, body={"error": "no"})
    parent = outbox.put("корен")
    child = outbox.put("наставак", parent=parent, due_at=parent.due_at)
    outbox.tick()
    outbox.tick(timezone.now() + timedelta(hours=3))
    assert outbox.again(child).state == State.EXPIRED
    assert outbox.texts() == []


def test_the_payload_is_read_as_it_was_frozen(outbox: Outbox) -> None:
    delivery = outbox.put("  два размака  ")
    with outbox.inside():
        assert content.outgoing(outbox.again(delivery)).text == "  два размака  "
