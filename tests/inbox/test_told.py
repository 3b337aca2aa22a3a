"""What people are told of messages: once, at the right moment, to the right ones, and without a citizen's word."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.utils import timezone

from common.models import MailMessage
from inbox.domain import staff_notifications, triage
from inbox.enums import MessageKind
from inbox.models import Message, Told
from municipalities.tenancy import scope
from notifications.domain.send import send_due
from notifications.models import Notification
from tests.inbox.conftest import Town
from tests.notifications.conftest import belgrade
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
WORDS = "@opstina Гори депонија код Бранка, зовите 064 123 456!"


def told(kind: str) -> list[str]:
    return [str(row.user) for row in Notification.objects.filter(kind=kind).order_by("user__name")]


def urgent(town: Town, kind: MessageKind = MessageKind.EMERGENCY) -> Message:
    message = town.heard(WORDS)
    with scope(town.cast.cuprija):
        triage.sort(message, kind, by=town.cast.officer)
    return message


def late(town: Town, text: str = "@opstina До када?") -> Message:
    message = town.heard(text)
    with scope(town.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(days=30))
    return message


@pytest.mark.parametrize("kind", [MessageKind.EMERGENCY, MessageKind.UNLAWFUL])
def test_what_is_urgent_is_told_at_once_and_once_to_those_who_answer(town: Town, kind: MessageKind) -> None:
    message = urgent(town, kind)
    assert staff_notifications.tell() == 1
    assert told("msg_urgent") == ["Approver", "Officer"]
    assert staff_notifications.tell() == 0
    assert len(told("msg_urgent")) == 2
    assert Notification.objects.filter(kind="msg_urgent").first().url == f"{LIST}{message.pk}/"


def test_no_word_of_a_citizen_and_no_name_is_in_a_notification_or_in_a_mail(town: Town) -> None:
    with time_machine.travel(belgrade("2026-11-25 12:00"), tick=True):
        message = urgent(town)
        late(town, "@opstina Живим у Бранковој 7")
        with scope(town.cast.cuprija):
            triage.assign(message, town.cast.approver, by=town.cast.officer)
        staff_notifications.tell()
    with time_machine.travel(belgrade("2026-11-26 07:30"), tick=True):
        staff_notifications.tell()
        send_due()
    kinds = set(Notification.objects.values_list("kind", flat=True))
    assert kinds == {"msg_urgent", "msg_new", "msg_late", "msg_mine"}
    said = " ".join(f"{row.subject} {row.body}" for row in Notification.objects.all())
    mails = list(MailMessage.objects.all())
    assert mails
    said += " ".join(f"{mail.subject} {mail.body}" for mail in mails)
    for word in ("депонија", "Бранк", "064", "gradjanka", "Грађанка", "Građanka"):
        assert word.lower() not in said.lower()


def test_an_emergency_comes_through_quiet_hours(town: Town) -> None:
    with time_machine.travel(belgrade("2026-11-25 23:00"), tick=True):
        urgent(town)
        staff_notifications.tell()
        send_due()
        assert MailMessage.objects.filter(subject__contains="emergency").count() == 2


def test_what_was_settled_before_anybody_looked_is_not_told(town: Town) -> None:
    message = urgent(town)
    with scope(town.cast.cuprija):
        triage.close(message, by=town.cast.officer)
    assert staff_notifications.tell() == 0


def test_new_messages_are_told_together_and_at_most_once_an_hour(town: Town) -> None:
    now = timezone.now()
    for text in ("@opstina Једно", "@opstina Друго"):
        town.heard(text)
    assert staff_notifications._new(now) == 1
    row = Notification.objects.get(user=town.cast.officer, kind="msg_new")
    assert row.subject == "Ćuprija: 2 new messages of citizens"
    town.heard("@opstina Треће")
    assert staff_notifications._new(now + timedelta(minutes=59)) == 0
    with scope(town.cast.cuprija):
        Told.objects.update(at=now - timedelta(minutes=61))
        Message.objects.exclude(text__contains="Треће").update(heard_at=now - timedelta(hours=2))
    assert staff_notifications._new(now) == 1
    subjects = list(Notification.objects.filter(user=town.cast.officer, kind="msg_new").order_by("pk"))
    assert subjects[-1].subject == "Ćuprija: 1 new message of citizens"


def test_what_somebody_has_opened_is_not_new(town: Town) -> None:
    message = town.heard("@opstina Једно")
    sign_in(town.cast.officer).get(f"{LIST}{message.pk}/")
    assert staff_notifications.tell(belgrade("2026-11-25 12:00")) == 0


def test_an_officer_hears_of_new_ones_at_once_and_an_approver_in_the_summary(town: Town) -> None:
    town.heard("@opstina Једно")
    staff_notifications._new(timezone.now())
    hows = {str(row.user): row.mail_frequency for row in Notification.objects.filter(kind="msg_new")}
    assert hows == {"Officer": "at_once", "Approver": "digest"}


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-11-25 06:59", 0),
        ("2026-11-25 07:00", 1),
        ("2026-11-25 08:59", 1),
        ("2026-11-25 09:00", 0),
        ("2026-11-28 07:30", 0),  # a Saturday
        ("2026-11-11 07:30", 0),  # a holiday
    ],
)
def test_late_ones_are_told_in_the_morning_of_a_working_day(town: Town, moment: str, count: int) -> None:
    message = late(town)
    with scope(town.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=belgrade("2026-11-01 10:00"))
    assert staff_notifications._late(belgrade(moment)) == count


def test_late_ones_are_told_once_a_morning_until_they_are_answered(town: Town) -> None:
    message = late(town)
    assert staff_notifications._late(belgrade("2027-01-12 07:10")) == 1
    assert staff_notifications._late(belgrade("2027-01-12 07:50")) == 0
    assert staff_notifications._late(belgrade("2027-01-13 07:10")) == 1
    assert Notification.objects.filter(user=town.cast.officer, kind="msg_late").first().url == f"{LIST}?view=late"
    with scope(town.cast.cuprija):
        triage.close(message, by=town.cast.officer)
    assert staff_notifications._late(belgrade("2027-01-14 07:10")) == 0


def test_who_gets_a_message_is_told_and_who_takes_it_themselves_is_not(town: Town) -> None:
    message = town.heard("@opstina Хало")
    client, path = sign_in(town.cast.officer), f"{LIST}{message.pk}/assign/"
    client.post(path, {"assignee": town.cast.officer.pk})
    assert told("msg_mine") == []
    client.post(path, {"assignee": town.cast.approver.pk})
    client.post(path, {"assignee": town.cast.approver.pk})
    assert told("msg_mine") == ["Approver"]


def test_other_municipalities_and_mentors_are_told_nothing(town: Town) -> None:
    urgent(town)
    late(town)
    staff_notifications.tell(belgrade("2027-01-12 07:10"))
    people = set(Notification.objects.values_list("user__name", flat=True))
    assert people == {"Officer", "Approver"}


def test_who_loses_the_right_no_longer_sees_that_there_was_one(town: Town) -> None:
    urgent(town)
    staff_notifications.tell()
    town.cast.officer.memberships.update(ended_at=timezone.now())
    assert "emergency among" not in sign_in(town.cast.officer).get("/notifications/?show=all").text


def test_rows_that_say_what_was_told_go_after_a_while(town: Town) -> None:
    urgent(town)
    staff_notifications.tell()
    with scope(town.cast.cuprija):
        Told.objects.update(at=timezone.now() - staff_notifications.KEPT - timedelta(days=1))
        Message.objects.update(heard_at=timezone.now() - staff_notifications.KEPT - timedelta(days=1))
    assert staff_notifications.purge_expired() > 0
    assert staff_notifications._urgent(timezone.now()) == 0  # and nothing comes up again


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_tell_once(town: Town) -> None:
    urgent(town)
    late(town)
    moment = belgrade("2026-12-01 07:30")  # after they were heard, on a working day

    together = threading.Barrier(4)

    def work(_worker: int) -> int:
        try:
            together.wait(timeout=300)
            return staff_notifications.tell(moment)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(work, range(4)))
    assert sum(found) == 3
    for kind in ("msg_urgent", "msg_new", "msg_late"):
        assert told(kind) == ["Approver", "Officer"], kind


def test_a_tick_with_nothing_to_tell_is_cheap(town: Town, django_assert_max_num_queries: Any) -> None:
    urgent(town)
    staff_notifications.tell(belgrade("2026-12-01 07:30"))
    with django_assert_max_num_queries(5):
        assert staff_notifications.tell(belgrade("2026-12-01 07:31")) == 0
