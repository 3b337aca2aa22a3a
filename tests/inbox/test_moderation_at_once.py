"""Two at the same moment, on real connections: one decision, one claim."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from django.db import connection

from common.errors import ActionNotAllowed
from inbox.domain import hide, moderate
from inbox.models import Moderation
from inbox.moderation_rules import ModerationRequest
from municipalities.tenancy import scope
from tests.inbox.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except ActionNotAllowed as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_people_who_decide_at_once_make_one_decision(town: Town, hiding: Any) -> None:
    message = hiding()

    def decide(by: Any) -> Moderation:
        with scope(town.cast.cuprija):
            return moderate.propose(message, ModerationRequest("insult", "hide", "Псује"), by=by)

    told = at_once(lambda: decide(town.cast.officer), lambda: decide(town.cast.approver))
    assert sorted(type(each).__name__ for each in told) == ["ActionNotAllowed", "Moderation"]
    with scope(town.cast.cuprija):
        assert Moderation.objects.count() == 1


def test_two_workers_claim_it_once(town: Town, hiding: Any) -> None:
    with scope(town.cast.cuprija):
        row = moderate.propose(hiding(), ModerationRequest("insult", "hide", "Псује"), by=town.cast.officer)
    assert sorted(at_once(hide.claim, hide.claim, hide.claim)) == [[], [], [row.pk]]


def test_a_removal_is_agreed_to_or_refused_and_not_both(town: Town) -> None:
    message = town.heard("@opstina Убићу те")
    with scope(town.cast.cuprija):
        row = moderate.propose(message, ModerationRequest("threat", "remove", "Прети"), by=town.cast.officer)

    def second(act: Callable[[], Any]) -> Any:
        with scope(town.cast.cuprija):
            return act()

    told = at_once(
        lambda: second(lambda: moderate.agree(row, by=town.cast.approver)),
        lambda: second(lambda: moderate.refuse(row, "Критика", by=town.cast.approver)),
    )
    assert sorted(type(each).__name__ for each in told) == ["ActionNotAllowed", "Moderation"]
