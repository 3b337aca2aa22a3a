"""Corrections that a network carries out late, while workers die, people pause and take down: Mastodon, Facebook and
Telegram, which change posts. In the end the public text is the newest, or the portal reports it or asks a person.

The networks carry the late ones out when the test says so, within the commit window of their call: a machine that is
too slow for that plays the rest alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from django.utils import timezone

from channels.domain import pause
from delivery.domain import answer, withdraw
from delivery.domain.edit import edit
from delivery.enums import ReasonCode, State
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from municipalities.tenancy import everywhere, scope
from platforms.types import Outgoing
from tests.crash.conftest import Stage
from tests.crash.figures import CORRECTION
from tests.crash.test_crash import nothing_doubled_nothing_lost
from tests.crash.test_formats import connected
from tests.crash.workers import wait_for

pytestmark = pytest.mark.crash
EDITS = {
    "mastodon": {"path": r"/api/v1/statuses/\d+$", "method": "PUT"},
    "facebook": {"path": r"/\d+_\d+$", "method": "POST"},
    "telegram": {"path": "editMessageText", "method": "POST"},
}
# What the check of a corrected post reads; Telegram shows nothing to bots.
READING = r"/api/v1/statuses/\d+$|/facebook/v[\d.]+/$"
# Of the commit window of four seconds.
LATE = timedelta(seconds=3)
LATEST = timedelta(seconds=3.7)


@dataclass
class EditStage(Stage):
    edits: list[Delivery] = field(default_factory=list)

    def plan_edit(self, action: str, **more: Any) -> None:
        """The same fault of the next correction on each network."""
        (server,) = self.servers.values()
        for faulty in EDITS.values():
            server.plan(action, **faulty, **more)

    def correct(self, number: int, *, urgent: bool = False) -> None:
        with scope(self.cast.cuprija):
            for delivery in self.sent:
                text = f"{delivery.payload['text']}{CORRECTION}{number}"
                outgoing = Outgoing(text, "sr", uuid4().hex, timezone.now())
                known = Delivery.objects.get(pk=delivery.pk)
                self.edits.append(edit(known, outgoing, by=self.cast.officer, urgent=urgent))
                self.newest[delivery.pk] = text

    def edit_states(self, *, repeats: bool = False) -> Collection[str]:
        """Of the corrections that people made, or of their repeats."""
        with everywhere("the crash suite looks"):
            rows = Delivery.objects.filter(kind=EDIT, is_repeat=repeats)
            return list(rows.values_list("state", flat=True))

    def settled(self) -> bool:
        with everywhere("the crash suite looks"):
            checks = Delivery.objects.filter(edit_check_at__isnull=False).exclude(state=State.WITHDRAWN)
            removals = Delivery.objects.filter(state=State.PUBLISHED, withdrawal_asked_at__isnull=False)
            if checks.exists() or removals.exists():
                return False
        ended = {State.PUBLISHED, State.CANCELLED}
        return super().settled() and {*self.edit_states(), *self.edit_states(repeats=True)} <= ended

    def first_edit_sent_at(self) -> datetime:
        with everywhere("the crash suite looks"):
            calls = Attempt.objects.filter(delivery__in=self.edits, sent_at__isnull=False).order_by("sent_at")
            return calls.values_list("sent_at", flat=True)[0]

    def release_in_time(self) -> None:
        """The corrections that hang are carried out, within the commit window of their call or never."""
        (server,) = self.servers.values()
        if timezone.now() < self.first_edit_sent_at() + LATEST:
            server.release()
        else:
            server.abandon()

    def carry_out_late(self, after: timedelta = LATE) -> None:
        """What a gateway has answered 504, so long after the call."""
        (server,) = self.servers.values()
        sent_at = self.first_edit_sent_at()
        wait_for(lambda: timezone.now() >= sent_at + after)
        if timezone.now() < sent_at + LATEST:
            server.carry_out_late()
        else:
            server.never_carry_out_late()

    def calls(self) -> int:
        (server,) = self.servers.values()
        return sum(entry["method"] in ("POST", "PUT") for entry in server.ledger())


@pytest.fixture
def stage_of_edits(stage: Stage) -> EditStage:
    server = stage.servers["honours"]
    channels = {"mastodon": stage.channels["honours"]}
    channels |= {name: connected(stage.cast, server, "opstina", name) for name in EDITS if name != "mastodon"}
    workers, figures = stage.workers, stage.figures
    return EditStage(stage.cast, workers, {"edits": server}, channels, figures, killed_before=workers.killed)


def corrected(stage: EditStage) -> None:
    """Published, and corrected twice: the first correction was answered 504 and repeated, and the network still has it
    before it."""
    stage.put()
    stage.play()
    stage.plan_edit("commit_late", seconds=3600)
    stage.correct(1)
    stage.correct(2)
    wait_for(lambda: set(stage.edit_states()) == {State.PUBLISHED})


def the_newest_text_is_public(stage: EditStage) -> None:
    nothing_doubled_nothing_lost(stage)
    assert sorted(stage.public()) == sorted(stage.newest.values())


def test_a_correction_is_carried_out_after_the_next_one(stage_of_edits: EditStage) -> None:
    corrected(stage_of_edits)
    stage_of_edits.carry_out_late()
    stage_of_edits.play()
    the_newest_text_is_public(stage_of_edits)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "while"])
def test_a_correction_is_carried_out_late_and_the_worker_is_killed(stage_of_edits: EditStage, moment: str) -> None:
    """Before the check of the post, and while it reads the post."""
    corrected(stage_of_edits)
    (server,) = stage_of_edits.servers.values()
    if moment == "before":
        stage_of_edits.workers.kill()
        stage_of_edits.carry_out_late()
    else:
        server.plan("hang", READING, method="GET", times=2)
        stage_of_edits.carry_out_late()
        stage_of_edits.ring_until(lambda: sum(entry["action"] == "hang" for entry in server.ledger()) == 2)
        stage_of_edits.workers.kill()
        stage_of_edits.release()
    stage_of_edits.workers.start()
    stage_of_edits.play()
    the_newest_text_is_public(stage_of_edits)


@pytest.mark.slow
def test_an_urgent_correction_overtakes_one_under_way(stage_of_edits: EditStage) -> None:
    """The network carries the first one out when it has carried out the urgent one."""
    stage_of_edits.put()
    stage_of_edits.play()
    stage_of_edits.plan_edit("hang")
    stage_of_edits.correct(1)
    wait_for(lambda: stage_of_edits.sent_at_set() == len(EDITS))
    stage_of_edits.correct(2, urgent=True)
    wait_for(lambda: sorted(stage_of_edits.public()) == sorted(stage_of_edits.newest.values()))
    stage_of_edits.release_in_time()
    stage_of_edits.play()
    the_newest_text_is_public(stage_of_edits)


@pytest.mark.slow
def test_a_correction_is_carried_out_late_and_one_of_the_posts_is_taken_down(stage_of_edits: EditStage) -> None:
    """Nothing of that one comes back; the others show the newest text."""
    corrected(stage_of_edits)
    removed = stage_of_edits.sent[0]
    with scope(stage_of_edits.cast.cuprija):
        withdraw.withdraw(Delivery.objects.get(pk=removed.pk), by=stage_of_edits.cast.officer)
    stage_of_edits.ring()
    stage_of_edits.carry_out_late()
    stage_of_edits.play()
    nothing_doubled_nothing_lost(stage_of_edits, all_public=False)
    assert stage_of_edits.states()[removed.pk] == State.WITHDRAWN
    del stage_of_edits.newest[removed.pk]
    assert sorted(stage_of_edits.public()) == sorted(stage_of_edits.newest.values())


@pytest.mark.slow
def test_a_correction_is_carried_out_late_in_a_pause(stage_of_edits: EditStage) -> None:
    """Nothing leaves in the pause nor by itself after it. A person is asked, and has it sent."""
    place, officer = stage_of_edits.cast.cuprija, stage_of_edits.cast.officer
    corrected(stage_of_edits)
    with scope(place):
        pause.pause(place, "Дан жалости", by=officer)
    stage_of_edits.carry_out_late()
    shown, calls = sorted(stage_of_edits.public()), stage_of_edits.calls()
    stage_of_edits.ring_until(lambda: stage_of_edits.edit_states(repeats=True) == [State.WAITING] * len(EDITS))
    nothing_doubled_nothing_lost(stage_of_edits, all_public=False)
    with scope(place):
        pause.resume(place, by=officer)
    stage_of_edits.ring_until(lambda: stage_of_edits.edit_states(repeats=True) == [State.EXPIRED] * len(EDITS))
    assert (sorted(stage_of_edits.public()), stage_of_edits.calls()) == (shown, calls)
    with scope(place):
        for repeat in Delivery.objects.filter(is_repeat=True):
            assert repeat.reason == ReasonCode.PAUSED
            answer.send_now(repeat, by=officer)
            stage_of_edits.answered += 1
    stage_of_edits.play()
    the_newest_text_is_public(stage_of_edits)
