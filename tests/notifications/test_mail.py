"""The mail about notifications: when it leaves, what goes together, and what makes none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from django.core import mail as django_mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common import mail
from common.models import MailMessage
from municipalities.models import Membership, Pairing
from notifications.domain import choose, read
from notifications.domain.send import send_due
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailSchedule, Notification
from notifications.queries import mail_settings
from tests.notifications.conftest import Tell, belgrade, due, sent
from tests.people import Cast, person


def wish(user: Any, *, hows: dict[NotificationKind, MailFrequency] | None = None, **times: Any) -> None:
    """Choose what the page of the account would."""
    now = mail_settings(user)
    unchanged = {name: getattr(now.preferences, name) for name in choose.TIMES}
    choose.choose(user, times={**unchanged, **times}, frequencies={**now.frequencies, **(hows or {})})


def test_a_decision_is_mailed_at_once_with_a_link_to_the_very_place(cast: Cast, noon: Any, tell: Tell) -> None:
    row = tell(cast.officer)
    (message,) = sent()
    assert (message.to, message.subject) == ("officer@test.example", "Decided")
    assert message.body.startswith(f"It was approved.\n\nhttp://127.0.0.1:8000/notifications/{row.pk}/open/\n\n-- \n")
    assert "This mail is about: A decision about a post." in message.body
    row.refresh_from_db()
    assert (row.mail_due_at, row.mailed_at) == (None, timezone.now())
    assert sent() == []


def test_several_comments_within_minutes_make_one_mail(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer, NotificationKind.COMMENT, "First", body="Shorter, please.")
    assert sent() == []
    noon.shift(60)
    tell(cast.officer, NotificationKind.SUGGESTION, "Second", body="Try this.")
    tell(cast.officer, NotificationKind.COMMENT, "Of another post", about="posts.post:8")
    noon.shift(60)
    (message,) = sent()
    assert message.subject == "Second (and 1 more)"
    assert message.body.index("Shorter, please.") < message.body.index("Try this.")
    assert "Of another post" not in message.body
    noon.shift(60)
    (other,) = sent()
    assert other.subject == "Of another post"


def test_in_quiet_hours_mail_waits_and_comes_in_the_morning(cast: Cast, noon: Any, tell: Tell) -> None:
    noon.move_to(belgrade("2026-11-25 21:00"))
    row = tell(cast.officer)
    assert due(row) == "Thu 26 07:00"
    assert sent() == []
    noon.move_to(belgrade("2026-11-26 06:59"))
    assert sent() == []
    noon.move_to(belgrade("2026-11-26 07:00"))
    assert [message.subject for message in sent()] == ["Decided"]


def test_after_a_busy_night_there_is_one_list_instead_of_ten_mails(cast: Cast, noon: Any, tell: Tell) -> None:
    noon.move_to(belgrade("2026-11-25 21:00"))
    for number in range(10):
        tell(cast.officer, subject=f"Post {number} was decided", about=f"posts.post:{number}")
    noon.move_to(belgrade("2026-11-26 07:00"))
    (message,) = sent()
    assert message.subject == "Post 9 was decided (and 9 more)"
    assert all(f"Post {number} was decided" in message.body for number in range(10))


def test_an_emergency_comes_at_night_by_itself_and_also_when_it_was_read(cast: Cast, noon: Any, tell: Tell) -> None:
    noon.move_to(belgrade("2026-11-25 23:00"))
    row = tell(cast.approver, NotificationKind.EMERGENCY, "Flood warning")
    read.mark_read(cast.approver, [row.pk])
    (message,) = sent()
    assert message.subject == "Flood warning"


def test_what_was_read_in_the_portal_meanwhile_is_not_mailed(cast: Cast, noon: Any, tell: Tell) -> None:
    row = tell(cast.officer, NotificationKind.COMMENT)
    read.mark_read(cast.officer, [row.pk])
    noon.shift(300)
    assert sent() == []
    row.refresh_from_db()
    assert (row.mail_due_at, row.mailed_at) == (None, None)


def test_the_summary_comes_once_a_day_with_everything_new(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer, NotificationKind.PERFORMANCE, "A post was seen 1,200 times", about="posts.post:1")
    noon.shift(3600)
    tell(cast.officer, NotificationKind.FEEDBACK, "Your mentor filled in the rubric", about="posts.post:2")
    assert sent() == []
    noon.move_to(belgrade("2026-11-26 08:00"))
    (message,) = sent()
    assert message.subject == "Your daily summary: 2 notifications"
    assert "ĆUPRIJA" in message.body
    noon.shift(60)
    tell(cast.officer, NotificationKind.FEEDBACK, "Later", about="posts.post:3")
    assert sent() == []
    noon.move_to(belgrade("2026-11-27 07:59"))
    assert sent() == []
    noon.move_to(belgrade("2026-11-27 08:00"))
    assert [message.subject for message in sent()] == ["Your daily summary: 1 notification"]
    noon.move_to(belgrade("2026-11-28 08:00"))
    assert sent() == []


@pytest.mark.parametrize(("day", "next_day"), [("2026-03-28", "2026-03-29"), ("2026-10-24", "2026-10-25")])
def test_the_summary_comes_once_when_the_clock_jumps(
    cast: Cast, noon: Any, tell: Tell, day: str, next_day: str
) -> None:
    noon.move_to(belgrade(f"{day} 12:00"))
    Pairing.objects.update(starts_on=timezone.localdate())
    tell(cast.officer, NotificationKind.FEEDBACK)
    times = []
    noon.move_to(belgrade(f"{next_day} 00:00"))
    for _half_hour in range(50):
        times += [f"{timezone.localtime():%H:%M}" for _message in sent()]
        noon.shift(1800)
    assert times == ["08:00"]


def test_a_worker_that_was_away_sends_the_summary_late_but_once(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer, NotificationKind.FEEDBACK)
    noon.move_to(belgrade("2026-11-26 11:17"))
    assert len(sent()) == 1
    assert sent() == []


def test_each_person_reads_the_mail_in_their_own_language(cast: Cast, noon: Any, tell: Tell) -> None:
    cast.officer.language = "sr"
    cast.officer.save()
    noon.move_to(belgrade("2026-11-25 21:00"))
    for number in range(5):
        tell(cast.officer, subject=f"Објава {number}", about=f"posts.post:{number}")
        tell(cast.approver, subject=f"Post {number}", about=f"posts.post:{number}")
    noon.move_to(belgrade("2026-11-26 07:00"))
    bodies = {message.to: message.body for message in sent()}
    assert "ЋУПРИЈА" in bodies["officer@test.example"]
    assert "ĆUPRIJA" in bodies["approver@test.example"]


@pytest.mark.parametrize("role", ["officer", "mentor"])
def test_after_access_has_ended_nothing_is_mailed(cast: Cast, noon: Any, tell: Tell, role: str) -> None:
    row = tell(getattr(cast, role), NotificationKind.COMMENT, "A secret draft", body="The mayor resigns.")
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    Pairing.objects.update(ends_on=belgrade("2026-11-24 00:00").date())
    noon.shift(300)
    assert sent() == []
    row.refresh_from_db()
    assert (row.mail_due_at, row.mailed_at) == (None, None)


def test_staff_of_the_programme_are_not_mailed_the_drafts_that_they_may_not_read(
    cast: Cast, noon: Any, tell: Tell
) -> None:
    wish(cast.staff, hows=dict.fromkeys(NotificationKind, MailFrequency.AT_ONCE))
    tell(cast.staff, NotificationKind.DECIDED, "A draft")
    tell(cast.staff, NotificationKind.EMERGENCY, "Of a public post")
    assert [message.subject for message in sent()] == ["Of a public post"]


def test_somebody_whose_account_was_switched_off_gets_no_mail(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer)
    cast.officer.is_active = False
    cast.officer.save()
    assert sent() == []


def test_a_choice_holds_for_what_still_waits(cast: Cast, noon: Any, tell: Tell) -> None:
    noon.move_to(belgrade("2026-11-25 21:00"))
    first, second, third = (
        tell(cast.officer, kind)
        for kind in (NotificationKind.DECIDED, NotificationKind.COMMENT, NotificationKind.FEEDBACK)
    )
    wish(
        cast.officer,
        hows={NotificationKind.COMMENT: MailFrequency.NEVER, NotificationKind.FEEDBACK: MailFrequency.AT_ONCE},
        has_quiet_hours=False,
    )
    assert (due(first), due(second), due(third)) == ("Wed 25 21:00", "", "Wed 25 21:00")


def test_a_choice_that_is_the_default_of_the_role_follows_the_role(cast: Cast) -> None:
    wish(cast.viewer, hows={NotificationKind.MENTION: MailFrequency.DIGEST})
    Membership.objects.filter(user=cast.viewer).update(role="officer")
    now = mail_settings(cast.viewer).frequencies
    assert (now[NotificationKind.COMMENT], now[NotificationKind.MENTION]) == (
        MailFrequency.AT_ONCE,
        MailFrequency.DIGEST,
    )


def test_a_worker_that_dies_sends_nothing_twice_and_loses_nothing(cast: Cast, noon: Any, tell: Tell) -> None:
    tell(cast.officer)
    with transaction.atomic():
        assert send_due() == 1
        transaction.set_rollback(True)  # killed before the end of the transaction
    assert not MailMessage.objects.exists()
    assert len(sent()) == 1
    Notification.objects.update(mail_due_at=timezone.now(), mailed_at=None)  # as if the mark had been lost
    assert sent() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(cast: Cast, tell: Tell) -> None:
    MailSchedule.objects.create(user=cast.officer, has_quiet_hours=False)
    for number in range(3):
        tell(cast.officer, subject=f"Post {number} was decided")
    together = threading.Barrier(4)

    def work() -> int:
        try:
            together.wait(timeout=300)
            return send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        counts = [index.result() for index in [workers.submit(work) for _worker in range(4)]]
    assert sum(counts) == 1
    (message,) = MailMessage.objects.all()
    assert message.subject == "Post 2 was decided (and 2 more)"


def test_a_person_whom_another_worker_serves_is_left_to_it(cast: Cast, noon: Any, tell: Tell) -> None:
    """Rows are skipped, not waited for: a slow worker holds nobody else up."""
    assert "FOR NO KEY UPDATE SKIP LOCKED" in _sql_of(lambda: tell(cast.officer) and send_due())


def _sql_of(act: Any) -> str:
    with CaptureQueriesContext(connection) as seen:
        act()
    return "\n".join(query["sql"] for query in seen)


def test_a_long_summary_ends_with_a_link_to_the_rest(cast: Cast, noon: Any, tell: Tell) -> None:
    for number in range(45):
        tell(cast.officer, NotificationKind.FEEDBACK, f"Feedback number {number}.", about=f"posts.post:{number}")
    noon.shift(86400)
    (message,) = sent()
    assert "5 more are in the portal: http://127.0.0.1:8000/notifications/" in message.body
    assert "Feedback number 44." in message.body
    assert "Feedback number 4." not in message.body


def test_many_people_cost_as_many_queries_as_one(cast: Cast, noon: Any, tell: Tell) -> None:
    people = [person(f"extra{number}") for number in range(12)]
    for recipient in people:
        Membership.objects.create(user=recipient, municipality=cast.cuprija, role="officer")
    tell(people[0])
    with CaptureQueriesContext(connection) as one:
        send_due()
    for recipient in people:
        for number in range(6):
            tell(recipient, about=f"posts.post:{number}")
    with CaptureQueriesContext(connection) as many:
        send_due()
    assert len(one) == len(many)
    assert MailMessage.objects.count() == 13


def test_the_headers_leave_with_the_mail(cast: Cast, noon: Any, tell: Tell, settings: Any) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    tell(cast.officer)
    send_due()
    mail.send_waiting()
    (left,) = django_mail.outbox
    key = MailSchedule.objects.get(user=cast.officer).key
    wire = left.message()
    assert wire["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert wire["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/notifications/stop/")
    assert key in wire["List-Unsubscribe"]
    # out-of-office programs do not reply
    assert wire["Auto-Submitted"] == "auto-generated"
