"""Telling people: rows of the transaction that is told about, each in the person's language."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from notifications.domain.notify import notify
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import Notification
from tests.people import Cast

URL = "/m/cuprija/posts/7/#thread-3"


def build_text() -> tuple[str, str]:
    return gettext("Name"), "…"


def notify_people(
    cast: Cast, *people: Any, kind: NotificationKind = NotificationKind.COMMENT, **fields: Any
) -> list[Notification]:
    return notify(kind, people, **{"municipality": cast.cuprija, "url": URL, "build_text": build_text, **fields})


def test_each_person_is_told_once_and_in_their_own_language(cast: Cast) -> None:
    cast.officer.language = "sr"
    cast.officer.save()
    notify_people(cast, cast.officer, cast.approver, cast.officer)
    subjects = {row.user: (row.language, row.subject) for row in Notification.objects.all()}
    assert subjects == {cast.officer: ("sr", "Име"), cast.approver: ("en", "Name")}


def test_who_did_it_and_who_is_switched_off_is_not_told(cast: Cast) -> None:
    cast.viewer.is_active = False
    notify_people(cast, cast.officer, cast.viewer, cast.mentor, by=cast.mentor)
    assert [row.user for row in Notification.objects.all()] == [cast.officer]


def test_what_is_undone_was_told_to_nobody(cast: Cast) -> None:
    with transaction.atomic():
        notify_people(cast, cast.officer)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "posts/7/"]
)
def test_a_link_out_of_the_portal_is_refused(cast: Cast, url: str) -> None:
    with pytest.raises(ValueError, match="not a path of the portal"):
        notify_people(cast, cast.officer, url=url)


def test_a_subject_is_one_line_and_fits(cast: Cast) -> None:
    notify_people(cast, cast.officer, build_text=lambda: ("one\r\nBcc: all@example.org " + "x" * 400, "body"))
    subject = Notification.objects.get().subject
    assert subject.startswith("one Bcc: all@example.org xxx")
    assert len(subject) == 300


def test_eight_people_cost_as_many_queries_as_one(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as one:
        notify_people(cast, cast.officer)
    with CaptureQueriesContext(connection) as many:
        notify_people(cast, *cast.everyone().values())
    assert len(one) == len(many) == 7


@pytest.mark.parametrize(
    ("who", "kind", "how"),
    [
        ("officer", NotificationKind.DECIDED, MailFrequency.AT_ONCE),
        ("approver", NotificationKind.SUBMITTED, MailFrequency.AT_ONCE),
        ("mentor", NotificationKind.MENTION, MailFrequency.AT_ONCE),
        ("mentor", NotificationKind.MOVED, MailFrequency.DIGEST),
        ("officer", NotificationKind.PERFORMANCE, MailFrequency.DIGEST),
        ("viewer", NotificationKind.COMMENT, MailFrequency.DIGEST),
        ("staff", NotificationKind.COMMENT, MailFrequency.DIGEST),
        ("staff", NotificationKind.EMERGENCY, MailFrequency.AT_ONCE),
    ],
)
def test_the_default_depends_on_the_role(cast: Cast, who: str, kind: NotificationKind, how: MailFrequency) -> None:
    (row,) = notify_people(cast, getattr(cast, who), kind=kind)
    assert row.mail_frequency == how


def test_two_roles_get_the_quicker_of_their_defaults(cast: Cast) -> None:
    cast.programme.staff.add(cast.officer)
    (row,) = notify_people(cast, cast.officer)
    assert row.mail_frequency == MailFrequency.AT_ONCE
