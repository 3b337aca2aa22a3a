"""Correcting what is public, on real fakes: one public post per channel at the end, whatever breaks on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from django.db import transaction
from django.utils import timezone

from channels.domain.pause import pause, resume
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.domain import take_down, withdraw
from delivery.domain.answer import drop as drop_delivery
from delivery.domain.edit import edit
from delivery.domain.missing import missing
from delivery.domain.move import NoSuchMove
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.queries import access as access_of
from posts.draft import Text, parse
from posts.editing.domain import carry_out_corrections, corrections, removals
from posts.editing.domain.submit import submit, take_back
from posts.enums import AmendmentState, AmendmentWay, PartState, Stage
from posts.home import home_dashboard
from posts.models import Amendment, AmendmentPart, Post, Publication
from posts.queries import publications
from posts.review.domain import emergency
from posts.review.domain.approve import approve, send_back
from posts.scheduling.domain import schedule
from tests.delivery.conftest import allowed, network, outgoing_of
from tests.posts.amended import FIRST, SECOND, Street, desk, fresh, on, once, post
from tests.posts.deciders import on_the_list
from tests.posts.desk import in_hours

__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]
STATUS = "/api/v1/statuses/"


def _waiting(desk: Street) -> list[int]:
    """What Home shows the approver as waiting."""
    approver = desk.cast.approver
    return [
        item.post.pk
        for item in home_dashboard(approver, desk.municipality, access_of(approver, desk.municipality)).waiting
    ]


# ---------------------------------------------------------------- the whole way


@on("mastodon", "bluesky", agreed=True)
def test_one_network_changes_the_post_and_the_other_gets_a_new_one(desk: Street, post: Post) -> None:
    before = desk.on(post, "mastodon").delivery.remote_id
    assert desk.texts() == [FIRST, FIRST]
    desk.go()
    assert desk.texts() == [SECOND, SECOND]
    assert desk.on(post, "mastodon").delivery.remote_id == before
    assert {publication.version.number for publication in publications(post)} == {2}
    done = desk.amendment(post)
    assert (done.state, {part.state for part in done.parts.all()}) == (AmendmentState.DONE, {PartState.DONE})
    assert (desk.reload(post).stage, desk.reload(post).is_correction) == (Stage.APPROVED, False)


def test_nothing_changes_while_it_is_written_and_decided(desk: Street, post: Post) -> None:
    due_at = post.due_at
    post = desk.chosen(post)
    desk.go()
    submit(post, by=desk.cast.officer)
    desk.go()
    assert desk.texts() == [FIRST, FIRST]
    assert _waiting(desk) == [post.pk]
    assert desk.reload(post).due_at == due_at
    assert set(desk.states(post)) == {State.PUBLISHED}


def test_it_takes_the_two_approvals_that_the_house_asks_for(desk: Street, post: Post) -> None:
    from tests.posts.deciders import member

    desk.house_rule(approval=Approval.TWO)
    post = submit(desk.chosen(post), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [FIRST, FIRST]
    approve(post, desk.version(post), by=member(desk.cast, "second"))
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


def test_nobody_approves_their_own_correction(desk: Street, post: Post) -> None:
    post = corrections.begin(post, reason="Погрешан сат", by=desk.cast.approver)
    draft = parse(post.draft)
    post = desk.change(post, replace(draft, texts={"sr-Cyrl": Text(SECOND)}), by=desk.cast.approver)
    version = corrections.prepare(post, by=desk.cast.approver)
    corrections.choose(post, version, desk.ways(post), by=desk.cast.approver)
    submit(post, by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed, match="You wrote this post"):
        approve(post, version, by=desk.cast.approver)


def test_where_the_house_asks_nobody_it_takes_effect_at_once(desk: Street, post: Post) -> None:
    with pytest.raises(ActionNotAllowed, match="has not been approved"):
        corrections.carry_out_now(desk.chosen(post), by=desk.cast.officer)
    desk.house_rule(approval=Approval.NONE)
    corrections.carry_out_now(post, by=desk.cast.officer)
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


def test_in_an_emergency_it_needs_no_approval_and_passes_a_pause(desk: Street, post: Post) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = desk.chosen(post)
    pause(desk.municipality, reason="Дан жалости", by=desk.cast.approver)
    emergency.publish(post, reason="Погрешан сат у упозорењу.", by=desk.cast.officer)
    desk.go()
    assert desk.texts() == [SECOND, SECOND]
    assert desk.amendment(post).is_emergency


def test_it_comes_back_with_a_note_and_is_submitted_again(desk: Street, post: Post) -> None:
    post = submit(desk.chosen(post), by=desk.cast.officer)
    send_back(post, desk.version(post), by=desk.cast.approver, note="Додај и место.")
    assert desk.reload(post).stage == Stage.RETURNED
    desk.go()
    assert desk.texts() == [FIRST, FIRST]
    post = submit(desk.reload(post), by=desk.cast.officer)
    post = take_back(post, by=desk.cast.officer)
    assert set(desk.states(post)) == {State.PUBLISHED}
    submit(desk.reload(post), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


@on("mastodon", "bluesky", agreed=True)
def test_a_second_correction_follows_the_first(desk: Street, post: Post) -> None:
    with pytest.raises(ActionNotAllowed, match="still under way"):
        corrections.begin(post, reason="Још једна грешка", by=desk.cast.officer)
    desk.go()
    desk.agreed(desk.reload(post), "Вашар почиње у 11 часова.")
    desk.go()
    assert desk.texts() == ["Вашар почиње у 11 часова."] * 2
    assert Amendment.objects.filter(state=AmendmentState.DONE).count() == 2


@on()
def test_the_first_comment_stands_however_often_the_post_is_corrected(desk: Street) -> None:
    comment = "Пријаве у коментарима."
    post = submit(
        desk.write(FIRST, channels=(desk.mastodon.pk,), first_comment=comment, time=in_hours(1)), by=desk.cast.officer
    )
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.go(desk.deliveries(post)[0].due_at)
    for text in (SECOND, "Вашар почиње у 11 часова."):
        desk.agreed(desk.reload(post), text)
        desk.go()
        assert text in desk.texts()
    assert {part.way for part in AmendmentPart.objects.all()} == {AmendmentWay.EDIT}
    assert Delivery.objects.filter(kind="first_comment").count() <= 1


# ---------------------------------------------------------------- what is chosen


def test_what_cannot_be_changed_waits_until_somebody_has_chosen(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    half = {str(desk.on(post, "mastodon").pk): AmendmentWay.EDIT.value}
    with pytest.raises(ActionNotAllowed, match="Choose what happens on each network"):
        corrections.choose(post, version, half, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="Choose what happens on each network"):
        submit(desk.reload(post), by=desk.cast.officer)
    wrong = {**half, str(desk.on(post, "bluesky").pk): AmendmentWay.EDIT.value}
    with pytest.raises(ActionNotAllowed, match="Choose what happens on each network"):
        corrections.choose(post, version, wrong, by=desk.cast.officer)


def test_left_to_people_nothing_is_called(desk: Street, post: Post) -> None:
    desk.agreed(post, bluesky=AmendmentWay.BY_HAND)
    desk.go()
    assert desk.texts() == [SECOND, FIRST] or desk.texts() == sorted([FIRST, SECOND])
    assert {part.state for part in desk.amendment(post).parts.all()} == {PartState.DONE, PartState.BY_HAND}
    assert desk.on(post, "bluesky").version.number == 1


def test_a_picture_that_changes_cannot_be_changed_there(desk: Street, post: Post) -> None:
    post = corrections.begin(post, reason="Погрешна слика", by=desk.cast.officer)
    from posts.draft import Shown

    media = desk.picture()
    draft = replace(parse(post.draft), media=(Shown(media.pk, "Плакат вашара"),))
    post = desk.change(post, draft)
    version = corrections.prepare(post, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="Choose what happens on each network"):
        corrections.choose(post, version, desk.ways(post), by=desk.cast.officer)
    corrections.choose(post, version, desk.ways(post, mastodon=AmendmentWay.RESEND), by=desk.cast.officer)
    post = submit(desk.reload(post), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [FIRST, FIRST]
    assert [post["alts"] for post in desk.network.public("opstina")] == [["Плакат вашара"]] * 2


def test_what_does_not_differ_is_not_touched(desk: Street, post: Post) -> None:
    post = corrections.begin(post, reason="Нема грешке", by=desk.cast.officer)
    version = corrections.prepare(post, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="Nothing differs"):
        corrections.choose(post, version, desk.ways(post), by=desk.cast.officer)


def test_what_was_changed_after_the_choice_is_chosen_again(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    desk.change(desk.reload(post), replace(parse(post.draft), texts={"sr-Cyrl": Text("Нешто треће.")}))
    with pytest.raises(ActionNotAllowed, match="was changed after"):
        corrections.choose(post, version, desk.ways(post), by=desk.cast.officer)


@on("bluesky")
def test_a_post_that_only_a_person_has_seen_is_left_to_people(desk: Street, post: Post) -> None:
    """The network does not know it by our id: it would say that it is gone, and a second post would go out."""
    Delivery.objects.filter(pk=desk.on(post, "bluesky").delivery_id).update(remote_id="seen:1", permalink="")
    corrected = desk.correct(post)
    version = corrections.prepare(corrected, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="Choose what happens on each network"):
        corrections.choose(corrected, version, desk.ways(post), by=desk.cast.officer)
    corrections.drop(corrected, by=desk.cast.officer)
    desk.agreed(desk.reload(post), bluesky=AmendmentWay.BY_HAND)
    desk.go()
    assert desk.texts() == [FIRST]
    with pytest.raises(ActionNotAllowed, match="cannot take it down"):
        removals.take_down(post, [desk.on(post, "bluesky").pk], reason="Погрешно", by=desk.cast.approver)
    for act in (withdraw.withdraw, lambda seen, by: edit(seen, outgoing_of(SECOND), by=by)):
        with pytest.raises(NoSuchMove):
            act(desk.on(post, "bluesky").delivery, by=desk.cast.officer)


# ---------------------------------------------------------------- dropping


def test_a_dropped_correction_leaves_everything_as_it_was(desk: Street, post: Post) -> None:
    before = (post.draft, post.excerpt, post.due_at)
    submit(desk.chosen(post), by=desk.cast.officer)
    corrections.drop(post, by=desk.cast.officer)
    desk.go()
    post = desk.reload(post)
    assert (post.draft, post.excerpt, post.due_at) == before
    assert (post.stage, post.is_correction, desk.texts()) == (Stage.APPROVED, False, [FIRST, FIRST])
    assert desk.version(post).variants.get(script="Cyrl").text == FIRST
    assert _waiting(desk) == []
    assert [desk.amendment(post).state, AuditEvent.objects.filter(verb="post.drop_correction").count()] == [
        "dropped",
        1,
    ]
    desk.agreed(post)
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


# ---------------------------------------------------------------- what may not happen


def test_a_correction_has_no_time_and_is_not_published_as_a_post(desk: Street, post: Post) -> None:
    post = desk.chosen(post)
    desk.house_rule(approval=Approval.NONE)
    for act in (
        lambda: schedule.publish_now(post, by=desk.cast.officer),
        lambda: schedule.schedule(post, in_hours(3), by=desk.cast.officer),
        lambda: schedule.move(post, in_hours(3), by=desk.cast.officer),
    ):
        with pytest.raises(ActionNotAllowed, match="being corrected"):
            act()


@on()
def test_only_what_is_out_everywhere_is_corrected(desk: Street) -> None:
    waiting = submit(desk.write(FIRST, time=in_hours(1)), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="that is out"):
        corrections.begin(waiting, reason="Погрешан сат", by=desk.cast.officer)
    approve(waiting, desk.version(waiting), by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed, match="not been published everywhere"):
        corrections.begin(waiting, reason="Погрешан сат", by=desk.cast.officer)
    for state, sentence in ((State.SENDING, "this very moment"), (State.UNCONFIRMED, "not known yet")):
        post = desk.published()
        now = timezone.now()
        Delivery.objects.filter(pk=desk.on(post, "bluesky").delivery_id).update(
            state=state, lease_until=now, unknown_since=now if state == State.UNCONFIRMED else None
        )
        with pytest.raises(ActionNotAllowed, match=sentence):
            corrections.begin(post, reason="Погрешан сат", by=desk.cast.officer)


@on()
def test_what_failed_before_does_not_go_out_with_the_old_words(desk: Street) -> None:
    desk.network.plan("status", "putRecord", status=400, body={"error": "InvalidRequest", "message": "no"})
    post = desk.published()
    assert sorted(desk.states(post)) == [State.FAILED, State.PUBLISHED]
    desk.agreed(post)
    desk.go()
    assert desk.texts() == [SECOND]
    assert State.CANCELLED in Delivery.objects.values_list("state", flat=True)


@on("mastodon", "bluesky", agreed=True)
def test_taken_down_meanwhile_nothing_goes_out_in_its_place(desk: Street, post: Post) -> None:
    removals.take_down(post, [desk.on(post, "mastodon").pk], reason="Отказано је.", by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [SECOND]  # on Bluesky, where it was under way already
    assert desk.on(post, "mastodon").delivery.state == State.WITHDRAWN


# ---------------------------------------------------------------- the dangerous part: between the old and the new one


@on("bluesky", agreed=True)
def test_nothing_new_goes_out_before_the_old_one_is_certainly_gone(desk: Street, post: Post) -> None:
    desk.network.plan("drop_before", "deleteRecord", method="POST", times=100)
    for minutes in range(3):
        desk.go(timezone.now() + timedelta(minutes=2 * minutes))
        assert desk.texts() == [FIRST]
        assert Publication.objects.filter(post=post).count() == 1
    desk.network.world.plan.clear()
    desk.go(timezone.now() + timedelta(minutes=10))
    assert desk.texts() == [SECOND]


@on("bluesky", agreed=True)
def test_a_withdrawal_that_happened_without_an_answer_is_certain_only_when_it_is_said(desk: Street, post: Post) -> None:
    desk.network.plan("commit_then_drop", "deleteRecord", method="POST")
    desk.go()
    assert desk.texts() == []  # gone, but nobody has said so: nothing is sent yet
    assert Publication.objects.filter(post=post).count() == 1
    desk.go(timezone.now() + timedelta(minutes=2))
    assert desk.texts() == [SECOND]


@on("bluesky", agreed=True)
def test_a_worker_that_dies_between_the_two_loses_nothing_and_doubles_nothing(desk: Street, post: Post) -> None:
    (pk,) = take_down.claim_withdrawals(timezone.now())
    take_down.take_down(pk)  # and here the machine goes out: no tick, no message
    assert desk.texts() == []
    for _tick in range(5):
        carry_out_corrections.continue_corrections()
    assert Publication.objects.filter(post=post, live=True).count() == 1
    assert Delivery.objects.filter(channel=desk.bluesky).count() == 2
    desk.go()
    desk.go()
    assert desk.texts() == [SECOND]


class MachineWentOut(Exception):
    pass


@transaction.atomic
def _half_way(desk: Street) -> None:
    carry_out_corrections.continue_corrections()
    assert Delivery.objects.filter(channel=desk.bluesky).count() == 2
    raise MachineWentOut


@on("bluesky", agreed=True)
def test_a_crash_while_the_new_one_is_made_leaves_it_to_the_next_tick(desk: Street, post: Post) -> None:
    take_down.take_down(take_down.claim_withdrawals(timezone.now())[0])
    with pytest.raises(MachineWentOut):
        _half_way(desk)
    assert Delivery.objects.filter(channel=desk.bluesky).count() == 1
    desk.go()
    assert desk.texts() == [SECOND]
    assert Delivery.objects.filter(channel=desk.bluesky).count() == 2


@pytest.mark.parametrize("loss", ["commit_then_drop", "commit_then_500", "truncate_body"])
@on("bluesky", agreed=True)
def test_the_new_one_is_one_when_its_answer_is_lost(desk: Street, post: Post, loss: str) -> None:
    from delivery.domain import reconcile
    from tests.publishing import deliver

    desk.network.plan(loss, "putRecord", method="POST")
    desk.go()
    new = desk.on(post, "bluesky").delivery
    assert new.state == State.CHECKING
    number = reconcile.reconcile(new.pk)
    if number:
        deliver(new.pk, number)
    carry_out_corrections.continue_corrections()
    assert desk.texts() == [SECOND]
    assert desk.amendment(post).state == AmendmentState.DONE


@on("mastodon")
def test_an_old_post_that_cannot_be_taken_down_gets_no_second_one_beside_it(desk: Street, post: Post) -> None:
    desk.network.plan("status", STATUS, method="DELETE", status=422, body={"error": "Not now"})
    desk.agreed(post, mastodon=AmendmentWay.RESEND)
    desk.go()
    (part,) = desk.amendment(post).parts.all()
    assert (part.state, desk.texts()) == (PartState.REFUSED, [FIRST])
    assert part.problem
    desk.go(timezone.now() + timedelta(hours=1))
    assert desk.texts() == [FIRST]


@on("mastodon", "bluesky", agreed=True)
def test_during_a_pause_the_old_one_stays_until_the_new_one_may_go(desk: Street, post: Post) -> None:
    pause(desk.municipality, reason="Дан жалости", by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [FIRST, FIRST]
    resume(desk.municipality, by=desk.cast.approver)
    from delivery.domain.sweep import sweep

    sweep(timezone.now())
    later = timezone.now() + timedelta(minutes=2)
    desk.go(later)
    held = Delivery.objects.get(kind="edit")
    assert held.state in (State.EXPIRED, State.PUBLISHED)  # what a pause held back is a person's decision
    assert SECOND in desk.texts()


@on("mastodon", "bluesky", agreed=True)
def test_found_gone_while_it_waits_to_be_changed_nothing_is_changed(desk: Street, post: Post) -> None:
    missing(desk.on(post, "mastodon").delivery)
    desk.go()
    states = {part.way: part.state for part in desk.amendment(post).parts.all()}
    assert states == {AmendmentWay.EDIT: PartState.REFUSED, AmendmentWay.RESEND: PartState.DONE}


@on("mastodon")
def test_a_refused_change_is_dropped_and_corrected_anew(desk: Street, post: Post) -> None:
    desk.network.plan("status", STATUS, method="PUT", status=422, body={"error": "Too long"})
    desk.agreed(post)
    desk.go()
    failed = Delivery.objects.get(kind="edit")
    assert (failed.state, failed.reason, desk.texts()) == (State.FAILED, ReasonCode.REJECTED, [FIRST])
    drop_delivery(failed, by=desk.cast.officer)
    carry_out_corrections.continue_corrections()
    assert desk.amendment(post).state == AmendmentState.DONE
    desk.agreed(desk.reload(post), "Вашар је у 10.")
    desk.go()
    assert desk.texts() == ["Вашар је у 10."]


@on("mastodon")
def test_words_that_somebody_changed_there_are_put_back(desk: Street, post: Post) -> None:
    from channels.connector_factory import open_channel
    from delivery.domain import external_changes

    shown = desk.on(post, "mastodon").delivery
    connector = open_channel(desk.mastodon)
    external_changes.record_shown({shown.pk: external_changes.NetworkText(FIRST, timezone.now())})
    connector.edit(shown.remote_id, outgoing_of("Вашара нема."))
    external_changes.record_shown(
        {shown.pk: external_changes.NetworkText("Вашара нема.", timezone.now() + timedelta(seconds=1))}
    )
    assert desk.fresh(shown).changed_at
    post = corrections.begin(post, reason="Неко је мењао текст", by=desk.cast.officer)
    version = corrections.prepare(post, by=desk.cast.officer)
    corrections.choose(post, version, desk.ways(post), by=desk.cast.officer)
    submit(desk.reload(post), by=desk.cast.officer)
    approve(desk.reload(post), version, by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [FIRST]
    assert desk.fresh(shown).changed_at is None
