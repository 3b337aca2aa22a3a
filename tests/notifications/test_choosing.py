"""The account's page on mail, and the link in each mail that stops its kind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from django.test import Client
from django.utils.formats import time_format

from common.models import AuditEvent
from notifications import unsubscribe_links
from notifications.domain import choose
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailPreference, MailSchedule
from notifications.queries import mail_settings
from notifications.rules import ALWAYS
from notifications.views.mail import MOST_A_MINUTE
from tests.notifications.conftest import Tell, due, sent
from tests.people import Cast, sign_in

PAGE = "/accounts/notifications/"


def filled(user: Any, **changed: str) -> dict[str, str]:
    """What the page of `user` sends when nothing but `changed` is changed; an empty value leaves the field out."""
    now = mail_settings(user)
    times = {name: getattr(now.preferences, name) for name in choose.TIMES}
    fields = {
        name: "on" if value is True else time_format(value, "H:i") if value else "" for name, value in times.items()
    }
    kinds = {f"how-{kind}": how.value for kind, how in now.frequencies.items()}
    return {name: value for name, value in {**fields, **kinds, **changed}.items() if value}


def stop_address(tell: Tell, user: Any, kind: NotificationKind = NotificationKind.DECIDED) -> str:
    """The path of the link in a mail about `kind`."""
    tell(user, kind)
    (message,) = sent()
    match = re.search(r"<http://127.0.0.1:8000(/notifications/stop/[^>]+)>", message.headers["List-Unsubscribe"])
    assert match is not None
    assert match[1] in message.body
    return match[1]


def test_the_page_shows_the_defaults_of_the_roles(cast: Cast) -> None:
    page = sign_in(cast.mentor).get(PAGE).content.decode()
    assert len(re.findall(r'<option value="digest" selected>', page)) == 9
    assert page.count('name="how-') == len(NotificationKind) - len(ALWAYS)


def test_choices_are_kept_and_written_down(cast: Cast) -> None:
    body = filled(cast.officer, **{"how-comment": "digest", "quiet_from": "18:30", "quiet_weekends": "on"})
    answer = sign_in(cast.officer).post(PAGE, body)
    assert answer.status_code == 302
    now = mail_settings(cast.officer)
    assert (now.frequencies[NotificationKind.COMMENT], now.preferences.quiet_weekends) == (MailFrequency.DIGEST, True)
    assert f"{now.preferences.quiet_from:%H:%M}" == "18:30"
    assert [(wish.kind, wish.frequency) for wish in MailPreference.objects.all()] == [("comment", "digest")]
    assert AuditEvent.objects.filter(verb="account.choose_notifications", actor_id=cast.officer.pk).count() == 1


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"quiet_until": "20:00"}, "Quiet hours cannot end when they begin"),
        ({"digest_at": "soon"}, "This is not a time"),
        ({"how-comment": "always"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_explained_and_nothing_typed_is_lost(cast: Cast, changed: dict[str, str], word: str) -> None:
    answer = sign_in(cast.officer).post(PAGE, filled(cast.officer, **{"how-mention": "never", **changed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert re.search(r'name="how-mention".*?<option value="never" selected>', page, re.DOTALL)
    assert not MailPreference.objects.exists()


def test_opening_the_link_stops_nothing(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    for method in ("get", "head"):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 200
    assert "A decision about a post" in Client().get(address).content.decode()
    assert not MailPreference.objects.exists()


def test_one_click_in_the_mail_program_stops_the_kind_without_a_session(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    waiting = tell(cast.officer, NotificationKind.DECIDED)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert mail_settings(cast.officer).frequencies[NotificationKind.DECIDED] == MailFrequency.NEVER
    assert due(waiting) == ""
    assert AuditEvent.objects.get(verb="account.stop_mail").detail == {"kinds": ["decided"]}
    tell(cast.officer, NotificationKind.DECIDED)
    assert sent() == []
    tell(cast.officer, NotificationKind.SUBMITTED)
    assert len(sent()) == 1


def test_a_stopped_kind_can_be_taken_back_on_the_same_page(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    Client().post(address)
    Client().post(address, {"again": "yes"})
    assert mail_settings(cast.officer).frequencies[NotificationKind.DECIDED] == MailFrequency.AT_ONCE


def test_the_link_works_for_years_until_its_owner_voids_it(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    noon.shift(10 * 365 * 86400)
    assert Client().get(address).status_code == 200
    assert sign_in(cast.officer).post("/accounts/notifications/links/").status_code == 302
    answer = Client().post(address)
    assert answer.status_code == 410
    assert "Ова веза више не важи" in answer.content.decode()
    assert not MailPreference.objects.exists()


def test_links_that_we_did_not_make_do_nothing(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    key = MailSchedule.objects.get(user=cast.officer).key
    for token in (
        "x",
        address.split("/")[-2] + "x",
        address.split("/")[-2].replace("decided", "comment"),
        f"{cast.officer.pk}.decided.{key}:{'A' * 43}",
    ):
        assert Client().post(f"/notifications/stop/{token}/").status_code == 410
    assert not MailPreference.objects.exists()


def test_a_kind_that_no_longer_exists_makes_a_void_link_and_no_error(cast: Cast) -> None:
    token = unsubscribe_links.token(cast.officer.pk, ["carrier_pigeon"], "key")
    assert Client().get(f"/notifications/stop/{token}/").status_code == 410


def test_who_tries_links_by_the_hundred_is_asked_to_wait(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    for _try in range(MOST_A_MINUTE):
        assert Client().get(address).status_code == 200
    answer = Client().post(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert not MailPreference.objects.exists()


def test_the_page_behind_the_link_speaks_the_language_of_its_owner(cast: Cast, noon: Any, tell: Tell) -> None:
    address = stop_address(tell, cast.officer)
    cast.officer.language = "sr"
    cast.officer.save()
    answer = Client(headers={"accept-language": "en"}).get(address)
    assert answer.headers["Content-Language"] == "sr"


def test_a_summary_stops_all_kinds_that_stood_in_it(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer, NotificationKind.FEEDBACK)
    tell(cast.officer, NotificationKind.PERFORMANCE)
    noon.shift(86400)
    (message,) = sent()
    wanted = unsubscribe_links.parse_token(message.headers["List-Unsubscribe"].split("/")[-2])
    assert wanted is not None
    assert set(wanted.kinds) == {NotificationKind.FEEDBACK, NotificationKind.PERFORMANCE}
    assert "No more mail of these kinds:" in message.body
