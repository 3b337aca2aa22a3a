"""Two who amend in the same moment, each in a transaction and connection of its own: never a second post."""

from __future__ import annotations

import pytest

from django.utils import timezone

from delivery.domain import take_down
from delivery.models import Delivery
from municipalities.tenancy import scope
from posts.editing.domain import carry_out_corrections, corrections, removals
from posts.editing.domain.submit import submit
from posts.enums import AmendmentState
from posts.models import Amendment, Publication
from posts.queries import publications
from posts.review.domain.approve import approve
from tests.delivery.conftest import allowed, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.amended import FIRST, SECOND, Street, street
from tests.posts.deciders import member
from tests.posts.test_decisions_at_once import at_once

__all__ = ["allowed", "network"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Street:
    return street(cast, network)


def test_four_workers_that_find_the_old_post_gone_send_one_new_one(desk: Street) -> None:
    with scope(desk.municipality):
        post = desk.published(FIRST, desk.bluesky)
        desk.agreed(post)
        take_down.take_down(take_down.claim_withdrawals(timezone.now())[0])
    assert at_once(desk, *[carry_out_corrections.continue_corrections] * 4) == ["done"] * 4
    with scope(desk.municipality):
        assert Delivery.objects.filter(channel=desk.bluesky).count() == 2
        assert Publication.objects.filter(post=post, live=True).count() == 1
        desk.go()
        assert desk.texts() == [SECOND]


def test_two_who_begin_a_correction_at_once_begin_one(desk: Street) -> None:
    with scope(desk.municipality):
        post = desk.published()
    begin = [lambda: corrections.begin(post, reason="Погрешан сат", by=desk.cast.officer)] * 2
    assert sorted(at_once(desk, *begin)) == ["done", "refused"]
    with scope(desk.municipality):
        assert Amendment.objects.filter(post=post).count() == 1


def test_an_approval_and_a_dropping_at_once_leave_one_of_them(desk: Street) -> None:
    with scope(desk.municipality):
        post = submit(desk.chosen(desk.published()), by=desk.cast.officer)
        version = desk.version(post)
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: corrections.drop(post, by=desk.cast.officer),
    )
    assert sorted(outcomes) == ["done", "refused"]
    with scope(desk.municipality):
        desk.go()
        agreed = desk.amendment(post).state == AmendmentState.DONE
        assert desk.texts() == ([SECOND, SECOND] if agreed else [FIRST, FIRST])


def test_a_correction_and_a_removal_at_once_leave_at_most_one_post_on_each_network(desk: Street) -> None:
    with scope(desk.municipality):
        post = submit(desk.chosen(desk.published()), by=desk.cast.officer)
        version, rows = desk.version(post), [publication.pk for publication in publications(post)]
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: removals.take_down(post, rows, reason="Отказано је.", by=desk.cast.approver),
    )
    with scope(desk.municipality):
        desk.go()
        desk.go()
        # whoever came second was told that it is not so any more, or had the last word
        assert desk.texts() == ([SECOND, SECOND] if outcomes[1] == "refused" else [])
        running = Amendment.objects.filter(post=post, finished_at=None)
        assert [amendment.kind for amendment in running] in (
            [],
            ["correction"],
        )  # nothing is left to correct, so it waits


def test_two_approvers_who_decide_about_a_removal_at_once_decide_once(desk: Street) -> None:
    second = member(desk.cast, "second")
    with scope(desk.municipality):
        post = desk.published()
        rows = [publication.pk for publication in publications(post)]
        asked = removals.take_down(post, rows, reason="Погрешан сат.", by=desk.cast.officer)
    outcomes = at_once(
        desk,
        lambda: removals.agree(asked, by=desk.cast.approver),
        lambda: removals.decline(asked, by=second, note="Сат је тачан."),
    )
    assert sorted(outcomes) == ["done", "refused"]
    with scope(desk.municipality):
        desk.go()
        agreed = desk.amendment(post).state == AmendmentState.DONE
        assert desk.texts() == ([] if agreed else [FIRST, FIRST])
