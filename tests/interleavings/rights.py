"""Rights, rules and answers to citizens that a second person agrees to, while that person's own right ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import User
from delivery.models import Delivery
from inbox.domain import answer, propose
from inbox.models import Message, ProposedAnswer
from municipalities.domain import deciders, house_rules, members, waiting
from municipalities.enums import Approval, ChangeOutcome, Role
from municipalities.models import Delegation, Membership, Municipality, RuleChange
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.enums import DecisionKind, Stage
from posts.models import Decision
from posts.queries import writers
from posts.review.domain.approve import LEAVE, approve
from posts.review.domain.comment import comment
from posts.review.domain.suggest import accept, suggest
from tests.delivery.conftest import connected
from tests.inbox.conftest import MunicipalityInbox, _sent
from tests.interleaving import Pair, Run
from tests.interleavings.approvals import desk_of, membership, would_be_sent
from tests.interleavings.approvals import waiting as post_waiting
from tests.interleavings.pairs import A, B, in_cuprija, pair
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.deciders import member, stand_in


def relaxation(cast: Cast) -> tuple[User, RuleChange]:
    """A second approver, and a relaxation that the first one asked for."""
    second = member(cast, "second")
    with scope(cast.cuprija):
        edited = house_rules.edit(
            cast.cuprija, {"approval": Approval.NONE}, by=cast.approver, reason="Нас је троје у канцеларији."
        )
    assert edited.waiting
    return second, edited.waiting


@pair("Nobody agrees to a relaxed rule after they have left.")
def a_relaxation_is_agreed_to_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    second, change = relaxation(cast)
    theirs = membership(cast, second)

    def check(run: Run) -> None:
        is_relaxed = Municipality.objects.get(pk=cast.cuprija.pk).approval == Approval.NONE
        assert is_relaxed is not run.was_refused(A)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: house_rules.confirm(change, by=second),
        lambda: members.end(theirs, by=cast.administrator),
        check,
    )


@pair("A rule is not relaxed after whoever asked for it has left.")
def a_relaxation_is_agreed_to_while_its_requester_leaves(cast: Cast, network: FakeServer) -> Pair:
    second, change = relaxation(cast)
    mine = membership(cast, cast.approver)

    def check(run: Run) -> None:
        is_relaxed = Municipality.objects.get(pk=cast.cuprija.pk).approval == Approval.NONE
        outcome = RuleChange.objects.get().outcome
        assert is_relaxed is (outcome == ChangeOutcome.CONFIRMED)
        assert run.ended == [A, B] or not is_relaxed

    return in_cuprija(
        cast,
        lambda: house_rules.confirm(change, by=second),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )


@pair("A rule is relaxed or the relaxation is stopped, never both.")
def a_relaxation_is_agreed_to_while_another_stops_it(cast: Cast, network: FakeServer) -> Pair:
    second, change = relaxation(cast)
    third = member(cast, "third")

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        is_relaxed = Municipality.objects.get(pk=cast.cuprija.pk).approval == Approval.NONE
        assert is_relaxed is not run.was_refused(A)

    return in_cuprija(
        cast, lambda: house_rules.confirm(change, by=second), lambda: house_rules.stop(change, by=third), check
    )


@pair("Nobody agrees to a new approver after they have left.")
def a_new_approver_is_agreed_to_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    second = member(cast, "second")
    theirs = membership(cast, second)
    newcomer = membership(cast, cast.viewer)
    members.change_role(newcomer, Role.APPROVER, by=cast.approver)

    def check(run: Run) -> None:
        decides = Membership.objects.deciding().filter(pk=newcomer.pk).exists()
        assert decides is not run.was_refused(A)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast, lambda: waiting.confirm(newcomer, by=second), lambda: members.end(theirs, by=cast.administrator), check
    )


@pair("Nobody's right is lent after they have left, so that none comes to life when they return.")
def a_right_is_lent_while_its_owner_leaves(cast: Cast, network: FakeServer) -> Pair:
    member(cast, "second")
    mine, day = membership(cast, cast.approver), today()

    def check(run: Run) -> None:
        assert not Delegation.objects.filter(ended_at__isnull=True).exists()

    return in_cuprija(
        cast,
        lambda: deciders.delegate(
            cast.cuprija, approver=cast.approver, to=cast.officer, starts_on=day, ends_on=day + timedelta(days=1),
            by=cast.approver,
        ),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )  # fmt: skip


# ---------------------------------------------------------------- two approvals, conversations, suggestions


@pair("An approver and their delegate are not two: their approvals count once.")
def an_approver_and_their_delegate_approve(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    desk.house_rule(approval=Approval.TWO)
    deputy = member(cast, "deputy", Role.OFFICER)
    with scope(cast.cuprija):
        stand_in(cast, deputy)
    post, version = post_waiting(desk)

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        assert Decision.objects.filter(version=version, kind=DecisionKind.APPROVED).count() == 1
        assert desk.reload(post).stage == Stage.SUBMITTED
        assert would_be_sent(desk, post) == []

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: approve(post, version, by=deputy),
        check,
    )


@pair("Two approvals of two approvers release the post once.")
def two_approvers_approve_where_two_are_asked_for(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    desk.house_rule(approval=Approval.TWO)
    second = member(cast, "second")
    post, version = post_waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(A)
        assert not run.was_refused(B)
        assert desk.reload(post).stage == Stage.APPROVED
        assert len(would_be_sent(desk, post)) == 1

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: approve(post, version, by=second),
        check,
    )


@pair("Nothing is approved over a conversation that the approver has not seen.")
def approving_while_a_conversation_begins(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    post, version = post_waiting(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver, threads=LEAVE, seen=()),
        lambda: comment(post, "Зар није у 19 часова?", by=cast.viewer),
        check,
    )


@pair("Whoever's suggestion was accepted has written the text, and does not approve it.")
def submitting_while_a_suggestion_of_the_approver_is_accepted(cast: Cast, network: FakeServer) -> Pair:
    from tests.posts.test_threads import at

    desk = desk_of(cast)
    with scope(cast.cuprija):
        post = desk.write()
        proposal = suggest(post, "цео дан", where=at(), by=cast.approver)

    def submitted_and_approved() -> None:
        waits = submit(post, by=cast.officer)
        approve(waits, desk.version(waits), by=cast.approver, threads=LEAVE)

    def check(run: Run) -> None:
        for row in Decision.objects.filter(version__post=post, kind=DecisionKind.APPROVED).select_related("version"):
            assert row.by_id not in writers(post, row.version)

    return in_cuprija(cast, submitted_and_approved, lambda: accept(post, [proposal.pk], by=cast.officer), check)


# ---------------------------------------------------------------- answers to citizens


def asked(cast: Cast, network: FakeServer, **rules: Any) -> Message:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(answers_need_approval=True, **rules)
    channel = connected(cast, network)
    return MunicipalityInbox(cast, network, channel, *_sent(channel, hours_ago=2)).receive("@opstina До када?")


def proposed(cast: Cast, message: Message) -> ProposedAnswer:
    with scope(cast.cuprija):
        return propose.submit(message, "До 14 часова.", by=cast.officer)


def answers() -> int:
    return Delivery.objects.filter(kind="reply").count()


@pair("Nobody approves an answer after they have left.")
def an_answer_is_approved_while_the_approver_leaves(cast: Cast, network: FakeServer) -> Pair:
    member(cast, "second")
    message = asked(cast, network)
    return _answer_approved_while_leaving(cast, proposed(cast, message))


@pair("Nobody approves an answer after they have left; neither waits for the other for ever if the message is theirs.")
def an_answer_is_approved_while_whoever_sees_to_it_leaves(cast: Cast, network: FakeServer) -> Pair:
    member(cast, "second")
    message = asked(cast, network)
    with scope(cast.cuprija):
        Message.objects.filter(pk=message.pk).update(assignee=cast.approver)
    return _answer_approved_while_leaving(cast, proposed(cast, message))


def _answer_approved_while_leaving(cast: Cast, one: ProposedAnswer) -> Pair:
    mine = membership(cast, cast.approver)

    def check(run: Run) -> None:
        assert answers() == (0 if run.was_refused(A) else 1)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: propose.approve(one, one.text, revision=one.revision, by=cast.approver),
        lambda: members.end(mine, by=cast.administrator),
        check,
    )


@pair("The answer that leaves is the one on the approver's page.")
def an_answer_is_approved_while_its_text_is_changed(cast: Cast, network: FakeServer) -> Pair:
    message = asked(cast, network)
    one = proposed(cast, message)

    def check(run: Run) -> None:
        texts = [delivery.payload["text"] for delivery in Delivery.objects.filter(kind="reply")]
        assert len(texts) == (0 if run.was_refused(A) else 1)
        assert all("14" in text for text in texts)

    return in_cuprija(
        cast,
        lambda: propose.approve(one, one.text, revision=one.revision, by=cast.approver),
        lambda: propose.submit(message, "До 20 часова.", by=cast.officer),
        check,
    )


@pair("Nobody answers without approval after the rule asks for one.")
def an_answer_is_sent_while_approval_is_asked_for(cast: Cast, network: FakeServer) -> Pair:
    message = asked(cast, network)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(answers_need_approval=False)

    def check(run: Run) -> None:
        assert answers() == (0 if run.was_refused(A) else 1)
        assert run.ended == [A, B] or run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: answer.answer(message, "До 14 часова.", by=cast.officer),
        lambda: house_rules.edit(cast.cuprija, {"answers_need_approval": True}, by=cast.approver),
        check,
    )
