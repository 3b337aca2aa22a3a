"""Coming by invitation: the link, the account it makes, and every way in which it does not work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.domain import invitations
from accounts.models import Invitation, User
from common.models import AuditEvent, MailMessage
from municipalities.models import Membership, Pairing
from tests.people import Cast, sign_in

NEW = "jelena@test.example"
ANSWERS = {"name": "Jelena", "password": "kisa lampa sedam brod", "again": "kisa lampa sedam brod"}


def invite(cast: Cast, *grants: dict[str, Any], email: str = NEW, language: str = "en", by: User | None = None) -> str:
    """The path of a new invitation."""
    rights = list(grants) or [{"kind": "membership", "municipality": "cuprija", "role": "officer"}]
    link = invitations.invite(email, rights, by=by or cast.approver, language=language)  # type: ignore[arg-type]
    return link[link.index("/accounts/") :]


def test_a_new_person_gets_an_account_the_promised_role_and_is_signed_in(cast: Cast) -> None:
    path, client = invite(cast), Client()
    page = client.get(path)
    assert "Approver invites jelena@test.example" in page.text
    assert "Communications officer, Ćuprija" in page.text
    answer = client.post(path, ANSWERS)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    user = User.objects.get(email=NEW)
    assert user.check_password(ANSWERS["password"])
    assert client.get("/m/cuprija/posts/").status_code == 200
    assert list(user.memberships.values_list("role", "municipality__slug")) == [("officer", "cuprija")]
    assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]
    verbs = AuditEvent.objects.filter(actor_id=user.pk).values_list("verb", flat=True)
    assert {"invitation.accept", "account.sign_in"} <= set(verbs)


def test_the_mail_is_in_the_chosen_language_and_its_link_works(cast: Cast) -> None:
    invite(cast, language="en")
    mail = MailMessage.objects.get()
    assert mail.subject == "You are invited to Dobošar"
    match = re.search(r"/accounts/invitation/\S+", mail.body)
    assert match is not None
    assert Client().get(match[0]).status_code == 200
    invite(cast, language="sr", email="other@test.example")
    assert "Ћуприја" in MailMessage.objects.get(to="other@test.example").body


def test_the_row_holds_no_token(cast: Cast) -> None:
    token = invite(cast).rstrip("/").rpartition("/")[2]
    row = Invitation.objects.get()
    assert token not in str(vars(row))
    assert len(token) >= 43  # 256 bits


def test_an_invitation_works_once(cast: Cast) -> None:
    path = invite(cast)
    Client().post(path, ANSWERS)
    again = Client().post(path, ANSWERS)
    assert again.status_code == 410
    assert "used already" in again.text
    assert User.objects.filter(email=NEW).count() == 1


def test_an_invitation_expires(cast: Cast, settings: Any) -> None:
    path = invite(cast)
    with time_machine.travel(timezone.now() + timedelta(days=settings.INVITATION_DAYS, minutes=1)):
        page = Client().post(path, ANSWERS)
    assert page.status_code == 410
    assert "has expired" in page.text
    assert not User.objects.filter(email=NEW).exists()


def test_a_revoked_invitation_says_so(cast: Cast) -> None:
    path = invite(cast)
    invitations.revoke(Invitation.objects.get(), by=cast.approver)
    page = Client().get(path)
    assert (page.status_code, "no longer holds" in page.text) == (410, True)


def test_a_used_invitation_cannot_be_revoked(cast: Cast) -> None:
    Client().post(invite(cast), ANSWERS)
    invitations.revoke(Invitation.objects.get(), by=cast.approver)
    assert Invitation.objects.get().revoked_at is None


def test_a_second_invitation_to_the_same_replaces_the_first(cast: Cast) -> None:
    first, second = invite(cast), invite(cast)
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


def test_a_wrong_link_says_so(db: None) -> None:
    page = Client().get("/accounts/invitation/nothing/")
    assert page.status_code == 404
    assert "We do not know this invitation" in page.text or "позив" in page.text.lower()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"again": "something else entirely"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "password1234", "again": "password1234"}, "Others guess"),
        ({"password": "jelena@test.example", "again": "jelena@test.example"}, "too similar"),
        ({"name": "  "}, "required"),
    ],
)
def test_a_bad_answer_makes_no_account(cast: Cast, answers: dict[str, str], words: str) -> None:
    client = Client(headers={"accept-language": "en"})
    page = client.post(invite(cast), {**ANSWERS, **answers})
    assert page.status_code == 422
    assert words in page.text
    assert not User.objects.filter(email=NEW).exists()


def test_somebody_with_an_account_who_is_signed_in_just_accepts(cast: Cast) -> None:
    path, client = invite(cast, email=cast.stranger.email), sign_in(cast.stranger)
    assert "Password" not in client.get(path).text.split("<main", 1)[1]
    assert client.post(path).headers["Location"] == "/"
    assert Membership.objects.filter(user=cast.stranger, municipality=cast.cuprija, role="officer").exists()


def test_somebody_with_an_account_who_is_signed_out_is_sent_to_sign_in(cast: Cast) -> None:
    path = invite(cast, email=cast.stranger.email)
    page = Client().get(path)
    assert "There is an account with this address already" in page.text
    assert f"/accounts/login/?next={path}" in page.text
    assert Client().post(path, ANSWERS).status_code == 200
    assert not Membership.objects.filter(user=cast.stranger, municipality=cast.cuprija).exists()


def test_another_person_cannot_use_the_invitation(cast: Cast) -> None:
    path, client = invite(cast), sign_in(cast.stranger)
    page = client.post(path, ANSWERS)
    assert "You are signed in as stranger@test.example" in page.text
    assert Invitation.objects.get().accepted_at is None


def test_a_switched_off_account_cannot_accept(cast: Cast) -> None:
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    page = Client().get(invite(cast, email=cast.stranger.email))
    assert (page.status_code, "switched off" in page.text) == (410, True)


def test_one_invitation_may_give_several_rights(cast: Cast) -> None:
    day = timezone.localdate().isoformat()
    cast.programme.staff.add(cast.administrator)
    path = invite(
        cast,
        {"kind": "pairing", "municipality": "cuprija", "starts_on": day, "ends_on": ""},
        {"kind": "programme_staff", "programme": cast.programme.pk},
        {"kind": "administrator"},
        by=cast.administrator,
    )
    Client().post(path, ANSWERS)
    user = User.objects.get(email=NEW)
    assert user.is_administrator
    assert cast.programme.staff.filter(pk=user.pk).exists()
    assert Pairing.objects.filter(mentor=user, municipality=cast.cuprija).exists()


def test_sign_up_without_an_invitation_is_closed(db: None) -> None:
    answers = {"email": NEW, "password1": ANSWERS["password"], "password2": ANSWERS["password"]}
    for page in (Client().get("/accounts/signup/"), Client().post("/accounts/signup/", answers)):
        assert page.status_code == 200
        assert "password1" not in page.text
    assert not User.objects.filter(email=NEW).exists()


def test_the_first_administrator_comes_by_a_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_administrator", NEW, language="en", skip_checks=True)
    link = capsys.readouterr().out.strip()
    client = Client()
    path = link[link.index("/accounts/") :]
    assert "Administrator of the installation" in client.get(path).text
    client.post(path, ANSWERS)
    assert User.objects.get(email=NEW).is_administrator
    assert client.get("/installation/people/").status_code == 200


def test_the_command_refuses_what_is_no_address(db: None) -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("create_administrator", "nobody", skip_checks=True)
