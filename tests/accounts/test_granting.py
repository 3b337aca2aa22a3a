"""A permission that somebody else granted takes effect only while that person may still grant it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone

from accounts.domain import invitations
from accounts.domain import people as accounts
from accounts.models import Invitation, User
from common.models import AuditEvent
from municipalities.domain import members, programme
from municipalities.models import Enrolment, Membership, Municipality, Pairing, Programme
from tests.people import Cast, person, sign_in

SECOND = "second.address@test.example"
ANSWERS = {"name": "Second", "password": "kisa lampa sedam brod", "again": "kisa lampa sedam brod"}
APPROVER = {"kind": "membership", "municipality": "cuprija", "role": "approver"}

Loss = Callable[[Cast], None]


def path(link: str) -> str:
    return link[link.index("/accounts/") :]


def invite(by: User | None, *grants: dict[str, Any], email: str = SECOND) -> str:
    """The path of a new invitation, made as the views make it."""
    return path(invitations.invite(email, list(grants), by=by, language="en"))  # type: ignore[arg-type]


def pairing(slug: str = "cuprija") -> dict[str, Any]:
    return {"kind": "pairing", "municipality": slug, "starts_on": timezone.localdate().isoformat(), "ends_on": ""}


def membership_of(user: User) -> Membership:
    return Membership.objects.running().get(user=user)


def open_and_accept(link: str) -> str:
    """Open the link and answer it as a newcomer does; the page that came back."""
    client = Client(headers={"accept-language": "en"})
    assert client.get(link).status_code == 410
    answer = client.post(link, ANSWERS)
    assert answer.status_code == 410
    return answer.text


def nothing_was_granted() -> bool:
    return not User.objects.filter(email=SECOND).exists()


# ---- the exploit of the report


def test_an_approver_who_was_dismissed_does_not_come_back_under_a_second_address(cast: Cast) -> None:
    """Membership ended, account deactivated: the link in the second mailbox made an approver all the same."""
    sign_in(cast.approver).post(
        "/m/cuprija/members/invite/", {"email": SECOND, "role": "approver", "language": "en", "name": ""}
    )
    from common.models import MailMessage

    body = MailMessage.objects.get(to=SECOND).body
    link = path(body[body.index("http") :].split()[0])
    boss = sign_in(cast.administrator)
    boss.post(f"/m/cuprija/members/{membership_of(cast.approver).pk}/end/")
    boss.post(f"/installation/people/{cast.approver.pk}/deactivate/")
    assert not User.objects.get(pk=cast.approver.pk).is_active
    page = open_and_accept(link)
    assert nothing_was_granted()
    assert "may no longer give this right" in page
    assert "Ask" in page


# ---- its variants: whoever lost the right, in whatever way


def end_membership(cast: Cast) -> None:
    members.end(membership_of(cast.approver), by=cast.administrator)


def to_officer(cast: Cast) -> None:
    members.change_role(membership_of(cast.approver), "officer", by=cast.administrator)


def deactivate(name: str) -> Loss:
    return lambda cast: accounts.deactivate(getattr(cast, name), by=person("other", is_administrator=True))


def no_administrator(cast: Cast) -> None:
    accounts.end_administrator(cast.administrator, by=person("other", is_administrator=True))


def behind_the_back(cast: Cast) -> None:
    """The rows changed without a verb (by hand, by a restored backup), so that no sweep ran."""
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())


def inactive_behind_the_back(cast: Cast) -> None:
    User.objects.filter(pk=cast.approver.pk).update(is_active=False)


def no_staff(cast: Cast) -> None:
    programme.end_staff(cast.programme, cast.staff, by=cast.administrator)


def no_staff_behind_the_back(cast: Cast) -> None:
    cast.programme.staff.remove(cast.staff)


def municipality_left(cast: Cast) -> None:
    for row in Enrolment.objects.filter(municipality=cast.cuprija):
        programme.end_enrolment(row, timezone.localdate() - timedelta(days=1), by=cast.staff)


def workspace_closed(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(joined_on=None)


@pytest.mark.parametrize(
    ("inviter", "grant", "loss"),
    [
        ("approver", APPROVER, end_membership),
        ("approver", APPROVER, to_officer),
        ("approver", APPROVER, deactivate("approver")),
        ("approver", APPROVER, behind_the_back),
        ("approver", APPROVER, inactive_behind_the_back),
        ("approver", APPROVER, workspace_closed),
        ("administrator", APPROVER, no_administrator),
        ("administrator", {"kind": "administrator"}, no_administrator),
        ("administrator", {"kind": "administrator"}, deactivate("administrator")),
        ("administrator", {"kind": "programme_staff"}, no_administrator),
        ("staff", {"kind": "trainer"}, no_staff),
        ("staff", {"kind": "trainer"}, no_staff_behind_the_back),
        ("staff", {"kind": "trainer"}, deactivate("staff")),
        ("staff", {"kind": "pairing"}, no_staff),
        ("staff", {"kind": "pairing"}, municipality_left),
    ],
)
def test_an_invitation_gives_nothing_once_the_inviter_lost_the_right(
    cast: Cast, inviter: str, grant: dict[str, Any], loss: Loss
) -> None:
    asked = dict(grant)
    if grant["kind"] in ("trainer", "programme_staff"):
        asked["programme"] = cast.programme.pk
    if grant["kind"] == "pairing":
        asked = pairing()
    link = invite(getattr(cast, inviter), asked)
    assert Client().get(link).status_code == 200  # it would have worked before
    loss(cast)
    open_and_accept(link)
    assert nothing_was_granted()
    row = Invitation.objects.get()
    assert (row.state().value, row.accepted_at) == ("stopped", None)
    assert AuditEvent.objects.filter(verb="invitation.stop", target_id=str(row.pk)).count() == 1


@pytest.mark.parametrize(
    ("inviter", "grant"),
    [
        ("officer", APPROVER),
        ("stranger", APPROVER),
        ("viewer", {**APPROVER, "role": "viewer"}),
        ("staff", APPROVER),
        ("mentor", APPROVER),
        ("approver", {"kind": "administrator"}),
        ("approver", {**APPROVER, "municipality": "novi-pazar"}),
        ("approver", {**APPROVER, "municipality": "nowhere"}),
        ("approver", {"kind": "pairing"}),
        ("administrator", {"kind": "pairing"}),
        ("staff", {"kind": "programme_staff"}),
        ("staff", {"kind": "trainer", "programme": 0}),
        ("trainer", {"kind": "trainer"}),
        (None, APPROVER),
        (None, {"kind": "programme_staff"}),
        (None, {"kind": "trainer"}),
        (None, {"kind": "pairing"}),
    ],
)
def test_a_crafted_grant_gives_nothing(cast: Cast, inviter: str | None, grant: dict[str, Any]) -> None:
    """The inviter never had the right: the row was written some other way than by the pages."""
    asked = pairing() if grant["kind"] == "pairing" else {"programme": cast.programme.pk, **grant}
    link = "crafted-token"
    Invitation.objects.create(
        email=SECOND,
        language="en",
        token_hash=invitations.hashed(link),
        grants=[asked],
        invited_by=getattr(cast, inviter) if inviter else None,
        expires_at=timezone.now() + timedelta(days=1),
    )
    open_and_accept(f"/accounts/invitation/{link}/")
    assert nothing_was_granted()


def test_of_several_grants_all_have_to_hold(cast: Cast) -> None:
    link = invite(cast.approver, APPROVER, {"kind": "administrator"})
    open_and_accept(link)
    assert nothing_was_granted()


def test_somebody_with_an_account_gets_nothing_either(cast: Cast) -> None:
    link, client = invite(cast.approver, APPROVER, email=cast.stranger.email), sign_in(cast.stranger)
    behind_the_back(cast)
    assert client.post(link).status_code == 410
    assert not Membership.objects.filter(user=cast.stranger, municipality=cast.cuprija).exists()


@pytest.mark.parametrize("known", [True, False])
def test_the_verbs_refuse_whatever_page_calls_them(cast: Cast, known: bool) -> None:
    email = cast.stranger.email if known else SECOND
    invite(cast.approver, APPROVER, email=email)
    row = Invitation.objects.get()
    behind_the_back(cast)
    accept = {
        True: lambda: invitations.accept_as(row, cast.stranger),
        False: lambda: invitations.accept(row, name="Second", password=ANSWERS["password"], language="en"),
    }
    with pytest.raises(invitations.Unusable):
        accept[known]()
    assert nothing_was_granted()
    assert not Membership.objects.filter(user=cast.stranger, municipality=cast.cuprija).exists()
    # The refusal is written down although everything else of the attempt was undone.
    row.refresh_from_db()
    assert row.state().value == "stopped"
    event = AuditEvent.objects.get(verb="invitation.stop")
    assert (event.municipality_id, event.actor_id) == (cast.cuprija.pk, None)


# ---- what still works


def test_another_right_than_the_one_lost_keeps_the_invitation(cast: Cast) -> None:
    """An approver who is an administrator too may still invite when the membership ends."""
    User.objects.filter(pk=cast.approver.pk).update(is_administrator=True)
    link = invite(cast.approver, APPROVER)
    end_membership(cast)
    assert Client().post(link, ANSWERS).status_code == 302
    assert Membership.objects.running().filter(user__email=SECOND, role="approver").exists()


def test_an_administrator_who_comes_by_the_command_needs_nobody(cast: Cast) -> None:
    link = path(invitations.first_administrator(SECOND, "en"))
    accounts.deactivate(cast.administrator, by=person("other", is_administrator=True))
    assert Client().post(link, ANSWERS).status_code == 302
    assert User.objects.get(email=SECOND).is_administrator


def test_those_who_hold_the_right_give_it(cast: Cast) -> None:
    asked: list[tuple[User, dict[str, Any]]] = [
        (cast.approver, APPROVER),
        (cast.administrator, {**APPROVER, "role": "viewer"}),
        (cast.administrator, {"kind": "administrator"}),
        (cast.administrator, {"kind": "programme_staff", "programme": cast.programme.pk}),
        (cast.staff, {"kind": "trainer", "programme": cast.programme.pk}),
        (cast.staff, pairing()),
    ]
    for number, (by, grant) in enumerate(asked):
        link = invite(by, grant, email=f"new{number}@test.example")
        assert Client().post(link, ANSWERS).status_code == 302
    assert Pairing.objects.filter(mentor__email="new5@test.example").exists()
    assert Programme.objects.get().trainers.filter(email="new4@test.example").exists()
