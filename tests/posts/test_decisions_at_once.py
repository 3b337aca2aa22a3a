"""Two people who decide in the same moment: in real transactions, each of its own connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.errors import ActionNotAllowed
from delivery.enums import State
from municipalities.domain import deciders
from municipalities.enums import Approval, Role
from municipalities.models import Delegation, EmergencyRight
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Version
from posts.review.domain import emergency
from posts.review.domain.approve import approve, send_back
from posts.scheduling.domain.schedule import publish_now
from tests import concurrency
from tests.concurrency import REFUSED
from tests.people import Cast
from tests.posts.deciders import member, on_the_list, submitted
from tests.posts.desk import Desk, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def at_once(desk: Desk, *acts: Callable[[], Any]) -> list[str]:
    """Run acts that begin at the same moment; "done" or "refused" of each."""
    results = concurrency.at_once(
        *acts, refusals=(ActionNotAllowed, ActionNotAllowed), within=lambda: scope(desk.municipality)
    )
    return [REFUSED if result == REFUSED else "done" for result in results]


def kinds(desk: Desk) -> list[str]:
    with scope(desk.municipality):
        return list(Decision.objects.order_by("pk").values_list("kind", flat=True))


def test_two_approvers_who_approve_at_once_approve_once_where_one_is_enough(desk: Desk) -> None:
    second = member(desk.cast, "second")
    with scope(desk.municipality):
        post = submitted(desk, hours=5)
        version = desk.version(post)
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: approve(post, version, by=second),
    )
    assert sorted(outcomes) == ["done", "refused"]
    assert kinds(desk) == [DecisionKind.SUBMITTED, DecisionKind.APPROVED]
    with scope(desk.municipality):
        assert desk.states(post) == [State.SCHEDULED]


def test_two_approvers_who_approve_at_once_are_both_counted_where_two_are_asked(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    with scope(desk.municipality):
        post = submitted(desk, hours=5)
        version = desk.version(post)
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: approve(post, version, by=second),
    )
    assert outcomes == ["done", "done"]
    with scope(desk.municipality):
        assert desk.reload(post).stage == Stage.APPROVED
        assert desk.states(post) == [State.SCHEDULED]


def test_one_who_clicks_twice_is_one_of_two(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    member(desk.cast, "second")
    with scope(desk.municipality):
        post = submitted(desk)
        version = desk.version(post)
    outcomes = at_once(desk, *[lambda: approve(post, version, by=desk.cast.approver)] * 2)
    assert sorted(outcomes) == ["done", "refused"]
    with scope(desk.municipality):
        assert desk.reload(post).stage == Stage.SUBMITTED


def test_an_approval_and_a_return_at_once_leave_one_of_them(desk: Desk) -> None:
    second = member(desk.cast, "second")
    with scope(desk.municipality):
        post = submitted(desk, hours=5)
        version = desk.version(post)
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: send_back(post, version, by=second, note="Не још."),
    )
    assert sorted(outcomes) == ["done", "refused"]
    with scope(desk.municipality):
        stands = desk.reload(post).stage, desk.states(post)
    assert stands in [(Stage.APPROVED, [State.SCHEDULED]), (Stage.RETURNED, [])]


def test_approving_and_taking_back_at_once_never_leaves_words_approved_that_can_be_changed(desk: Desk) -> None:
    for _round in range(3):
        with scope(desk.municipality):
            post = submitted(desk, hours=5)
            version = desk.version(post)
        outcomes = at_once(
            desk,
            lambda post=post, version=version: approve(post, version, by=desk.cast.approver),  # type: ignore[misc]
            lambda post=post: take_back(post, by=desk.cast.officer),  # type: ignore[misc]
        )
        # taking back works in either order; approving only if it came first
        assert outcomes[1] == "done"
        with scope(desk.municipality):
            assert desk.reload(post).stage == Stage.DRAFT
            assert desk.states(post) == []
            with pytest.raises(ActionNotAllowed):
                publish_now(post, by=desk.cast.officer)


def test_an_emergency_and_an_approval_at_once_send_each_channel_once(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    with scope(desk.municipality):
        post = submitted(desk, hours=5)
        version = desk.version(post)
    outcomes = at_once(
        desk,
        lambda: approve(post, version, by=desk.cast.approver),
        lambda: emergency.publish(post, reason="Пукла је цев на главном воду.", by=desk.cast.officer),
    )
    assert outcomes[1] == "done"
    with scope(desk.municipality):
        assert [(delivery.state, delivery.urgent) for delivery in desk.deliveries(post)] == [(State.SCHEDULED, True)]


def test_an_emergency_that_is_clicked_twice_goes_out_once(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    with scope(desk.municipality):
        post = desk.write("Вода није за пиће!")
    act = lambda: emergency.publish(post, reason="Пукла је цев на главном воду.", by=desk.cast.officer)  # noqa: E731
    assert sorted(at_once(desk, act, act)) == ["done", "refused"]
    assert kinds(desk) == [DecisionKind.EMERGENCY]
    with scope(desk.municipality):
        assert desk.states(post) == [State.SCHEDULED]


def test_an_emergency_is_reviewed_once(desk: Desk) -> None:
    second = member(desk.cast, "second")
    on_the_list(desk.cast, desk.cast.officer)
    with scope(desk.municipality):
        emergency.publish(desk.write(), reason="Пукла је цев на главном воду.", by=desk.cast.officer)
        row = Decision.objects.get(kind=DecisionKind.EMERGENCY)
    outcomes = at_once(
        desk,
        lambda: emergency.review(row, in_order=True, by=desk.cast.approver),
        lambda: emergency.review(row, in_order=False, note="Не", by=second),
    )
    assert sorted(outcomes) == ["done", "refused"]
    assert sum(kind in (DecisionKind.REVIEWED, DecisionKind.OBJECTED) for kind in kinds(desk)) == 1


def test_two_who_name_a_delegate_at_once_name_one(desk: Desk) -> None:
    deputies = [member(desk.cast, name, Role.OFFICER) for name in ("first", "other")]
    day = today()

    def name(to: Any) -> Callable[[], Any]:
        return lambda: deciders.delegate(
            desk.municipality, approver=desk.cast.approver, to=to, starts_on=day, ends_on=day, by=desk.cast.approver
        )

    assert sorted(at_once(desk, *[name(deputy) for deputy in deputies])) == ["done", "refused"]
    assert Delegation.objects.count() == 1


def test_the_emergency_list_has_everybody_once(desk: Desk) -> None:
    act = lambda: deciders.allow_emergency(desk.municipality, desk.cast.officer, by=desk.cast.approver)  # noqa: E731
    assert at_once(desk, act, act) == ["done", "done"]
    assert EmergencyRight.objects.count() == 1


def test_restoring_and_submitting_at_once_lose_nothing(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submitted(desk, "Прво.")
        post = desk.change(take_back(post, by=desk.cast.officer), desk.draft("Друго."))
        first = Version.objects.get(post=post, number=1)
    at_once(
        desk,
        lambda: restore_version(post, first, by=desk.cast.officer),
        lambda: submit(post, by=desk.cast.officer),
    )
    with scope(desk.municipality):
        texts = {variant.text for version in Version.objects.filter(post=post) for variant in version.variants.all()}
    assert {"Прво.", "Друго."} <= texts
