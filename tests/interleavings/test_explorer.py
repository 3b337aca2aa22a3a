"""The explorer sees what goes wrong without a lock, and every order of it; with the lock it sees nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from django.db import transaction

from common.errors import ActionNotAllowed
from municipalities.domain import members
from municipalities.models import Membership, Municipality
from municipalities.tenancy import scope
from posts.approval import approval_capacities
from posts.editing.domain.submit import record_decision, take_back
from posts.enums import DecisionKind, Stage
from posts.locking import lock_right_to_decide, locked
from posts.models import Decision, Post
from posts.rules import EDITABLE
from tests.interleaving import Exploration, Pair, Run, explore
from tests.interleavings.approvals import desk_of, waiting
from tests.interleavings.pairs import A, B, in_cuprija
from tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)


# ---------------------------------------------------------------- a number that two people raise


def raising(municipality: Municipality, *, locks: bool, before: int = 0) -> Callable[[], None]:
    """Adds one to a number after reading it, and reads so many other rows before."""

    @transaction.atomic
    def act() -> None:
        for _number in range(before):
            Membership.objects.filter(municipality=municipality).exists()
        rows = Municipality.objects.select_for_update() if locks else Municipality.objects.all()
        row = rows.get(pk=municipality.pk)
        Municipality.objects.filter(pk=row.pk).update(not_after_minutes=row.not_after_minutes + 1)

    return act


def raised_twice(cast: Cast, *, locks: bool, before: int = 0, **options: Any) -> tuple[Exploration, set[int]]:
    """What was explored, and the numbers with which it ended."""
    started, ends = cast.cuprija.not_after_minutes, set()

    def check(run: Run) -> None:
        ends.add(Municipality.objects.get(pk=cast.cuprija.pk).not_after_minutes - started)
        assert max(ends) == min(ends) == 2, "one of two changes is lost"

    act = raising(cast.cuprija, locks=locks, before=before)
    return explore(Pair(act, act, check), all_violations=True, **options), ends


def test_a_lost_change_is_seen(cast: Cast) -> None:
    result, ends = raised_twice(cast, locks=False)
    assert result.is_complete
    assert "one of two changes is lost" in result.violations[0]
    assert "UPDATE" in result.violations[0], "the order of the statements belongs to it"
    assert ends == {1, 2}


def test_behind_a_lock_no_change_is_lost(cast: Cast) -> None:
    result, ends = raised_twice(cast, locks=True)
    assert (result.is_complete, result.violations, ends) == (True, [], {2})
    assert result.runs > 2, "one waits for the other, in more than the two orders that interrupt nobody"


def test_every_run_begins_with_the_same_rows(cast: Cast) -> None:
    before = Municipality.objects.get(pk=cast.cuprija.pk).not_after_minutes
    raised_twice(cast, locks=True)
    assert Municipality.objects.get(pk=cast.cuprija.pk).not_after_minutes == before


def test_two_that_wait_for_each_other_are_seen(cast: Cast) -> None:
    def both(*order: Municipality) -> Callable[[], None]:
        @transaction.atomic
        def act() -> None:
            for one in order:
                Municipality.objects.select_for_update().get(pk=one.pk)

        return act

    first, second = both(cast.cuprija, cast.novi_pazar), both(cast.novi_pazar, cast.cuprija)
    result = explore(Pair(first, second, lambda run: None))
    assert "deadlock detected" in result.violations[0]


@pytest.mark.slow
@pytest.mark.parametrize("locks", [False, True])
def test_orders_that_are_left_out_end_as_others_do(cast: Cast, locks: bool) -> None:
    """Against every order there is: the same ends, in fewer runs."""
    few, ends = raised_twice(cast, locks=locks, before=2)
    many, all_ends = raised_twice(cast, locks=locks, before=2, reduced=False)
    assert few.is_complete
    assert many.is_complete
    assert ends == all_ends
    assert bool(few.violations) is bool(many.violations) is not locks
    assert few.runs * 5 < many.runs


# ---------------------------------------------------------------- approving without the locks of the product


def broken_approval(post: Post, version: Any, *, by: Any, holds_post: bool, holds_rights: bool) -> None:
    """What `approve` does at its core: it checks, and then it acts."""
    with transaction.atomic():
        row = locked(post) if holds_post else Post.objects.select_related("municipality").get(pk=post.pk)
        if holds_rights:
            lock_right_to_decide(row, by)
        if row.stage in EDITABLE or not approval_capacities(by, row.municipality):
            raise ActionNotAllowed("no")
        record_decision(version, DecisionKind.APPROVED, by=by)
        row.stage = Stage.APPROVED
        row.save(update_fields=["stage"])


def test_an_approval_that_does_not_hold_the_post_is_seen(cast: Cast) -> None:
    """The draft that was taken back would be approved with whatever is written into it."""
    desk = desk_of(cast)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert desk.reload(post).stage == Stage.DRAFT

    def explored(*, holds_post: bool) -> Exploration:
        def act() -> None:
            broken_approval(post, version, by=cast.approver, holds_post=holds_post, holds_rights=False)

        return explore(in_cuprija(cast, act, lambda: take_back(post, by=cast.officer), check))

    assert explored(holds_post=False).violations
    assert explored(holds_post=True).violations == []


def test_an_approval_that_does_not_hold_the_right_to_it_is_seen(cast: Cast) -> None:
    desk = desk_of(cast)
    post, version = waiting(desk)
    mine = Membership.objects.get(user=cast.approver)

    def check(run: Run) -> None:
        assert run.ended == [A, B] or run.was_refused(A)

    def explored(*, holds_rights: bool) -> Exploration:
        def act() -> None:
            broken_approval(post, version, by=cast.approver, holds_post=True, holds_rights=holds_rights)

        return explore(in_cuprija(cast, act, lambda: members.end(mine, by=cast.administrator), check))

    assert explored(holds_rights=False).violations
    assert explored(holds_rights=True).violations == []
    with scope(cast.cuprija):
        assert not Decision.objects.filter(kind=DecisionKind.APPROVED).exists(), "the rows are put back at the end"
