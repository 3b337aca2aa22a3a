"""What the pages say about deciding, and to whom: the box of the review page, emergencies, who decides, Home."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Approval, Role
from municipalities.models import Delegation, EmergencyRight, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.create import create
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Post, Thread
from posts.review.domain import emergency
from posts.review.domain.approve import approve, endorse, send_back
from posts.review.domain.comment import comment
from tests.people import Cast, sign_in
from tests.posts.deciders import home_of, member, on_the_list, stand_in, submitted
from tests.posts.desk import Desk, in_hours, opened

REASON = "Пукла је цев на главном воду."


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def page(client: Client, post: Post) -> str:
    answer = client.get(url("post", post.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def home(client: Client) -> str:
    return client.get(url("workspace")).content.decode()


def version_of(desk: Desk, post: Post) -> int:
    with scope(desk.municipality):
        return desk.version(post).pk


def waiting(desk: Desk, **fields: Any) -> Post:
    with scope(desk.municipality):
        return submitted(desk, **fields)


def stage(desk: Desk, post: Post) -> str:
    with scope(desk.municipality):
        return desk.reload(post).stage


# ---------------------------------------------------------------- the box


def test_the_box_says_who_else_has_to_agree(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = waiting(desk)
    client = sign_in(desk.cast.approver)
    shown = page(client, post)
    assert "After your approval one more approver has to agree" in shown
    sent = {"version": version_of(desk, post), "decision": "approve"}
    answer = client.post(url("post_decide", post.pk), sent, follow=True).content.decode()
    assert "One more approver has to agree; they have been notified." in answer
    assert "You have decided on this version already" in answer
    steps = re.findall(r'<li aria-current="step">.*?<span>\s*(.*?)\s*<small>\s*(.*?)\s*</small>', answer, re.DOTALL)
    assert steps == [("A second approver approves it", "next: Second")]
    assert "Publish this post as it is?" in page(sign_in(second), post)
    answer = sign_in(second).post(url("post_decide", post.pk), sent, follow=True).content.decode()
    assert "Approved. Choose a time for it" in answer


def test_the_mentor_has_a_button_of_their_own_and_the_approver_sees_the_order(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = waiting(desk)
    assert "The mentor reads this post first" in page(sign_in(desk.cast.approver), post)
    client = sign_in(desk.cast.mentor)
    shown = page(client, post)
    assert "Is this post ready?" in shown
    assert url("post_decide", post.pk) not in shown
    answer = client.post(url("post_endorse", post.pk), {"version": version_of(desk, post)}, follow=True)
    assert "they decide" in answer.content.decode()
    assert stage(desk, post) == Stage.SUBMITTED
    assert "Publish this post as it is?" in page(sign_in(desk.cast.approver), post)


def test_a_step_that_nobody_can_take_is_said_to_be_left_out(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    Pairing.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    post = waiting(desk)
    shown = page(sign_in(desk.cast.approver), post)
    assert "no mentor is paired with the municipality today" in shown
    assert "Publish this post as it is?" in shown


def test_open_conversations_are_asked_about(desk: Desk) -> None:
    post = waiting(desk)
    with scope(desk.municipality):
        comment(post, "Сат?", by=desk.cast.mentor)
        thread = Thread.objects.get()
    client = sign_in(desk.cast.approver)
    shown = page(client, post)
    assert "One conversation is open. What becomes of it if you approve?" in shown
    sent: dict[str, Any] = {"version": version_of(desk, post), "decision": "approve", "seen": thread.pk}
    answer = client.post(url("post_decide", post.pk), sent, follow=True).content.decode()
    assert "One conversation is open. Mark" in answer
    client.post(url("post_decide", post.pk), {**sent, "threads": "leave"})
    assert stage(desk, post) == Stage.APPROVED
    assert "One conversation was knowingly left open." in page(client, post)


def test_a_note_is_still_there_when_nothing_came_of_the_decision(desk: Desk) -> None:
    post = waiting(desk)
    with scope(desk.municipality):
        comment(post, "Сат?", by=desk.cast.mentor)
    client, note = sign_in(desk.cast.approver), "Добро је, само <пазите> на сат."
    sent: dict[str, Any] = {"version": version_of(desk, post), "decision": "approve", "note": note}
    answer = client.post(url("post_decide", post.pk), sent, follow=True)
    assert answer.redirect_chain == [(url("post", post.pk) + "?kept=1#decide", 302)]
    shown = answer.content.decode()
    assert "One conversation is open. Mark" in shown
    assert "Добро је, само &lt;пазите&gt; на сат.</textarea>" in shown
    # also when the post was changed meanwhile: the page is that of the new version
    with scope(desk.municipality):
        changed = take_back(post, by=desk.cast.officer)
        submit(desk.change(changed, desk.draft("Друге речи")), by=desk.cast.officer)
    answer = client.post(url("post_decide", post.pk), {**sent, "threads": "leave"}, follow=True)
    assert "Друге речи" in answer.content.decode()
    assert "на сат.</textarea>" in answer.content.decode()
    assert stage(desk, post) == Stage.SUBMITTED


def test_a_delegate_decides_and_the_page_says_for_whom(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    post = waiting(desk)
    client = sign_in(deputy)
    sent = {"version": version_of(desk, post), "decision": "approve"}
    assert client.post(url("post_decide", post.pk), sent).status_code == 403
    row = stand_in(desk.cast, deputy)
    assert "You stand in for Approver until" in page(client, post)
    client.post(url("post_decide", post.pk), sent)
    assert stage(desk, post) == Stage.APPROVED
    assert "Deputy for Approver," in page(sign_in(desk.cast.officer), post)
    Delegation.objects.filter(pk=row.pk).update(ended_at=timezone.now())
    assert client.post(url("post_decide", post.pk), sent).status_code == 403


def test_a_rule_that_was_tightened_is_explained(desk: Desk) -> None:
    second = member(desk.cast, "second")
    post = waiting(desk, hours=5)
    with scope(desk.municipality):
        approve(post, desk.version(post), by=desk.cast.approver)
    desk.house_rule(approval=Approval.TWO)
    shown = page(sign_in(second), post)
    assert "The house rules ask for more than they did" in shown
    assert "Publish this post as it is?" in shown
    assert url("post_publish", post.pk) not in page(sign_in(desk.cast.officer), post)
    assert 'aria-labelledby="approval"' in home(sign_in(second))
    assert str(post) in home(sign_in(second))


def test_an_older_version_is_not_decided_about(desk: Desk) -> None:
    post = waiting(desk)
    seen = version_of(desk, post)
    with scope(desk.municipality):
        changed = desk.change(take_back(post, by=desk.cast.officer), desk.draft("Друго"))
        submit(changed, by=desk.cast.officer)
    for client, name in ((sign_in(desk.cast.approver), "post_decide"), (sign_in(desk.cast.mentor), "post_endorse")):
        sent = {"version": seen, "decision": "approve"}
        answer = client.post(url(name, post.pk), sent, follow=True).content.decode()
        assert "The post was changed after you opened it" in answer
    assert stage(desk, post) == Stage.SUBMITTED


@pytest.mark.parametrize("name", ["post_decide", "post_endorse", "post_emergency", "post_emergency_review"])
def test_every_pair_of_person_and_act(desk: Desk, name: str) -> None:
    """Who is let in; whether the act is then theirs, the tests of the verbs say."""
    post = waiting(desk)
    body = {"version": version_of(desk, post), "reason": REASON}
    allowed = {
        "post_decide": {"approver"},
        "post_endorse": {"officer", "approver", "mentor"},
        "post_emergency": set(),
        "post_emergency_review": {"approver"},
    }[name]
    for role, person in desk.cast.everyone().items():
        status = sign_in(person).post(url(name, post.pk), body).status_code
        expected = {404} if role in ("stranger", "trainer") else {302, 404} if role in allowed else {403}
        assert status in expected, (role, status)
    with scope(desk.municipality):
        kinds = set(Decision.objects.values_list("kind", flat=True))
    # of those let in only the mentor may say "ready", and nobody but the approver decided
    assert kinds <= {DecisionKind.SUBMITTED, DecisionKind.ENDORSED, DecisionKind.APPROVED}
    assert (DecisionKind.ENDORSED in kinds) == (name == "post_endorse")


def test_a_mentor_of_the_past_and_of_elsewhere_reads_nothing(desk: Desk) -> None:
    post = waiting(desk)
    body = {"version": version_of(desk, post)}
    client = sign_in(desk.cast.mentor)
    Pairing.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    for address in (url("post", post.pk), url("post_versions", post.pk)):
        assert client.get(address).status_code == 404
    assert client.post(url("post_endorse", post.pk), body).status_code == 404


# ---------------------------------------------------------------- emergencies


def test_somebody_on_the_list_publishes_with_a_reason(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода није за пиће!")
    client = sign_in(desk.cast.officer)
    assert url("post_emergency", post.pk) not in page(client, post)
    assert client.get(url("post_emergency", post.pk)).status_code == 403
    on_the_list(desk.cast, desk.cast.officer)
    assert url("post_emergency", post.pk) in page(client, post)
    shown = client.get(url("post_emergency", post.pk)).content.decode()
    assert "It is published without prior approval." in shown
    refused = client.post(url("post_emergency", post.pk), {"reason": "хитно"})
    assert refused.status_code == 422
    assert "хитно</textarea>" in refused.content.decode()
    answer = client.post(url("post_emergency", post.pk), {"reason": REASON}, follow=True).content.decode()
    assert REASON in answer
    assert "Waits for a review" in answer
    with scope(desk.municipality):
        assert desk.states(post) == [State.SCHEDULED]


def test_the_composer_leads_to_the_emergency_and_loses_no_word(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Прво")
    client, address = sign_in(desk.cast.officer), url("post_edit", post.pk)
    assert 'name="act" value="emergency"' not in client.get(address).content.decode()
    sent = {"revision": post.revision, "text-sr-Cyrl": "Вода није за пиће!", "channels": [desk.mastodon.pk]}
    on_the_list(desk.cast, desk.cast.officer)
    assert 'name="act" value="emergency"' in client.get(address).content.decode()
    answer = client.post(address, {**sent, "act": "emergency"})
    assert answer.headers["Location"] == url("post_emergency", post.pk)
    with scope(desk.municipality):
        assert desk.reload(post).excerpt == "Вода није за пиће!"
        assert desk.states(post) == []


def test_what_a_network_would_not_take_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    with scope(desk.municipality):
        post = desk.write("а" * 301, channels=(desk.bluesky.pk,))
    answer = sign_in(desk.cast.officer).post(url("post_emergency", post.pk), {"reason": REASON})
    assert answer.status_code == 422
    assert "A network would not take this post as it is." in answer.content.decode()
    assert f"{REASON}</textarea>" in answer.content.decode()
    assert stage(desk, post) == Stage.DRAFT


def test_the_approver_finds_the_emergency_on_home_and_reviews_it(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    with scope(desk.municipality):
        post = emergency.publish(desk.write(), reason=REASON, by=desk.cast.officer)
        row = Decision.objects.get(kind=DecisionKind.EMERGENCY)
    client = sign_in(desk.cast.approver)
    assert "Published in an emergency" in home(client)
    assert "Published in an emergency" not in home(sign_in(desk.cast.viewer))
    assert "Published in an emergency: was it in order?" in page(client, post)
    address = url("post_emergency_review", post.pk)
    sent = {"emergency": row.pk, "verdict": "not_in_order"}
    assert "Write a note" in client.post(address, sent, follow=True).content.decode()
    answer = client.post(address, {**sent, "note": "Није ванредно."}, follow=True).content.decode()
    assert "Not in order" in answer
    assert "Није ванредно." in answer
    assert "Published in an emergency" not in home(client)
    assert client.post(address, {"emergency": 0}).status_code == 404


# ---------------------------------------------------------------- who decides


def test_an_approver_names_who_stands_in(desk: Desk) -> None:
    deputy, day = member(desk.cast, "deputy", Role.OFFICER), today()
    client = sign_in(desk.cast.approver)
    sent = {"approver": desk.cast.approver.pk, "to": deputy.pk, "starts_on": day, "ends_on": day + timedelta(days=5)}
    assert client.post(url("delegate"), {**sent, "to": desk.cast.viewer.pk}).status_code == 422
    late = client.post(url("delegate"), {**sent, "ends_on": day - timedelta(days=1)})
    assert late.status_code == 422
    assert "The last day lies before the first." in late.content.decode()
    assert client.post(url("delegate"), sent).status_code == 302
    shown = client.get(url("deciders")).content.decode()
    assert "Deputy for Approver" in shown
    row = Delegation.objects.get()
    client.post(url("delegation_end", row.pk))
    assert "There are no stand-ins." in client.get(url("deciders")).content.decode()


def test_a_delegate_lends_nothing_on(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    stand_in(desk.cast, deputy)
    client, day = sign_in(deputy), today()
    sent = {"approver": desk.cast.approver.pk, "to": desk.cast.officer.pk, "starts_on": day, "ends_on": day}
    assert client.post(url("delegate"), sent).status_code == 403
    assert client.post(url("emergency_allow"), {"user": deputy.pk}).status_code == 403


def test_the_emergency_list_is_kept_by_approver_and_administrator(desk: Desk) -> None:
    for name in ("officer", "viewer", "mentor", "staff"):
        client = sign_in(getattr(desk.cast, name))
        assert client.post(url("emergency_allow"), {"user": desk.cast.officer.pk}).status_code == 403
    client = sign_in(desk.cast.administrator)
    assert client.post(url("emergency_allow"), {"user": desk.cast.viewer.pk}).status_code == 422
    client.post(url("emergency_allow"), {"user": desk.cast.officer.pk})
    row = EmergencyRight.objects.get()
    assert "Officer" in client.get(url("deciders")).content.decode().split('id="emergencies"')[1]
    sign_in(desk.cast.approver).post(url("emergency_end", row.pk))
    assert EmergencyRight.objects.get().ended_at is not None


def test_rows_of_another_municipality_are_not_found(desk: Desk) -> None:
    day = today()
    people = {"approver": desk.cast.stranger, "delegate": desk.cast.staff, "by": desk.cast.stranger}
    foreign = Delegation.objects.create(municipality=desk.cast.novi_pazar, starts_on=day, ends_on=day, **people)
    right = EmergencyRight.objects.create(
        municipality=desk.cast.novi_pazar, user=desk.cast.stranger, by=desk.cast.stranger
    )
    client = sign_in(desk.cast.approver)
    assert client.post(url("delegation_end", foreign.pk)).status_code == 404
    assert client.post(url("emergency_end", right.pk)).status_code == 404
    assert sign_in(desk.cast.stranger).get(url("deciders")).status_code == 404


def test_two_approvers_are_asked_for_and_one_is_there(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    shown = sign_in(desk.cast.officer).get(url("deciders")).content.decode()
    assert "There are not enough approvers" in shown
    assert "<form" not in shown.split('id="policy"')[1].split("</main>")[0]


def test_the_page_of_deciders_takes_the_same_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    client, counts = sign_in(desk.cast.approver), []
    for number in range(2):
        client.get(url("deciders"))
        with django_assert_max_num_queries(12) as queries:
            client.get(url("deciders"))
        counts.append(len(queries))
        for index in range(3):
            user = member(desk.cast, f"m{number}{index}", Role.APPROVER)
            on_the_list(desk.cast, user)
            stand_in(desk.cast, desk.cast.officer, approver=user)
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- Home


def test_home_tells_mine_from_others(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    waiting(desk, text="Чека менторку")
    ready = waiting(desk, text="Чека мене")
    with scope(desk.municipality):
        endorse(ready, desk.version(ready), by=desk.cast.mentor)
    shown = home(sign_in(desk.cast.approver))
    mine, others = shown.split('aria-labelledby="approval"')[1].split("Waiting for others")
    assert "Чека мене" in mine
    assert "Чека менторку" not in mine
    assert "Чека менторку" in others.split("</details>")[0]


def test_home_of_a_delegate_shows_what_waits(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    post = waiting(desk)
    assert "Waiting for your approval" not in home(sign_in(deputy))
    stand_in(desk.cast, deputy)
    shown = home(sign_in(deputy))
    assert "Waiting for your approval" in shown
    assert str(post) in shown


def test_home_takes_the_same_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    """Also of somebody who writes and stands in for an approver, where the mentor reads first: it has every list."""
    desk.house_rule(approval=Approval.MENTOR)
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    stand_in(desk.cast, deputy)
    on_the_list(desk.cast, desk.cast.officer)
    clients, counts = [sign_in(person) for person in (desk.cast.officer, desk.cast.approver, deputy)], []
    for client in clients:
        home(client)
    for _round in range(2):
        with scope(desk.municipality):
            for author in (desk.cast.officer, deputy):
                _home_of_everything(desk, author)
            emergency.publish(desk.write(time=in_hours(7)), reason=REASON, by=desk.cast.officer)
        for client in clients:
            with django_assert_max_num_queries(13) as queries:
                shown = home(client)
            counts.append(len(queries))
            assert "Goes out next" in shown
    assert counts[:3] == counts[3:]


def _home_of_everything(desk: Desk, author: Any) -> None:
    """A draft, one that came back, one that waits, one that goes out, and one whose delivery failed."""
    create(desk.municipality, by=author)
    back = submit(desk.change(create(desk.municipality, by=author), desk.draft("Враћено"), by=author), by=author)
    send_back(back, desk.version(back), by=desk.cast.approver, note="Додај сат.")
    submit(
        desk.change(create(desk.municipality, by=author), desk.draft("Чека"), time=in_hours(5), by=author), by=author
    )
    agreed = submitted(desk, hours=6)
    endorse(agreed, desk.version(agreed), by=desk.cast.mentor)
    approve(agreed, desk.version(agreed), by=desk.cast.approver)
    failed = submitted(desk, hours=8)
    Delivery.objects.filter(publication__post=failed).update(state=State.FAILED)


def test_home_cuts_each_list_in_its_own_order(desk: Desk) -> None:
    with scope(desk.municipality):
        for hours in range(12, 0, -1):
            submitted(desk, f"За {hours} сати", hours=hours)
        drafts = [desk.write(f"Нацрт {number}") for number in range(11)]
        shown = home_of(desk, desk.cast.officer)
        assert [post.excerpt for post in shown.upcoming] == [f"За {hours} сати" for hours in range(1, 11)]
        assert [post.pk for post in shown.drafts] == [post.pk for post in reversed(drafts[1:])]
        assert not shown.waiting
        assert len(home_of(desk, desk.cast.approver, own=False).waiting) == 12
