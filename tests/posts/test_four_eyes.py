"""Ways in which one person alone could publish without a second pair of eyes, each walked over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from accounts.domain import invitations
from accounts.models import User
from common.errors import ActionNotAllowed
from municipalities.domain import deciders, members
from municipalities.enums import Role
from municipalities.models import (  # type: ignore[attr-defined]
    Delegation,
    EmergencyRight,
    Membership,
    MembershipEvent,
    Municipality,
)
from municipalities.queries import access, today
from municipalities.rules import Verb
from posts.editing.domain.submit import submit
from posts.models import Post
from posts.queries import publications
from posts.review.domain import emergency
from posts.review.domain.approve import LEAVE, approve
from posts.scheduling.domain.schedule import move, publish_now
from tests.people import Cast, person, sign_in
from tests.posts.deciders import member
from tests.posts.desk import Desk, in_hours

RULES = {
    "approval": "one",
    "emergency_review_hours": "24",
    "primary_script": "Cyrl",
    "move_window_hours": "24",
    "not_after_minutes": "120",
    "reason": "The colleague is on holiday this week.",
}
SAVE = "/m/cuprija/settings/rules/save/"


def own_post(desk: Desk, by: User) -> Post:
    """A draft that `by` wrote alone."""
    post = desk.write()
    Post.objects.filter(pk=post.pk).update(author=by)
    return desk.change(desk.reload(post), desk.draft("Вода је исправна."), by=by)


def may_go_out(desk: Desk, post: Post, by: User) -> bool:
    """Whether `by` can send the post as it stands."""
    try:
        publish_now(desk.reload(post), by=by)
    except ActionNotAllowed:
        return False
    return bool(publications(post))


def accept(email: str) -> User:
    """The person behind a new address opens the link of their invitation."""
    invitation = invitations.Invitation.objects.get(email=email)
    return invitations.accept(invitation, name="Second Address", password="a long enough password", language="en")


@pytest.fixture
def colleague(desk: Desk) -> User:
    """Another approver, who agreed to nothing."""
    return member(desk.cast, "colleague")


@pytest.mark.parametrize("who", ["approver", "administrator"])
def test_nobody_switches_approval_off_alone(desk: Desk, colleague: User, who: str) -> None:
    client = sign_in(getattr(desk.cast, who))
    post = own_post(desk, desk.cast.approver)
    assert client.post(SAVE, {**RULES, "approval": "none"}).status_code == 302
    assert Municipality.objects.get(slug="cuprija").approval == "one"
    assert not may_go_out(desk, post, desk.cast.approver)


def test_nobody_allows_themselves_to_approve_their_own_words(desk: Desk, colleague: User) -> None:
    post = submit(own_post(desk, desk.cast.approver), by=desk.cast.approver)
    sign_in(desk.cast.approver).post(SAVE, {**RULES, "may_approve_own": "on"})
    assert Municipality.objects.get(slug="cuprija").may_approve_own is False
    with pytest.raises(ActionNotAllowed):
        approve(desk.reload(post), desk.version(post), by=desk.cast.approver, threads=LEAVE)


def test_nobody_widens_the_window_in_which_a_post_may_move_alone(desk: Desk, colleague: User) -> None:
    post = submit(desk.write(time=in_hours(120)), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver, threads=LEAVE)
    sign_in(desk.cast.approver).post(SAVE, {**RULES, "move_window_hours": "336"})
    assert Municipality.objects.get(slug="cuprija").move_window_hours == 24
    moved = desk.reload(post)
    move(moved, in_hours(2), by=desk.cast.approver)
    assert desk.reload(post).stage != "approved"


@pytest.mark.parametrize(
    ("before", "field", "value"),
    [
        ({"answers_need_approval": True}, "answers_need_approval", ""),
        ({"emergency_review_hours": 24}, "emergency_review_hours", "168"),
        ({"approval": "two"}, "approval", "one"),
        ({"approval": "mentor"}, "approval", "one"),
    ],
)
def test_no_decision_rule_becomes_weaker_at_once(
    desk: Desk, colleague: User, before: dict[str, Any], field: str, value: str
) -> None:
    desk.house_rule(**before)
    unchanged = getattr(desk.municipality, field)
    stands = {**RULES, **{name: str(setting) for name, setting in before.items()}}
    assert sign_in(desk.cast.approver).post(SAVE, {**stands, field: value}).status_code == 302
    assert getattr(Municipality.objects.get(slug="cuprija"), field) == unchanged


@pytest.mark.parametrize("who", ["approver", "administrator"])
def test_a_second_address_of_the_same_person_does_not_approve_within_minutes(
    desk: Desk, colleague: User, who: str
) -> None:
    body = {"email": "me.too@test.example", "role": "approver", "language": "en"}
    assert sign_in(getattr(desk.cast, who)).post("/m/cuprija/members/invite/", body).status_code == 302
    second = accept("me.too@test.example")
    post = submit(own_post(desk, desk.cast.approver), by=desk.cast.approver)
    assert not access(second, desk.municipality).may(Verb.POST_APPROVE)
    with pytest.raises(ActionNotAllowed):
        approve(desk.reload(post), desk.version(post), by=second, threads=LEAVE)
    client = sign_in(second)
    assert client.post(SAVE, {**RULES, "approval": "none"}).status_code == 403
    assert client.post("/m/cuprija/members/invite/", {**body, "email": "third@test.example"}).status_code == 403
    emergency_list = {"user": str(desk.cast.officer.pk)}
    assert client.post("/m/cuprija/settings/deciding/emergency/", emergency_list).status_code == 403


def test_a_second_account_made_an_approver_by_its_role_does_not_approve(desk: Desk, colleague: User) -> None:
    puppet = member(desk.cast, "puppet", Role.OFFICER)
    row = Membership.objects.get(user=puppet)
    sign_in(desk.cast.approver).post(f"/m/cuprija/members/{row.pk}/", {"role": "approver"})
    post = submit(own_post(desk, desk.cast.approver), by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        approve(desk.reload(post), desk.version(post), by=puppet, threads=LEAVE)


@pytest.mark.parametrize("who", ["approver", "administrator"])
def test_nobody_publishes_as_an_emergency_after_putting_themselves_on_the_list(
    desk: Desk, colleague: User, who: str
) -> None:
    client = sign_in(getattr(desk.cast, who))
    body = {"user": str(desk.cast.approver.pk)}
    assert client.post("/m/cuprija/settings/deciding/emergency/", body).status_code == 302
    post = own_post(desk, desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        emergency.publish(post, reason="Burst water main in the centre", by=desk.cast.approver)


@pytest.mark.parametrize("who", ["approver", "administrator"])
def test_the_right_of_a_colleague_is_not_lent_behind_their_back(desk: Desk, colleague: User, who: str) -> None:
    puppet = member(desk.cast, "puppet", Role.OFFICER)
    day = today().isoformat()
    body = {"approver": str(colleague.pk), "to": str(puppet.pk), "starts_on": day, "ends_on": day}
    client = sign_in(getattr(desk.cast, who))
    assert client.post("/m/cuprija/settings/deciding/delegate/", body).status_code == 302
    assert Delegation.objects.get().delegate == puppet
    post = submit(own_post(desk, desk.cast.approver), by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        approve(desk.reload(post), desk.version(post), by=puppet, threads=LEAVE)


@pytest.mark.parametrize("away", ["end", "role", "deactivate"])
def test_an_administrator_does_not_send_the_approvers_away_to_become_the_first_one(desk: Desk, away: str) -> None:
    administrator = sign_in(desk.cast.administrator)
    row = Membership.objects.get(user=desk.cast.approver)
    MembershipEvent.objects.update(pgh_created_at=timezone.now() - timedelta(days=90))  # they have decided for long
    if away == "deactivate":
        administrator.post(f"/installation/people/{desk.cast.approver.pk}/deactivate/")
        assert not User.objects.get(pk=desk.cast.approver.pk).is_active
    else:
        path = f"/m/cuprija/members/{row.pk}/" + ("end/" if away == "end" else "")
        assert administrator.post(path, {"role": "officer"}).status_code == 302
    administrator.post(SAVE, {**RULES, "approval": "none"})
    assert Municipality.objects.get(slug="cuprija").approval == "one"
    puppet = person("puppet")
    members.join(puppet, desk.municipality, Role.APPROVER, by=desk.cast.administrator)
    assert not access(puppet, desk.municipality).may(Verb.POST_APPROVE)


def test_what_the_list_of_emergencies_holds_stays_in_force(desk: Desk, colleague: User) -> None:
    """The other side: who has been on the list publishes, as before."""
    EmergencyRight.objects.create(municipality=desk.municipality, user=desk.cast.officer, by=colleague)
    emergency.publish(desk.write(), reason="Burst water main in the centre", by=desk.cast.officer)


def test_the_first_approver_of_a_municipality_decides_at_once(cast: Cast) -> None:
    newcomer = person("newcomer")
    members.join(newcomer, cast.novi_pazar, Role.APPROVER, by=cast.administrator)
    assert access(newcomer, cast.novi_pazar).may(Verb.POST_APPROVE)


def test_who_lends_their_own_right_lends_it_at_once(desk: Desk, colleague: User) -> None:
    deciders.delegate(
        desk.municipality, approver=colleague, to=desk.cast.officer, starts_on=today(), ends_on=today(), by=colleague
    )
    assert access(desk.cast.officer, desk.municipality).may(Verb.POST_APPROVE)
