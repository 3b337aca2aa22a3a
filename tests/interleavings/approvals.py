"""Approving, while the text, the rights of who approves, the rules or the channel change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.domain import people
from channels.domain import disconnect, pause
from common.models import AuditEvent
from delivery import policies
from delivery.enums import State
from delivery.models import Delivery
from municipalities.domain import deciders, house_rules, members
from municipalities.enums import Approval, Role
from municipalities.models import Membership
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.delete import delete
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Post, Publication
from posts.queries import writers
from posts.review.domain import emergency
from posts.review.domain.approve import approve, send_back, time_shown
from posts.scheduling.domain.schedule import move, publish_now, schedule
from tests.interleaving import Pair, Run
from tests.interleavings.pairs import A, B, in_cuprija, pair
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.deciders import member, on_the_list, stand_in, submitted
from tests.posts.desk import Desk, in_hours, opened

READ, OTHER = "Вода долази у 18 часова.", "Вода долази у 20 часова."
REASON = "Пукла је цев на главном воду."


def desk_of(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def waiting(desk: Desk, **fields: Any) -> tuple[Post, Any]:
    """A post of the officer that waits for approval, and the version that the approver has on the page."""
    with scope(desk.municipality):
        post = submitted(desk, READ, hours=5, **fields)
        return post, desk.version(post)


def would_be_sent(desk: Desk, post: Post) -> list[Delivery]:
    """What the policy lets out at this moment."""
    rows = Delivery.objects.filter(publication__post=post, publication__live=True).select_related("channel", "parent")
    now = timezone.now()
    return [
        delivery
        for delivery in rows.order_by("pk")
        if delivery.state in (State.SCHEDULED, State.WAITING) and policies.evaluate(delivery, now).kind == "allow"
    ]


def assert_only_approved_leaves(desk: Desk, post: Post, *texts: str, own_allowed: bool = False) -> None:
    """Each payload that could leave is of a version that was approved by somebody who did not write it."""
    for delivery in would_be_sent(desk, post):
        version = Publication.objects.get(delivery=delivery).version
        approvals = Decision.objects.filter(version=version, kind=DecisionKind.APPROVED)
        assert approvals.exists(), f"nobody approved version {version.number}, and it could leave"
        wrote = set() if own_allowed else writers(post, version)
        assert all(row.by_id not in wrote and row.for_whom_id not in wrote for row in approvals)
        assert any(text in delivery.payload["text"] for text in texts), delivery.payload["text"]


def approvals(post: Post) -> int:
    return Decision.objects.filter(version__post=post, kind=DecisionKind.APPROVED).count()


# ---------------------------------------------------------------- the text


@pair("Only what was on the approver's page is approved; another text never leaves in its place.")
def approving_while_the_text_is_changed_and_submitted_again(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)

    def change() -> None:
        mine = desk.change(take_back(post, by=cast.officer), desk.draft(OTHER), time=in_hours(6))
        submit(mine, by=cast.officer)

    def check(run: Run) -> None:
        assert_only_approved_leaves(desk, post, READ)
        rows = Decision.objects.filter(version__post=post, kind=DecisionKind.APPROVED)
        assert {row.version_id for row in rows} <= {version.pk}
        assert run.outcomes[B] is None
        assert desk.reload(post).stage == Stage.SUBMITTED
        assert all(OTHER in delivery.payload["text"] for delivery in desk.deliveries(post))

    return in_cuprija(cast, lambda: approve(post, version, by=cast.approver), change, check)


@pair("A post that was taken back is a draft without deliveries; a post that was approved before it is one as well.")
def approving_while_the_post_is_taken_back(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert desk.reload(post).stage == Stage.DRAFT
        assert desk.states(post) == []

    return in_cuprija(
        cast, lambda: approve(post, version, by=cast.approver), lambda: take_back(post, by=cast.officer), check
    )


@pair("Of an approval and a return, one stands; nothing of a returned post waits for its time.")
def approving_while_another_approver_returns_it(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    second = member(cast, "second")
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        stands = desk.reload(post).stage, desk.states(post)
        assert stands in [(Stage.APPROVED, [State.SCHEDULED]), (Stage.RETURNED, [])]

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: send_back(post, version, by=second, note="Не још."),
        check,
    )


@pair("An approval is for the time on the page: nothing is released for a time that no approver saw.")
def approving_while_the_time_is_moved(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)
    shown, later = time_shown(post), in_hours(80)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        # the window is 24 hours: 80 hours are far from the 5 that were approved
        assert would_be_sent(desk, post) == []
        assert desk.states(post) == [State.WAITING]
        assert desk.reload(post).stage == Stage.SUBMITTED

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver, time=shown),
        lambda: move(post, later, by=cast.officer),
        check,
    )


@pair("A deleted post has no delivery that could leave.")
def approving_while_the_post_is_deleted(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert desk.reload(post).deleted_at
        assert would_be_sent(desk, post) == []
        assert desk.states(post) == []

    return in_cuprija(
        cast, lambda: approve(post, version, by=cast.approver), lambda: delete(post, by=cast.officer), check
    )


# ---------------------------------------------------------------- the rights


def _approving_while_a_right_ends(
    cast: Cast, post: Post, approving: Callable[[], Any], ending: Callable[[], Any], desk: Desk
) -> Pair:
    """No approval is recorded after the right for it has ended."""

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert approvals(post) == (0 if run.was_refused(A) else 1)
        assert run.ended == [A, B] or run.was_refused(A), "approved after the right had ended"
        assert_only_approved_leaves(desk, post, READ)

    return in_cuprija(cast, approving, ending, check)


def membership(cast: Cast, user: Any) -> Membership:
    return Membership.objects.get(municipality=cast.cuprija, user=user)


@pair("Nobody's approval is recorded after their membership has ended.")
def approving_while_the_membership_of_the_approver_ends(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    post, version = waiting(desk)
    mine = membership(cast, cast.approver)
    return _approving_while_a_right_ends(
        cast,
        post,
        lambda: approve(post, version, by=cast.approver),
        lambda: members.end(mine, by=cast.administrator),
        desk,
    )


@pair("The same through the page: the request is refused, and answered.")
def approving_on_the_page_while_the_membership_of_the_approver_ends(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    post, version = waiting(desk)
    mine, client = membership(cast, cast.approver), sign_in(cast.approver)
    address = reverse("post_decide", args=["cuprija", post.pk])
    sent = {"decision": "approve", "version": version.pk, "time": time_shown(post)}

    def check(run: Run) -> None:
        # 403 or 404: the right had ended before the request was let in
        assert run.outcomes[A] in (302, 403, 404)
        assert approvals(post) <= 1
        if approvals(post):
            assert run.outcomes[A] == 302
            assert order_of_events() == ["post.approve", "member.end"], "approved after the right had ended"
        assert_only_approved_leaves(desk, post, READ)

    return in_cuprija(
        cast,
        lambda: client.post(address, sent).status_code,
        lambda: members.end(mine, by=cast.administrator),
        check,
    )


def order_of_events() -> list[str]:
    """A request ends long after its transaction, so that the records are asked and not who ended first."""
    rows = AuditEvent.objects.filter(verb__in=("post.approve", "member.end"))
    return list(rows.order_by("pk").values_list("verb", flat=True))


@pair("Nobody's approval is recorded after they became an officer.")
def approving_while_the_approver_becomes_an_officer(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    post, version = waiting(desk)
    pk = membership(cast, cast.approver).pk
    return _approving_while_a_right_ends(
        cast,
        post,
        lambda: approve(post, version, by=cast.approver),
        lambda: members.change_role(Membership.objects.get(pk=pk), Role.OFFICER, by=cast.administrator),
        desk,
    )


@pair("Nobody's approval is recorded after their account was deactivated.")
def approving_while_the_account_is_deactivated(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    post, version = waiting(desk)
    return _approving_while_a_right_ends(
        cast,
        post,
        lambda: approve(post, version, by=cast.approver),
        lambda: people.deactivate(cast.approver, by=cast.administrator),
        desk,
    )


@pair("A delegate's approval is not recorded after the delegation has ended.")
def a_delegate_approves_while_the_delegation_ends(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    deputy = member(cast, "deputy", Role.OFFICER)
    with scope(cast.cuprija):
        lent = stand_in(cast, deputy)
    post, version = waiting(desk)
    return _approving_while_a_right_ends(
        cast,
        post,
        lambda: approve(post, version, by=deputy),
        lambda: deciders.end_delegation(lent, by=cast.approver),
        desk,
    )


@pair("A delegate's approval is not recorded after the approver who lent the right has left.")
def a_delegate_approves_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    deputy = member(cast, "deputy", Role.OFFICER)
    member(cast, "second")
    with scope(cast.cuprija):
        stand_in(cast, deputy)
    post, version = waiting(desk)
    mine = membership(cast, cast.approver)
    return _approving_while_a_right_ends(
        cast,
        post,
        lambda: approve(post, version, by=deputy),
        lambda: members.end(mine, by=cast.administrator),
        desk,
    )


@pair("A delegate's approval is not recorded after the delegate has left.")
def a_delegate_approves_while_leaving(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    deputy = member(cast, "deputy", Role.OFFICER)
    with scope(cast.cuprija):
        stand_in(cast, deputy)
    post, version = waiting(desk)
    theirs = membership(cast, deputy)
    return _approving_while_a_right_ends(
        cast, post, lambda: approve(post, version, by=deputy), lambda: members.end(theirs, by=cast.approver), desk
    )


@pair("A delegate approves only once the delegation is made, and never what the approver who lent the right wrote.")
def a_delegate_approves_while_the_delegation_begins(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    deputy = member(cast, "deputy", Role.OFFICER)
    post, version = waiting(desk)
    day = today()

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert approvals(post) == (0 if run.was_refused(A) else 1)
        rows = Decision.objects.filter(version=version, kind=DecisionKind.APPROVED)
        assert all((row.by_id, row.for_whom_id) == (deputy.pk, cast.approver.pk) for row in rows)
        assert run.ended == [B, A] or run.was_refused(A), "approved before the delegation was made"

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=deputy),
        lambda: deciders.delegate(
            cast.cuprija, approver=cast.approver, to=deputy, starts_on=day, ends_on=day, by=cast.approver
        ),
        check,
    )


# ---------------------------------------------------------------- the rules


@pair("Nobody approves their own text after the rule forbids it.")
def approving_ones_own_while_the_rule_forbids_it(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    desk.house_rule(may_approve_own=True)
    member(cast, "second")
    with scope(cast.cuprija):
        post = submit(
            desk.change(_own_post(desk), desk.draft(READ), time=in_hours(5), by=cast.approver), by=cast.approver
        )
        version = desk.version(post)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert approvals(post) == (0 if run.was_refused(A) else 1)
        assert run.ended == [A, B] or run.was_refused(A), "approved their own text after it was forbidden"
        assert_only_approved_leaves(desk, post, READ, own_allowed=True)

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: house_rules.edit(cast.cuprija, {"may_approve_own": False}, by=cast.approver),
        check,
    )


def _own_post(desk: Desk) -> Post:
    from posts.editing.domain.create import create

    return create(desk.municipality, by=desk.cast.approver)


@pair("Once two approvals are asked for, nothing leaves with one.")
def approving_while_two_approvals_are_asked_for(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(A)
        assert not run.was_refused(B)
        assert would_be_sent(desk, post) == []
        if run.ended == [B, A]:
            assert desk.reload(post).stage == Stage.SUBMITTED, "approved by one after two were asked for"

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: house_rules.edit(cast.cuprija, {"approval": Approval.TWO}, by=cast.approver),
        check,
    )


@pair("Nothing is sent without approval after approval is asked for, even if it was scheduled in that moment.")
def scheduling_without_approval_while_it_is_asked_for(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    desk.house_rule(approval=Approval.NONE)
    with scope(cast.cuprija):
        post = desk.write(READ)
    time = in_hours(5)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: schedule(post, time, by=cast.officer),
        lambda: house_rules.edit(cast.cuprija, {"approval": Approval.ONE}, by=cast.approver),
        check,
    )


# ---------------------------------------------------------------- the channel


@pair("Nothing could leave through a channel that is paused, whenever the approval came.")
def approving_while_the_channel_is_paused(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: pause.pause_channel(desk.mastodon, "Дан жалости", by=cast.approver),
        check,
    )


@pair("Nothing could leave in a municipality that is paused, whenever the approval came.")
def approving_while_the_municipality_is_paused(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: pause.pause(cast.cuprija, "Дан жалости", by=cast.approver),
        check,
    )


@pair("Nothing could leave through a channel that is disconnected, whenever it was scheduled.")
def scheduling_while_the_channel_is_disconnected(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    with scope(cast.cuprija):
        post = submitted(desk, READ)
        approve(post, desk.version(post), by=cast.approver)
    time, pk = in_hours(5), desk.mastodon.pk

    def check(run: Run) -> None:
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: schedule(post, time, by=cast.officer),
        lambda: disconnect.disconnect(type(desk.mastodon).objects.get(pk=pk), by=cast.approver),
        check,
    )


# ---------------------------------------------------------------- scheduling


def _approved(desk: Desk) -> Post:
    with scope(desk.municipality):
        post = submitted(desk, READ)
        return approve(post, desk.version(post), by=desk.cast.approver)


@pair("A post whose approval was taken back is a draft, and nothing of it waits for its time.")
def scheduling_while_the_approval_is_taken_back(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, time = _approved(desk), in_hours(5)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert desk.reload(post).stage == Stage.DRAFT
        assert desk.states(post) == []

    return in_cuprija(
        cast, lambda: schedule(post, time, by=cast.officer), lambda: take_back(post, by=cast.officer), check
    )


@pair("What is changed after its approval is never published by a click that came in the same moment.")
def publishing_now_while_the_text_is_changed(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post = _approved(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert desk.reload(post).stage == Stage.DRAFT
        assert desk.states(post) == []

    return in_cuprija(
        cast,
        lambda: publish_now(post, by=cast.officer),
        lambda: desk.change(take_back(post, by=cast.officer), desk.draft(OTHER)),
        check,
    )


@pair("Two who schedule at once leave one delivery, at the time that the post has.")
def two_schedule_at_different_times(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, times = _approved(desk), [in_hours(5), in_hours(7)]

    def check(run: Run) -> None:
        (delivery,) = desk.deliveries(post)
        assert delivery.due_at == desk.reload(post).due_at

    first, second = (lambda time=time: schedule(post, time, by=cast.officer) for time in times)
    return in_cuprija(cast, first, second, check)


@pair("An emergency of somebody who was removed from the list does not leave.")
def an_emergency_while_its_publisher_is_removed_from_the_list(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    with scope(cast.cuprija):
        right = on_the_list(cast, cast.officer)
        post = desk.write(READ)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: emergency.publish(post, reason=REASON, by=cast.officer),
        lambda: deciders.end_emergency(right, by=cast.approver),
        check,
    )


@pair("A post has one emergency or one approval in force, and one delivery for each channel.")
def approving_while_it_is_published_as_an_emergency(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    with scope(cast.cuprija):
        on_the_list(cast, cast.officer)
    post, version = waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert [(delivery.state, delivery.urgent) for delivery in desk.deliveries(post)] == [(State.SCHEDULED, True)]

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: emergency.publish(post, reason=REASON, by=cast.officer),
        check,
    )
