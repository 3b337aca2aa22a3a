"""Every pair of a person and an act of the review, in one table: who gets in, who is turned away, who finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from municipalities.enums import Role
from municipalities.models import Membership, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.editing.thread_positions import ThreadPosition
from posts.enums import DecisionKind, Stage, SuggestionState
from posts.models import Decision, Post, Suggestion
from posts.review.domain.approve import send_back
from posts.review.domain.suggest import suggest
from tests.module_rows import module_cast, module_rows
from tests.people import Cast, person, sign_in
from tests.posts.deciders import stand_in
from tests.posts.desk import Desk, opened

__all__ = ["module_cast", "module_rows"]
EVERYBODY = {
    "officer", "approver", "delegate", "viewer", "mentor", "mentor elsewhere", "mentor of the past",
    "officer elsewhere", "approver elsewhere", "officer of the past", "staff", "administrator",
}  # fmt: skip
# Whom the wall between municipalities keeps from learning that the post exists.
OUTSIDE = {"mentor elsewhere", "mentor of the past", "officer elsewhere", "approver elsewhere", "officer of the past"}
WRITE = {"officer", "approver", "delegate"}
TALK = WRITE | {"mentor"}
READ = TALK | {"viewer"}


@dataclass(frozen=True)
class Act:
    """`asks` sends the request that would do it; `may` are those who get in."""

    may: set[str]
    asks: Callable[[Client, Things], Any]


@dataclass(frozen=True)
class Things:
    """A post that came back, with an open suggestion of the mentor's; or `submitted`, one that waits."""

    returned: Post
    waiting: Post
    thread: int
    suggestion: int
    version: int

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=["cuprija", self.returned.pk, *args])

    def waits(self, name: str) -> str:
        return reverse(name, args=["cuprija", self.waiting.pk])


ACTS = {
    "read the draft": Act(READ, lambda who, it: who.get(it.url("post"))),
    "compare versions": Act(READ, lambda who, it: who.get(it.url("post_versions"))),
    "read the activity": Act(WRITE, lambda who, it: who.get(it.url("post_activity"))),
    "comment": Act(TALK, lambda who, it: who.post(it.url("thread_begin"), {"text": "Када?"})),
    "suggest": Act(TALK, lambda who, it: who.post(it.url("thread_begin"), {
        "act": "suggest", "place": "sr-Cyrl", "quote": "суботу", "replacement": "недељу",
    })),
    "answer": Act(TALK, lambda who, it: who.post(it.url("thread_answer", it.thread), {"text": "Важи."})),
    "resolve": Act(TALK, lambda who, it: who.post(it.url("thread_resolve", it.thread), {"to": "resolved"})),
    "see whom one may name": Act(TALK, lambda who, it: who.get(it.url("thread_people"))),
    "accept a suggestion": Act(WRITE, lambda who, it: who.post(
        it.url("suggestion_decide", it.thread), {"decision": "accept"}
    )),
    "decline a suggestion": Act(WRITE, lambda who, it: who.post(
        it.url("suggestion_decide", it.thread), {"decision": "decline"}
    )),
    "accept all suggestions": Act(WRITE, lambda who, it: who.post(
        it.url("suggestions_accept"), {"suggestion": it.suggestion}
    )),
    "restore a version": Act(WRITE, lambda who, it: who.post(it.url("post_version_restore", 1))),
    "write": Act(WRITE, lambda who, it: who.get(it.url("post_edit"))),
    "take it back": Act(WRITE, lambda who, it: who.post(it.waits("post_take_back"))),
    "publish": Act(WRITE, lambda who, it: who.post(it.waits("post_publish"))),
    "say it is ready": Act(TALK, lambda who, it: who.post(it.waits("post_endorse"), {"version": it.version})),
    "approve": Act({"approver", "delegate"}, lambda who, it: who.post(
        it.waits("post_decide"), {"version": it.version, "decision": "approve"}
    )),
    "send back": Act({"approver", "delegate"}, lambda who, it: who.post(
        it.waits("post_decide"), {"version": it.version, "decision": "return", "note": "Не."}
    )),
    "publish in an emergency": Act(set(), lambda who, it: who.post(
        it.waits("post_emergency"), {"reason": "Пукла је главна цев."}
    )),
    "fill in the rubric": Act({"mentor"}, lambda who, it: who.post(it.url("post_feedback"), {"note": "Добро."})),
    "read the rubric": Act(WRITE | {"mentor"}, lambda who, it: who.get(it.url("post_feedback"))),
    "mark as unread": Act({"mentor"}, lambda who, it: who.post(it.url("post_unread"))),
    "hand over": Act({"mentor"}, lambda who, it: who.get(reverse("hand_over", args=["cuprija"]))),
    "see who decides": Act(WRITE | {"administrator", "staff"}, lambda who, it: who.get(
        reverse("deciders", args=["cuprija"])
    )),
    "name who stands in": Act({"approver", "administrator"}, lambda who, it: who.post(
        reverse("delegate", args=["cuprija"])
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def people(module_cast: Cast) -> dict[str, Any]:
    cast = module_cast
    by_name = {
        name: getattr(cast, name) for name in ("officer", "approver", "viewer", "mentor", "staff", "administrator")
    }
    yesterday = today() - timedelta(days=1)
    for name in EVERYBODY - set(by_name):
        by_name[name] = person(name.replace(" ", "-"))
    member = Membership.objects.create
    member(user=by_name["delegate"], municipality=cast.cuprija, role=Role.OFFICER)
    stand_in(cast, by_name["delegate"])
    member(user=by_name["officer elsewhere"], municipality=cast.novi_pazar, role=Role.OFFICER)
    member(user=by_name["approver elsewhere"], municipality=cast.novi_pazar, role=Role.APPROVER)
    ended = member(user=by_name["officer of the past"], municipality=cast.cuprija, role=Role.OFFICER)
    Membership.objects.filter(pk=ended.pk).update(ended_at=ended.created_at)
    pair = Pairing.objects.create
    pair(mentor=by_name["mentor elsewhere"], municipality=cast.novi_pazar, starts_on=today() - timedelta(days=9))
    pair(
        mentor=by_name["mentor of the past"], municipality=cast.cuprija, starts_on=today() - timedelta(days=9),
        ends_on=yesterday,
    )  # fmt: skip
    return by_name


@pytest.fixture(scope="module")
def things(module_cast: Cast) -> Things:
    cast = module_cast
    with scope(cast.cuprija), translation.override("en"):
        desk: Desk = opened(cast)
        post = submit(desk.write("Дођите у суботу на трг."), by=cast.officer)
        post = send_back(post, desk.version(post), by=cast.approver, note="Када?")
        made = suggest(post, "недељу", where=ThreadPosition("sr-Cyrl", None, 9, 15, "суботу"), by=cast.mentor)
        waiting = submit(desk.write("Вода долази у 18 часова."), by=cast.officer)
        return Things(post, waiting, made.thread_id, made.pk, desk.version(waiting).pk)


def test_the_table_names_everybody(people: dict[str, Any]) -> None:
    assert set(people) == EVERYBODY
    assert all(act.may <= EVERYBODY for act in ACTS.values())


@pytest.mark.parametrize("name", ACTS)
def test_every_person_and_every_act(
    people: dict[str, Any], things: Things, module_cast: Cast, db: None, name: str
) -> None:
    for role in sorted(EVERYBODY):
        with transaction.atomic():
            _tried(role, people[role], name, things, module_cast)
            transaction.set_rollback(True)


def _tried(role: str, who: Any, name: str, things: Things, cast: Cast) -> None:
    act, pair = ACTS[name], f"{role}: {name}"
    answer = act.asks(sign_in(who), things)
    # staff may enter, and find no draft; outside the wall nothing is there
    turned_away = {404} if role in OUTSIDE else {403, 404}
    assert answer.status_code in ({200, 302, 422} if role in act.may else turned_away), (pair, answer.status_code)
    with scope(cast.cuprija):
        is_open = Suggestion.objects.get(pk=things.suggestion).state == SuggestionState.OPEN
        decided = set(Decision.objects.filter(by=who).values_list("kind", flat=True))
        stage = Post.objects.get(pk=things.waiting.pk).stage
    if role not in WRITE:
        assert is_open, pair
    if role not in {"approver", "delegate"}:
        assert not decided & {DecisionKind.APPROVED, DecisionKind.EMERGENCY}, pair
        assert stage in (Stage.SUBMITTED, Stage.DRAFT), pair
    assert (DecisionKind.ENDORSED in decided) == (role == "mentor" and name == "say it is ready"), pair
