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
from tests.inbox.conftest import MunicipalityInbox

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


def test_two_people_who_decide_at_once_make_one_decision(municipality: MunicipalityInbox, hiding: Any) -> None:
    message = hiding()

    def decide(by: Any) -> Moderation:
        with scope(municipality.cast.cuprija):
            return moderate.propose(message, ModerationRequest("insult", "hide", "Псује"), by=by)

    results = at_once(lambda: decide(municipality.cast.officer), lambda: decide(municipality.cast.approver))
    assert sorted(type(row).__name__ for row in results) == ["ActionNotAllowed", "Moderation"]
    with scope(municipality.cast.cuprija):
        assert Moderation.objects.count() == 1


def test_two_workers_claim_it_once(municipality: MunicipalityInbox, hiding: Any) -> None:
    with scope(municipality.cast.cuprija):
        row = moderate.propose(hiding(), ModerationRequest("insult", "hide", "Псује"), by=municipality.cast.officer)
    assert sorted(at_once(hide.claim, hide.claim, hide.claim)) == [[], [], [row.pk]]


def test_a_removal_is_agreed_to_or_refused_and_not_both(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Убићу те")
    with scope(municipality.cast.cuprija):
        row = moderate.propose(message, ModerationRequest("threat", "remove", "Прети"), by=municipality.cast.officer)

    def second(act: Callable[[], Any]) -> Any:
        with scope(municipality.cast.cuprija):
            return act()

    results = at_once(
        lambda: second(lambda: moderate.agree(row, by=municipality.cast.approver)),
        lambda: second(lambda: moderate.refuse(row, "Критика", by=municipality.cast.approver)),
    )
    assert sorted(type(result).__name__ for result in results) == ["ActionNotAllowed", "Moderation"]
