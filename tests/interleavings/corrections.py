"""Corrections and removals of published posts, and the last moment before a post is sent."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from channels.domain import disconnect, pause
from channels.models import Channel
from delivery.domain import take_down
from delivery.domain.claim import take_due
from delivery.domain.pre_send_check import LeaseLost, PreSendCheck, PublishBlocked
from delivery.enums import State
from delivery.models import Attempt, Delivery
from municipalities.domain import house_rules, members
from municipalities.domain.deciders import end_emergency
from municipalities.enums import Approval, Role
from municipalities.models import Membership
from municipalities.tenancy import scope
from posts.editing.domain import carry_out_corrections, corrections, removals
from posts.editing.domain.submit import submit, take_back
from posts.enums import AmendmentKind, AmendmentState, DecisionKind, PartState, Stage
from posts.models import Amendment, AmendmentPart, Decision, Post, Publication
from posts.queries import publications, writers
from posts.review.domain import emergency
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import move, publish_now
from tests.interleaving import Pair, Run
from tests.interleavings.approvals import OTHER, READ, REASON, desk_of, membership
from tests.interleavings.pairs import A, B, in_cuprija, pair
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.amended import FIRST, SECOND, Street, street
from tests.posts.deciders import member, on_the_list, submitted
from tests.posts.desk import Desk, in_hours

THIRD = "Вашар почиње у 11 часова."


def corrected(cast: Cast, network: FakeServer) -> tuple[Street, Post, Any]:
    """A correction that waits for approval, and the version on the approver's page."""
    desk = street(cast, network)
    with scope(cast.cuprija):
        post = submit(desk.chosen(desk.published()), by=cast.officer)
        return desk, post, desk.version(post)


def changes(post: Post) -> list[Delivery]:
    """What would change or replace what is public."""
    parts = AmendmentPart.objects.filter(amendment__post=post, delivery__isnull=False).select_related("delivery")
    return [part.delivery for part in parts if part.delivery and part.delivery.state != State.CANCELLED]


def assert_only_approved_changes(post: Post, *texts: str) -> None:
    """What would be changed on a network is of a version that somebody else than its writers approved."""
    for amendment in Amendment.objects.filter(
        post=post, kind=AmendmentKind.CORRECTION, state__in=(AmendmentState.AGREED, AmendmentState.DONE)
    ):
        rows = Decision.objects.filter(version=amendment.version, kind=DecisionKind.APPROVED)
        assert rows.exists()
        assert all(row.by_id not in writers(post, amendment.version) for row in rows)
    assert all(delivery.payload["text"] in texts for delivery in changes(post))


@pair("Only the corrected text on the approver's page changes what is public; a later one does not.")
def approving_a_correction_while_its_text_is_changed(cast: Cast, network: FakeServer) -> Pair:
    desk, post, version = corrected(cast, network)

    def change() -> None:
        mine = desk.change(take_back(post, by=cast.officer), desk.draft(THIRD, channels=_channels(desk)))
        prepared = corrections.prepare(mine, by=cast.officer)
        corrections.choose(mine, prepared, desk.ways(mine), by=cast.officer)
        submit(mine, by=cast.officer)

    def check(run: Run) -> None:
        assert_only_approved_changes(post, SECOND)
        # an approval that came first has begun to change what is public, so that the text is no draft any more
        assert sorted(map(run.was_refused, (A, B))) in ([False, True], [False, False])
        if not run.was_refused(A):
            assert {row.version_id for row in Decision.objects.filter(kind=DecisionKind.APPROVED)} >= {version.pk}

    return in_cuprija(cast, lambda: approve(post, version, by=cast.approver), change, check)


def _channels(desk: Desk) -> tuple[int, ...]:
    return desk.mastodon.pk, desk.bluesky.pk


@pair("Of an approval and a dropped correction, one stands; a dropped one changes nothing.")
def approving_a_correction_while_it_is_dropped(cast: Cast, network: FakeServer) -> Pair:
    _desk, post, version = corrected(cast, network)

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        amendment = Amendment.objects.get(post=post)
        assert amendment.state == (AmendmentState.DROPPED if run.was_refused(A) else AmendmentState.AGREED)
        assert bool(changes(post)) is not run.was_refused(A)
        assert_only_approved_changes(post, SECOND)

    return in_cuprija(
        cast, lambda: approve(post, version, by=cast.approver), lambda: corrections.drop(post, by=cast.officer), check
    )


@pair("What is being removed is not changed or sent again: of each post one thing happens.")
def approving_a_correction_while_the_post_is_removed(cast: Cast, network: FakeServer) -> Pair:
    _desk, post, version = corrected(cast, network)
    with scope(cast.cuprija):
        rows = [publication.pk for publication in publications(post)]

    def check(run: Run) -> None:
        for row in Publication.objects.filter(pk__in=rows).select_related("delivery"):
            parts = AmendmentPart.objects.filter(publication=row, state=PartState.UNDER_WAY)
            assert parts.count() <= 1, "two things would happen to one post"
        if not run.was_refused(B):
            assert changes(post) == []
        assert_only_approved_changes(post, SECOND)

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: removals.take_down(post, rows, reason="Отказано је.", by=cast.approver),
        check,
    )


@pair("Nobody's approval of a correction is recorded after they have left.")
def approving_a_correction_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    _desk, post, version = corrected(cast, network)
    member(cast, "second")
    mine = membership(cast, cast.approver)

    def check(run: Run) -> None:
        assert run.ended == [A, B] or run.was_refused(A)
        assert bool(changes(post)) is not run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )


def removal_asked(cast: Cast, network: FakeServer) -> tuple[Street, Post, Amendment]:
    desk = street(cast, network)
    with scope(cast.cuprija):
        post = desk.published()
        rows = [publication.pk for publication in publications(post)]
        return desk, post, removals.take_down(post, rows, reason="Погрешан сат.", by=cast.officer)


def withdrawals(post: Post) -> int:
    rows = Publication.objects.filter(post=post, delivery__withdrawal_asked_at__isnull=False)
    return rows.count()


@pair("A removal is agreed to or declined, never both.")
def a_removal_is_agreed_to_while_it_is_declined(cast: Cast, network: FakeServer) -> Pair:
    _desk, post, asked = removal_asked(cast, network)
    second = member(cast, "second")

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        assert withdrawals(post) == (0 if run.was_refused(A) else 2)

    return in_cuprija(
        cast,
        lambda: removals.agree(asked, by=cast.approver),
        lambda: removals.decline(asked, by=second, note="Сат је тачан."),
        check,
    )


@pair("Nobody agrees to a removal after they became an officer.")
def a_removal_is_agreed_to_while_the_approver_becomes_an_officer(cast: Cast, network: FakeServer) -> Pair:
    _desk, post, asked = removal_asked(cast, network)
    member(cast, "second")
    pk = membership(cast, cast.approver).pk

    def check(run: Run) -> None:
        assert run.ended == [A, B] or run.was_refused(A)
        assert withdrawals(post) == (0 if run.was_refused(A) else 2)

    return in_cuprija(
        cast,
        lambda: removals.agree(asked, by=cast.approver),
        lambda: members.change_role(Membership.objects.get(pk=pk), Role.OFFICER, by=cast.administrator),
        check,
    )


@pair("Nobody removes a post alone after they have left.")
def a_post_is_removed_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    desk = street(cast, network)
    member(cast, "second")
    with scope(cast.cuprija):
        post = desk.published()
        rows = [publication.pk for publication in publications(post)]
    mine = membership(cast, cast.approver)

    def check(run: Run) -> None:
        removal = Amendment.objects.get(post=post)
        # whoever has no right any more has only asked
        assert withdrawals(post) == (2 if removal.decided_by_id else 0)
        assert run.ended == [A, B] or removal.decided_by_id is None

    return in_cuprija(
        cast,
        lambda: removals.take_down(post, rows, reason="Отказано је.", by=cast.approver),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )


@pair("Two workers that see the old post gone send one new one.")
def two_workers_replace_a_post_that_is_gone(cast: Cast, network: FakeServer) -> Pair:
    desk = street(cast, network)
    with scope(cast.cuprija):
        post = desk.published(FIRST, desk.bluesky)
        desk.agreed(post)
        take_down.take_down(take_down.claim_withdrawals(timezone.now())[0])

    def check(run: Run) -> None:
        assert Delivery.objects.filter(channel=desk.bluesky).count() == 2
        assert Publication.objects.filter(post=post, live=True).count() == 1
        assert_only_approved_changes(post, SECOND)

    act = carry_out_corrections.continue_corrections
    return in_cuprija(cast, act, act, check)


@pair("A replacement that is sent while the post is removed leaves nothing behind that would be sent later.")
def a_post_is_replaced_while_it_is_removed(cast: Cast, network: FakeServer) -> Pair:
    desk = street(cast, network)
    with scope(cast.cuprija):
        post = desk.published(FIRST, desk.bluesky)
        desk.agreed(post)
        take_down.take_down(take_down.claim_withdrawals(timezone.now())[0])
        rows = [publication.pk for publication in publications(post)]

    def check(run: Run) -> None:
        live = Publication.objects.filter(post=post, live=True)
        assert live.count() <= 1
        if not run.was_refused(B):
            assert not changes(post)

    return in_cuprija(
        cast,
        carry_out_corrections.continue_corrections,
        lambda: removals.take_down(post, rows, reason="Отказано је.", by=cast.approver),
        check,
    )


# ---------------------------------------------------------------- the last moment before it is sent


def due(cast: Cast, network: FakeServer) -> tuple[Desk, Post]:
    """An approved post whose time has come."""
    desk = street(cast, network)
    with scope(cast.cuprija):
        post = submitted(desk, READ)
        approve(post, desk.version(post), by=cast.approver)
        return desk, publish_now(post, by=cast.officer)


def send() -> bool:
    """All that happens before the first byte leaves. Whether it may leave."""
    sent = False
    for work in take_due(timezone.now(), 10):
        try:
            PreSendCheck(work.delivery, work.attempt)()
            sent = True
        except (PublishBlocked, LeaseLost):
            continue
    return sent


def assert_recorded(post: Post, run: Run) -> None:
    assert Attempt.objects.filter(delivery__publication__post=post, sent_at__isnull=False).exists() is run.outcomes[A]


@pair("A post is sent or taken back, never both.")
def a_post_is_sent_while_it_is_taken_back(cast: Cast, network: FakeServer) -> Pair:
    desk, post = due(cast, network)

    def check(run: Run) -> None:
        assert run.outcomes[A] is run.was_refused(B)
        assert desk.reload(post).stage == (Stage.APPROVED if run.outcomes[A] else Stage.DRAFT)
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: take_back(post, by=cast.officer), check)


@pair("The text that is sent is the approved one, whatever the draft becomes in that moment.")
def a_post_is_sent_while_its_text_is_changed(cast: Cast, network: FakeServer) -> Pair:
    desk, post = due(cast, network)

    def check(run: Run) -> None:
        assert run.outcomes[A] is run.was_refused(B)
        for attempt in Attempt.objects.filter(sent_at__isnull=False).select_related("delivery"):
            assert attempt.delivery.payload["text"] == READ
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: desk.change(take_back(post, by=cast.officer), desk.draft(OTHER)), check)


@pair("A post is sent now or moved to another time, never both.")
def a_post_is_sent_while_it_is_moved(cast: Cast, network: FakeServer) -> Pair:
    _desk, post = due(cast, network)
    time = in_hours(5)

    def check(run: Run) -> None:
        assert run.outcomes[A] is run.was_refused(B)
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: move(post, time, by=cast.officer), check)


@pair("Nothing is sent by whoever asks after the channel was paused.")
def a_post_is_sent_while_its_channel_is_paused(cast: Cast, network: FakeServer) -> Pair:
    desk, post = due(cast, network)

    def check(run: Run) -> None:
        assert not (run.read_later(A, "channels_channelpause") and run.outcomes[A])
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: pause.pause_channel(desk.mastodon, "Дан жалости", by=cast.approver), check)


@pair("Nothing is sent by whoever asks after the channel was disconnected.")
def a_post_is_sent_while_its_channel_is_disconnected(cast: Cast, network: FakeServer) -> Pair:
    desk, post = due(cast, network)
    pk = desk.mastodon.pk

    def check(run: Run) -> None:
        assert not (run.began_later(A) and run.outcomes[A])
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: disconnect.disconnect(Channel.objects.get(pk=pk), by=cast.approver), check)


@pair("Nothing with one approval is sent by whoever asks after two were required.")
def a_post_is_sent_while_two_approvals_are_required(cast: Cast, network: FakeServer) -> Pair:
    _desk, post = due(cast, network)
    member(cast, "second")

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert not (run.read_later(A, "municipalities_municipality") and run.outcomes[A])
        assert_recorded(post, run)

    return in_cuprija(
        cast, send, lambda: house_rules.edit(cast.cuprija, {"approval": Approval.TWO}, by=cast.approver), check
    )


@pair("No emergency is sent by whoever asks after its publisher was removed from the list.")
def an_emergency_is_sent_while_its_publisher_is_removed_from_the_list(cast: Cast, network: FakeServer) -> Pair:
    desk = street(cast, network)
    with scope(cast.cuprija):
        right = on_the_list(cast, cast.officer)
        post = emergency.publish(desk.write(READ), reason=REASON, by=cast.officer)

    def check(run: Run) -> None:
        assert not (run.read_later(A, "municipalities_emergencyright") and run.outcomes[A])
        assert_recorded(post, run)

    return in_cuprija(cast, send, lambda: end_emergency(right, by=cast.approver), check)


@pair("Two publishers send a post once.")
def two_publishers_send_a_post(cast: Cast, network: FakeServer) -> Pair:
    _desk, post = due(cast, network)

    def check(run: Run) -> None:
        assert sorted(run.outcomes) == [False, True]
        assert Attempt.objects.filter(delivery__publication__post=post, sent_at__isnull=False).count() == 1

    return in_cuprija(cast, send, send, check)


@pair("An emergency is reviewed by somebody who then has the right to.")
def an_emergency_is_reviewed_while_its_reviewer_leaves(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    member(cast, "second")
    with scope(cast.cuprija):
        on_the_list(cast, cast.officer)
        emergency.publish(desk.write(READ), reason=REASON, by=cast.officer)
        row = Decision.objects.get(kind=DecisionKind.EMERGENCY)
    mine = membership(cast, cast.approver)

    def check(run: Run) -> None:
        reviews = Decision.objects.filter(kind__in=(DecisionKind.REVIEWED, DecisionKind.OBJECTED))
        assert reviews.count() == (0 if run.was_refused(A) else 1)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: emergency.review(row, in_order=True, by=cast.approver),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )
