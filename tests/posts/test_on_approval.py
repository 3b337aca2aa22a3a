"""A post that goes out as soon as it is approved, and an approver who says when it goes out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.urls import reverse
from django.utils import timezone

from channels.domain.pause import pause
from channels.enums import ChannelState
from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.domain import claim
from delivery.enums import ReasonCode, State
from municipalities.enums import Approval
from municipalities.holidays import end_of_next_working_day
from planning.domain.imports import upload
from posts.editing.domain.save import Content, save_draft
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Post
from posts.publishing.domain.policy import may_send
from posts.review.domain.approve import ON_APPROVAL, approve, endorse, time_shown
from posts.rules import Timing
from posts.scheduling.domain.schedule import ask_to_publish_now, move
from tests.people import sign_in
from tests.posts.deciders import member
from tests.posts.desk import Desk, in_hours


def written(desk: Desk, **fields: Any) -> Post:
    post = desk.write()
    content = Content(desk.draft(**fields), post.title, post.category, on_approval=True)
    return save_draft(post, content, revision=post.revision, by=desk.cast.officer).post  # type: ignore[union-attr]


def submitted(desk: Desk, **fields: Any) -> Post:
    return submit(written(desk, **fields), by=desk.cast.officer)


def approve_it(desk: Desk, post: Post, *, by: Any = None, **options: Any) -> Post:
    return approve(post, desk.version(post), by=by or desk.cast.approver, **options)


def test_it_goes_out_with_the_approval(desk: Desk) -> None:
    post = submitted(desk)
    assert (desk.states(post), post.due_at) == ([], None)
    post = approve_it(desk, post)
    (delivery,) = desk.deliveries(post)
    assert (post.stage, delivery.state, post.on_approval) == (Stage.APPROVED, State.SCHEDULED, False)
    assert abs(delivery.due_at - timezone.now()) < timedelta(minutes=1)
    assert may_send(delivery).kind == "allow"
    decision = Decision.objects.get(kind=DecisionKind.APPROVED)
    assert decision.due_at == delivery.due_at == post.due_at
    assert AuditEvent.objects.get(verb="post.approve").detail["goes_out_now"] is True


def test_nothing_is_claimed_before_the_approval(desk: Desk) -> None:
    submitted(desk)
    assert claim.take_due(timezone.now(), 10) == []


@pytest.mark.parametrize(
    ("submitted_at", "until"),
    [
        ("2026-12-03T10:00", "2026-12-04T23:00"),  # Thursday: until Friday is over in Belgrade
        ("2026-12-04T10:00", "2026-12-07T23:00"),  # Friday: until Monday is over
        ("2026-12-30T23:30", "2027-01-04T23:00"),  # New Year's Eve in Belgrade, and the new year begins on a Friday
        ("2027-03-26T10:00", "2027-03-29T22:00"),  # the clocks go forward in between
    ],
)
def test_it_waits_until_the_next_working_day_is_over(submitted_at: str, until: str) -> None:
    moment = datetime.fromisoformat(submitted_at).replace(tzinfo=UTC)
    assert end_of_next_working_day(moment) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_after_that_the_approver_says_when(desk: Desk) -> None:
    post = submitted(desk)
    assert post.approve_until is not None
    with time_machine.travel(post.approve_until + timedelta(minutes=1), tick=False):
        with pytest.raises(ActionNotAllowed, match="Choose when it goes out now") as refused:
            approve_it(desk, post)
        assert (refused.value.field, desk.states(post)) == ("when", [])
        post = approve_it(desk, post, timing=Timing(on_approval=True))
        assert desk.states(post) == [State.SCHEDULED]


def test_a_pause_holds_it(desk: Desk) -> None:
    post = submitted(desk)
    pause(desk.municipality, "Дан жалости", by=desk.cast.approver)
    post = approve_it(desk, post)
    (delivery,) = desk.deliveries(post)
    assert may_send(delivery).reason == ReasonCode.PAUSED


def test_it_may_be_sent_as_long_as_it_was_meant_to_be_approved(desk: Desk) -> None:
    post = submitted(desk)
    until = post.approve_until
    (delivery,) = desk.deliveries(approve_it(desk, post))
    assert delivery.not_after == until


def test_shortly_before_that_it_still_has_the_usual_time_to_be_sent(desk: Desk) -> None:
    post = submitted(desk)
    assert post.approve_until is not None
    with time_machine.travel(post.approve_until - timedelta(minutes=1), tick=False):
        (delivery,) = desk.deliveries(approve_it(desk, post))
        usual = timedelta(minutes=desk.municipality.not_after_minutes)
        assert delivery.not_after == timezone.now() + usual


# ---- four eyes


def test_of_two_approvers_it_is_the_moment_of_the_second(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    post = approve_it(desk, submitted(desk))
    assert (post.stage, desk.states(post), post.on_approval) == (Stage.SUBMITTED, [], True)
    with time_machine.travel(timezone.now() + timedelta(hours=20), tick=False):
        post = approve_it(desk, post, by=member(desk.cast, "second"))
        (delivery,) = desk.deliveries(post)
        assert (delivery.state, delivery.due_at) == (State.SCHEDULED, timezone.now())
        assert may_send(delivery).kind == "allow"


def test_a_mentor_who_reads_it_first_publishes_nothing(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = submitted(desk)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    assert desk.states(post) == []
    assert desk.states(approve_it(desk, post)) == [State.SCHEDULED]


def test_who_wrote_it_cannot_publish_it_by_saying_when(desk: Desk) -> None:
    author = member(desk.cast, "writing approver")
    post = submit(desk.change(desk.write("Први"), desk.draft("Други"), by=author), by=author)
    with pytest.raises(ActionNotAllowed):
        approve_it(desk, post, by=author, timing=Timing(on_approval=True))
    assert (desk.states(post), desk.reload(post).on_approval) == ([], False)


def test_one_approved_twice_at_the_same_moment_goes_out_once(desk: Desk) -> None:
    post = submitted(desk)
    approve_it(desk, post)
    with pytest.raises(ActionNotAllowed, match="does not wait"):
        approve_it(desk, post, by=member(desk.cast, "second"))
    assert desk.states(post) == [State.SCHEDULED]


def test_what_is_taken_back_is_asked_for_anew(desk: Desk) -> None:
    with time_machine.travel("2026-12-03T10:00+00:00", tick=False):
        post = submitted(desk)
    with time_machine.travel("2026-12-08T10:00+00:00", tick=False):
        post = submit(take_back(post, by=desk.cast.officer), by=desk.cast.officer)
        assert post.on_approval
        assert post.approve_until == datetime(2026, 12, 9, 23, tzinfo=UTC)


def test_asking_to_publish_now_needs_no_second_step(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(24 * 5)), by=desk.cast.officer)
    post = ask_to_publish_now(approve_it(desk, post), by=desk.cast.officer)
    assert (post.on_approval, post.due_at) == (True, None)
    assert desk.states(approve_it(desk, post)) == [State.SCHEDULED]


def test_a_time_that_is_chosen_later_wins(desk: Desk) -> None:
    post = move(submitted(desk), in_hours(30), by=desk.cast.officer)
    assert not post.on_approval
    (delivery,) = desk.deliveries(approve_it(desk, post))
    assert delivery.due_at == post.due_at > timezone.now() + timedelta(hours=29)


# ---- the approver says when


@pytest.mark.parametrize("before", ["on approval", "a time", "nothing"])
def test_an_approver_chooses_another_time(desk: Desk, before: str) -> None:
    if before == "on approval":
        post = submitted(desk)
    else:
        post = submit(desk.write(time=in_hours(5) if before == "a time" else None), by=desk.cast.officer)
    time = in_hours(27)
    post = approve_it(desk, post, timing=Timing(time))
    (delivery,) = desk.deliveries(post)
    assert (delivery.state, delivery.due_at, post.due_at) == (State.SCHEDULED, time.due_at, time.due_at)
    assert Decision.objects.get(kind=DecisionKind.APPROVED).due_at == time.due_at
    assert AuditEvent.objects.filter(verb="post.move").count() == 1


def test_an_approver_publishes_at_once_what_had_a_time(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(50)), by=desk.cast.officer)
    post = approve_it(desk, post, timing=Timing(on_approval=True))
    (delivery,) = desk.deliveries(post)
    assert (delivery.state, may_send(delivery).kind) == (State.SCHEDULED, "allow")
    assert delivery.due_at <= timezone.now()


def test_an_approver_leaves_the_time_to_others(desk: Desk) -> None:
    post = approve_it(desk, submitted(desk), timing=Timing())
    assert (post.stage, post.due_at, post.on_approval, desk.states(post)) == (Stage.APPROVED, None, False, [])


def test_the_second_approver_stays_within_the_hours_of_the_first(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO, move_window_hours=2)
    post = approve_it(desk, submit(desk.write(time=in_hours(30)), by=desk.cast.officer))
    second = member(desk.cast, "second")
    for timing in (Timing(in_hours(40)), Timing(on_approval=True), Timing()):
        with pytest.raises(ActionNotAllowed, match="first approval is for") as refused:
            approve_it(desk, post, by=second, timing=timing)
        assert refused.value.field == "when"
    assert (desk.states(post), desk.reload(post).stage) == ([State.WAITING], Stage.SUBMITTED)
    post = approve_it(desk, post, by=second, timing=Timing(in_hours(31)))
    (delivery,) = desk.deliveries(post)
    assert delivery.state == State.SCHEDULED
    assert post.stage == Stage.APPROVED


def test_a_time_that_has_passed_is_refused(desk: Desk) -> None:
    post = submitted(desk)
    with pytest.raises(ActionNotAllowed, match="has passed"):
        approve_it(desk, post, timing=Timing(in_hours(-1)))
    assert desk.reload(post).on_approval


def test_a_page_from_before_the_choice_was_changed_decides_nothing(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(20)), by=desk.cast.officer)
    seen = time_shown(post)
    move(post, in_hours(21), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="time of this post was changed"):
        approve_it(desk, post, time=seen)
    assert time_shown(submitted(desk)) == ON_APPROVAL


# ---- pages


def decide_page(desk: Desk, post: Post) -> Any:
    return sign_in(desk.cast.approver).get(reverse("post", args=["cuprija", post.pk]))


def send(desk: Desk, post: Post, **fields: str) -> Any:
    sent = {"version": desk.version(post).pk, "time": time_shown(post), "decision": "approve", **fields}
    return sign_in(desk.cast.approver).post(reverse("post_decide", args=["cuprija", post.pk]), sent, follow=True)


def test_the_button_says_that_it_publishes(desk: Desk) -> None:
    page = decide_page(desk, submitted(desk, channels=(desk.mastodon.pk, desk.bluesky.pk)))
    assert "Approve and publish now on 2 networks" in page.text
    assert "It goes out as soon as everyone has agreed." in page.text


def test_the_button_of_the_first_of_two_approvers_does_not(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    assert "Approve and publish now" not in decide_page(desk, submitted(desk)).text


def test_the_button_does_not_while_publishing_is_paused(desk: Desk) -> None:
    post = submitted(desk)
    pause(desk.municipality, "Дан жалости", by=desk.cast.approver)
    assert "Approve and publish now" not in decide_page(desk, post).text
    assert "Publishing is paused, so it waits" in send(desk, post, when="approval").text


def test_the_page_says_what_followed(desk: Desk) -> None:
    assert "It is being published now" in send(desk, submitted(desk)).text
    later = in_hours(27)
    page = send(desk, submitted(desk), when="time", on=f"{later.local:%d.%m.%Y}", at=f"{later.local:%H:%M}")
    assert "It is published automatically at its time" in page.text
    assert "Choose a time for it" in send(desk, submitted(desk), when="later").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "time"}, "Choose a day."),
        ({"when": "time", "on": "31.02.2027", "at": "10:00"}, "This is not a day."),
        ({"when": "time", "on": "01.03.2027", "at": "25:99"}, "This is not a time."),
        ({"when": "time", "on": "01.03.2020", "at": "10:00"}, "has passed"),
        ({"when": "time", "on": "28.03.2027", "at": "02:30"}, "does not exist"),
        ({"when": ""}, "Choose when it goes out."),
        ({"when": "at noon"}, "Select a valid choice"),
    ],
)
def test_a_choice_that_cannot_be_is_said_and_kept(desk: Desk, fields: dict[str, str], sentence: str) -> None:
    post = submitted(desk)
    page = send(desk, post, note="Лепо", **fields)
    assert sentence in page.text
    assert (desk.states(post), desk.reload(post).stage) == ([], Stage.SUBMITTED)
    for value in (fields.get("on", ""), fields.get("at", ""), "Лепо"):
        assert value in page.text


# ---- the composer


def selected(html: str) -> str:
    match = re.search(r'<option value="([a-z]+)" selected>', html.partition('id="when"')[2])
    assert match is not None
    return match[1]


def test_a_new_post_goes_out_as_soon_as_it_is_approved(desk: Desk) -> None:
    page = sign_in(desk.cast.officer).get(reverse("post_new", args=["cuprija"])).text
    assert selected(page) == "approval"
    assert "Submit for approval" in page


def test_a_new_post_of_a_day_of_the_calendar_has_its_time(desk: Desk) -> None:
    day = f"{in_hours(50).local:%Y-%m-%d}"
    page = sign_in(desk.cast.officer).get(reverse("post_new", args=["cuprija"]), {"on": day, "at": "10:00"}).text
    assert selected(page) == "time"


@pytest.mark.parametrize(
    ("when", "act"),
    [("approval", "publish"), ("time", "schedule"), ("later", "save")],
)
def test_the_button_of_who_decides_alone_follows_the_choice(desk: Desk, when: str, act: str) -> None:
    desk.house_rule(approval=Approval.NONE)
    time = in_hours(30).local
    sent = {"when": when, "date": f"{time:%d.%m.%Y}", "time": "10:00", "text-sr-Cyrl": "Вест"}
    page = sign_in(desk.cast.officer).post(reverse("post_preview", args=["cuprija"]), sent).text
    primary = re.search(r'button-primary"[^>]*value="([a-z]+)"', page)
    assert primary is not None
    assert primary[1] == act
    in_menu = re.findall(r'class="menu-item"[^>]*value="([a-z]+)"', page)
    assert ("publish" in in_menu) is (when != "approval")


def test_a_time_is_asked_for_where_it_was_chosen_and_is_empty(desk: Desk) -> None:
    post = desk.write()
    typed = {"text-sr-Cyrl": "Вест", "channels": desk.mastodon.pk, "revision": post.revision}
    sent = {**typed, "when": "time", "act": "submit"}
    page = sign_in(desk.cast.officer).post(reverse("post_edit", args=["cuprija", post.pk]), sent)
    assert page.status_code == 422
    assert "Choose a day and a time" in page.text
    assert desk.reload(post).stage == Stage.DRAFT


def test_previews_show_the_time_and_never_now(desk: Desk) -> None:
    client, address = sign_in(desk.cast.officer), reverse("post_preview", args=["cuprija"])
    sent = {"text-sr-Cyrl": "Вест", "channels": desk.mastodon.pk, "date": "04.01.2099", "time": "08:30"}
    for when, words in (("approval", "once it is approved"), ("later", "no time yet")):
        assert words in client.post(address, {**sent, "when": when}).text
    time = in_hours(30).local
    page = client.post(address, {**sent, "when": "time", "date": f"{time:%d.%m.%Y}", "time": f"{time:%H:%M}"}).text
    assert f"{time.day} " in page
    assert "once it is approved" not in page


def test_a_file_that_names_no_time_makes_posts_of_either_kind(desk: Desk) -> None:
    for kind, is_on_approval in (("approval", True), ("later", False), ("", False)):
        run = upload(desk.municipality, f"text\nВест {kind or 'none'}\n".encode(), "plan.csv", by=desk.cast.officer)
        sent = {"rows": "1", **({"when": kind} if kind else {})}
        sign_in(desk.cast.officer).post(reverse("plan_confirm", args=["cuprija", run.pk]), sent)
        assert Post.objects.latest("pk").on_approval is is_on_approval


# ---- Home


def test_home_names_what_is_approved_and_has_no_time(desk: Desk) -> None:
    post = approve_it(desk, submit(desk.write("Отварамо фонтану"), by=desk.cast.officer))
    for person in (desk.cast.officer, desk.cast.approver):
        page = sign_in(person).get(reverse("workspace", args=["cuprija"])).text
        assert "Approved, nobody has said when" in page
        assert reverse("post_move", args=["cuprija", post.pk]) in page
    move(post, in_hours(30), by=desk.cast.officer)
    assert (
        "Approved, nobody has said when"
        not in sign_in(desk.cast.officer).get(reverse("workspace", args=["cuprija"])).text
    )


def test_what_is_approved_after_its_time_is_not_said_to_go_out(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(1)), by=desk.cast.officer)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        page = send(desk, post)
        assert desk.states(post) == [State.EXPIRED]
    assert "Approved, but its time had passed, so nothing is sent." in page.text


def test_the_button_counts_only_networks_that_are_connected(desk: Desk) -> None:
    post = submitted(desk, channels=(desk.mastodon.pk, desk.bluesky.pk))
    Channel.objects.filter(pk=desk.bluesky.pk).update(state=ChannelState.NEEDS_CONSENT)
    assert "Approve and publish now on one network" in decide_page(desk, post).text
    Channel.objects.filter(pk=desk.mastodon.pk).update(state=ChannelState.NEEDS_CONSENT)
    assert "Approve and publish now" not in decide_page(desk, post).text


def test_asking_to_publish_now_names_who_decides(desk: Desk) -> None:
    post = approve_it(desk, submit(desk.write(time=in_hours(24 * 5)), by=desk.cast.officer))
    sent = {"ask": "again"}
    page = sign_in(desk.cast.officer).post(reverse("post_publish", args=["cuprija", post.pk]), sent, follow=True)
    assert "Submitted. Who decides next: Approver." in page.text
