"""A thread: posts in a row, each a delivery of its own that answers the one before it, once and in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import transaction
from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from common.models import Restore
from delivery import policies
from delivery.domain import (
    answer,
    check_status,
    follow,
    missing,
    reconcile,
    restored,
    settle,
    sweep,
    take_down,
    withdraw,
)
from delivery.domain.cancel import cancel
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from municipalities.tenancy import everywhere, scope
from platforms.types import Published
from tests.delivery.conftest import Outbox, connected
from tests.delivery.test_budgets import account, put
from tests.publishing import deliver

pytestmark = pytest.mark.django_db
POSTS = ["Вода у суботу", "Цистерне су на тргу.", "Притисак се враћа увече.", "Хвала на стрпљењу."]
THREAD = {"thread": tuple(POSTS[1:])}
# The call that makes a post public, by network.
PUBLISHES = {
    "bluesky": "putRecord",
    "mastodon": "/api/v1/statuses$",
    "telegram": "/sendMessage$",
    "threads": "/threads_publish$",
    "x": "/2/tweets$",
}


def channel_of(outbox: Outbox, platform: str) -> Channel:
    return outbox.channel if platform == "mastodon" else connected(outbox.cast, outbox.network, platform)


def parts(outbox: Outbox) -> list[Delivery]:
    with outbox.inside():
        return list(Delivery.objects.filter(kind=THREAD_PART).select_related("parent", "channel").order_by("pk"))


def work(outbox: Outbox, rounds: int = 8) -> None:
    """Publishers and the workers that look, each round when everything is due, until nothing more is."""
    for _round in range(rounds):
        now = timezone.now() + timedelta(seconds=10)
        claimed = outbox.tick(now)
        with everywhere("a test"):
            open_ = Delivery.objects.filter(state__in=[State.CHECKING, State.PROCESSING])
            open_.update(next_at=timezone.now())
        opened = [(pk, reconcile.reconcile(pk)) for pk in reconcile.claim_reconciliations(now)]
        opened += [(pk, check_status.check_status(pk)) for pk in check_status.claim_status_checks(now)]
        for pk, number in opened:
            if number is not None:
                deliver(pk, number)
        if not claimed and not opened:
            return


def take_all_down(outbox: Outbox) -> None:
    with everywhere("a test"):
        Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
    for pk in take_down.claim_withdrawals(timezone.now()):
        take_down.take_down(pk)


def chain(outbox: Outbox) -> list[tuple[str, str]]:
    """(text, text of the post that it answers) of what is public, oldest first."""
    shown = outbox.network.public("opstina")
    by_id = {post["id"]: post["text"] for post in shown}
    return [(post["text"], by_id.get(post["reply_to"] or "", "")) for post in shown]


WHOLE = list(zip(POSTS, ["", *POSTS], strict=False))


# ---------------------------------------------------------------- in order and once


@pytest.mark.parametrize("platform", sorted(PUBLISHES))
def test_each_post_answers_the_one_before_it(outbox: Outbox, platform: str) -> None:
    root = outbox.put(POSTS[0], channel=channel_of(outbox, platform), content=THREAD)
    outbox.tick()
    assert chain(outbox) == WHOLE[:1]
    (second,) = parts(outbox)
    assert (second.parent_id, second.state, second.payload["reply_to"]) == (
        root.pk, State.SCHEDULED, outbox.again(root).remote_id,
    )  # fmt: skip
    work(outbox)
    assert chain(outbox) == WHOLE
    assert [part.state for part in parts(outbox)] == [State.PUBLISHED] * 3
    assert {part.parent_id for part in parts(outbox)} == {root.pk}


@pytest.mark.parametrize("platform", sorted(PUBLISHES))
@pytest.mark.parametrize("fault", ["commit_then_drop", "drop_before"])
def test_while_the_outcome_of_a_part_is_unknown_the_next_one_waits(outbox: Outbox, platform: str, fault: str) -> None:
    outbox.put(POSTS[0], channel=channel_of(outbox, platform), content=THREAD)
    outbox.tick()
    outbox.network.plan(fault, PUBLISHES[platform], method="POST")
    outbox.tick(timezone.now() + timedelta(seconds=10))
    (second,) = parts(outbox)
    assert second.state in (State.CHECKING, State.PROCESSING)
    outbox.tick(timezone.now() + timedelta(seconds=10))
    assert len(parts(outbox)) == 1
    work(outbox)
    if outbox.again(second).state == State.PUBLISHED:
        assert chain(outbox) == WHOLE
    else:
        # Where the network may not be asked to do it again, a person decides.
        assert (fault, chain(outbox), len(parts(outbox))) == ("drop_before", WHOLE[:1], 1)


def test_the_same_words_twice_in_one_thread_are_two_posts(outbox: Outbox) -> None:
    outbox.put("Вода стиже.", content={"thread": ("Вода стиже.", "Вода стиже.")})
    outbox.tick()
    outbox.network.plan("commit_then_drop", PUBLISHES["mastodon"], method="POST")
    work(outbox)
    assert [text for text, _above in chain(outbox)] == ["Вода стиже."] * 3
    assert [part.state for part in parts(outbox)] == [State.PUBLISHED] * 2


def test_what_cannot_enqueue_the_next_part_does_not_publish_either(outbox: Outbox) -> None:
    """Both are one transaction: a part is public for the portal with the next one in the queue, or not at all."""
    root = outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    (second,) = parts(outbox)
    with outbox.inside():
        Delivery.objects.filter(pk=root.pk).update(payload={"text": "a damaged row"})
    with pytest.raises(KeyError), transaction.atomic():
        outbox.tick(timezone.now() + timedelta(seconds=10))
    assert len(chain(outbox)) == 2, "the network has it"
    assert (outbox.again(second).state == State.PUBLISHED, len(parts(outbox))) == (False, 1)
    with outbox.inside():
        Delivery.objects.filter(pk=root.pk).update(payload=root.payload)
    work(outbox)
    assert chain(outbox) == WHOLE


def test_publishing_it_twice_enqueues_the_next_part_once(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    with outbox.inside():
        assert follow.next_part(outbox.again(root)) is None
    assert len(parts(outbox)) == 1


def test_the_content_warning_and_the_audience_hold_for_the_whole_thread(outbox: Outbox) -> None:
    settings = {"content_warning": "Несрећа", "audience": "unlisted"}
    outbox.put(POSTS[0], content={**THREAD, "settings": settings})
    work(outbox)
    assert [part.payload["settings"] for part in parts(outbox)] == [settings] * 3
    sent = [entry for entry in outbox.network.ledger() if entry["path"] == "/api/v1/statuses"]
    assert len(sent) == 4
    assert [post["visibility"] for post in outbox.network.public("opstina")] == ["unlisted"] * 4


def test_on_telegram_no_post_of_a_silent_thread_makes_a_sound_and_only_the_first_line_is_bold(outbox: Outbox) -> None:
    chosen = {"silent": "yes", "bold_first_line": "yes"}
    outbox.put(POSTS[0], channel=channel_of(outbox, "telegram"), content={**THREAD, "settings": chosen})
    work(outbox)
    assert [part.payload["settings"] for part in parts(outbox)] == [{"silent": "yes"}] * 3


# ---------------------------------------------------------------- every way to become public


def test_a_thread_goes_on_after_a_late_answer(outbox: Outbox) -> None:
    root = outbox.opened(POSTS[0], content=THREAD)
    (attempt,) = outbox.attempts(root)
    with outbox.inside():
        Delivery.objects.filter(pk=root.pk).update(state=State.CHECKING, unknown_since=timezone.now())
        late = Published("110", "https://mreza.rs/110", timezone.now())
        settle.settle(root, attempt, late)
    (second,) = parts(outbox)
    assert second.payload["reply_to"] == "110"


def test_a_thread_goes_on_when_a_person_finds_its_post(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    with outbox.inside():
        Delivery.objects.filter(pk=root.pk).update(state=State.UNCONFIRMED, unknown_since=timezone.now())
        answer.it_is_there(outbox.again(root), f"{outbox.channel.server}/@opstina/110", by=outbox.cast.officer)
    (second,) = parts(outbox)
    assert (second.payload["reply_to"], second.parent_id) == ("110", root.pk)


def test_where_a_person_knows_no_id_nothing_can_follow(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], channel=channel_of(outbox, "threads"), content=THREAD)
    with outbox.inside():
        Delivery.objects.filter(pk=root.pk).update(state=State.UNCONFIRMED, unknown_since=timezone.now())
        answer.it_is_there(outbox.again(root), "", by=outbox.cast.officer)
    assert outbox.again(root).only_seen
    assert parts(outbox) == []


# ---------------------------------------------------------------- a part that fails


def test_a_part_that_is_refused_stops_the_thread_until_a_person_sends_it_again(outbox: Outbox) -> None:
    outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    outbox.network.plan("status", PUBLISHES["mastodon"], method="POST", status=422, body={"error": "no"})
    work(outbox)
    (second,) = parts(outbox)
    assert (second.state, chain(outbox)) == (State.FAILED, WHOLE[:1])
    with outbox.inside():
        answer.send_again(second, by=outbox.cast.officer)
    work(outbox)
    assert chain(outbox) == WHOLE


def test_a_part_that_a_person_drops_ends_the_thread(outbox: Outbox) -> None:
    outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    with outbox.inside():
        cancel(parts(outbox)[0], by=outbox.cast.officer)
    work(outbox)
    assert (chain(outbox), [part.state for part in parts(outbox)]) == (WHOLE[:1], [State.CANCELLED])


def test_a_permission_that_is_withdrawn_in_the_middle_stops_the_thread_and_not_the_channel(outbox: Outbox) -> None:
    channel = channel_of(outbox, "threads")
    outbox.put(POSTS[0], channel=channel, content=THREAD)
    outbox.tick()
    body = {"error": {"code": 10, "message": "Application does not have permission for this action"}}
    outbox.network.plan("status", "/threads$", method="POST", status=403, body=body)
    work(outbox)
    (second,) = parts(outbox)
    assert (second.state, second.reason) == (State.FAILED, ReasonCode.REJECTED)
    with outbox.inside():
        channel.refresh_from_db()
    assert (channel.state, chain(outbox)) == (ChannelState.CONNECTED, WHOLE[:1])


def test_what_holds_the_thread_holds_its_parts(outbox: Outbox, gate: Any) -> None:
    outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    gate.say(policies.defer(ReasonCode.PAUSED))
    work(outbox)
    (second,) = parts(outbox)
    assert (second.state, second.reason, chain(outbox)) == (State.WAITING, ReasonCode.PAUSED, WHOLE[:1])


# ---------------------------------------------------------------- taking down


@pytest.mark.parametrize("platform", sorted(PUBLISHES))
def test_a_thread_is_taken_down_with_all_its_posts(outbox: Outbox, platform: str) -> None:
    root = outbox.put(POSTS[0], channel=channel_of(outbox, platform), content=THREAD)
    work(outbox)
    assert len(chain(outbox)) == 4
    with outbox.inside():
        withdraw.withdraw(outbox.again(root), by=outbox.cast.officer)
    for _round in range(2):
        take_all_down(outbox)
    assert outbox.network.public("opstina") == []
    assert {outbox.again(part).state for part in [root, *parts(outbox)]} == {State.WITHDRAWN}


def test_a_thread_that_is_taken_down_while_a_part_waits_does_not_go_on(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    with outbox.inside():
        withdraw.withdraw(outbox.again(root), by=outbox.cast.officer)
    work(outbox)
    assert chain(outbox) == WHOLE[:1], "nothing follows once its removal was requested"
    take_all_down(outbox)
    work(outbox)
    assert (chain(outbox), [part.state for part in parts(outbox)]) == ([], [State.CANCELLED])


def test_a_part_that_became_public_while_the_thread_was_taken_down_is_taken_down_too(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    outbox.network.plan("commit_then_drop", PUBLISHES["mastodon"], method="POST")
    outbox.tick(timezone.now() + timedelta(seconds=10))
    (second,) = parts(outbox)
    assert (second.state, len(chain(outbox))) == (State.CHECKING, 2)
    with outbox.inside():
        withdraw.withdraw(outbox.again(root), by=outbox.cast.officer)
    take_all_down(outbox)
    assert [text for text, _above in chain(outbox)] == [POSTS[1]]
    reconcile.reconcile(second.pk)
    assert outbox.again(second).withdrawal_asked_at is not None
    take_all_down(outbox)
    assert (chain(outbox), outbox.again(second).state, len(parts(outbox))) == ([], State.WITHDRAWN, 1)


def test_nothing_follows_a_post_that_somebody_deleted_on_the_network(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    outbox.tick()
    with outbox.inside():
        missing.missing(outbox.again(root))
    work(outbox)
    sweep.sweep(timezone.now())
    assert [part.state for part in parts(outbox)] == [State.CANCELLED]
    assert chain(outbox) == WHOLE[:1]


def test_the_first_comment_on_a_network_with_threads_is_taken_down_with_its_post(outbox: Outbox) -> None:
    channel = channel_of(outbox, "x")
    content = {"thread": (POSTS[1],), "first_comment": "Пријаве: 035 123 456"}
    root = outbox.put(POSTS[0], channel=channel, content=content)
    work(outbox)
    assert sorted(chain(outbox)) == sorted([(POSTS[0], ""), (POSTS[1], POSTS[0]), ("Пријаве: 035 123 456", POSTS[0])])
    with outbox.inside():
        withdraw.withdraw(outbox.again(root), by=outbox.cast.officer)
    for _round in range(2):
        take_all_down(outbox)
    assert chain(outbox) == []


# ---------------------------------------------------------------- after a restore


def test_what_a_restored_backup_brings_back_is_looked_for_post_by_post(outbox: Outbox) -> None:
    root = outbox.put(POSTS[0], content=THREAD)
    backup = transaction.savepoint()
    work(outbox)
    assert chain(outbox) == WHOLE
    transaction.savepoint_rollback(backup)
    now = timezone.now()
    restore = Restore.objects.create(made_at=now - timedelta(minutes=5), restored_at=now + timedelta(seconds=1))
    with time_machine.travel(now + timedelta(seconds=20), tick=True):
        restored.prepare()
        for _round in range(5):
            with everywhere("a test"):
                Delivery.objects.filter(state=State.UNCONFIRMED).update(next_at=timezone.now())
            for pk in reconcile.claim_reconciliations(timezone.now()):
                reconcile.reconcile(pk)
            outbox.tick(timezone.now())
    assert chain(outbox) == WHOLE, "nothing was sent again"
    found = [outbox.again(part) for part in [root, *parts(outbox)]]
    assert [(part.state, part.reason) for part in found] == [(State.PUBLISHED, ReasonCode.FOUND)] * 4
    assert {part.restored_at for part in found} == {restore.restored_at}


# ---------------------------------------------------------------- two municipalities


@pytest.fixture
def two(outbox: Outbox) -> tuple[Channel, Channel]:
    return account(outbox, "cuprija"), account(outbox, "pazar", municipality=outbox.cast.novi_pazar)


def test_threads_of_two_municipalities_go_on_side_by_side(outbox: Outbox, two: tuple[Channel, Channel]) -> None:
    for channel in two:
        root = put(channel, f"{channel.name}: {POSTS[0]}")
        with scope(channel.municipality_id):
            Delivery.objects.filter(pk=root.pk).update(payload=root.payload | {"thread": POSTS[1:]})
    work(outbox)
    for channel in two:
        shown = outbox.network.public(channel.name)
        assert [post["text"] for post in shown] == [f"{channel.name}: {POSTS[0]}", *POSTS[1:]]
        with scope(channel.municipality_id):
            own = Delivery.objects.filter(kind=THREAD_PART)
            assert set(own.values_list("municipality", "channel")) == {(channel.municipality_id, channel.pk)}
