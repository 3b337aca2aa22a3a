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
from inbox.models import Message, SentNotification
from municipalities.tenancy import scope
from notifications.domain.send import send_due
from notifications.models import Notification
from tests.inbox.conftest import MunicipalityInbox
from tests.notifications.conftest import belgrade
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
WORDS = "@opstina Гори депонија код Бранка, зовите 064 123 456!"


def recipients_of(kind: str) -> list[str]:
    return [str(row.user) for row in Notification.objects.filter(kind=kind).order_by("user__name")]


def urgent(municipality: MunicipalityInbox, kind: MessageKind = MessageKind.EMERGENCY) -> Message:
    message = municipality.receive(WORDS)
    with scope(municipality.cast.cuprija):
        triage.set_kind(message, kind, by=municipality.cast.officer)
    return message


def late(municipality: MunicipalityInbox, text: str = "@opstina До када?") -> Message:
    message = municipality.receive(text)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(days=30))
    return message


@pytest.mark.parametrize("kind", [MessageKind.EMERGENCY, MessageKind.UNLAWFUL])
def test_what_is_urgent_is_told_at_once_and_once_to_those_who_answer(
    municipality: MunicipalityInbox, kind: MessageKind
) -> None:
    message = urgent(municipality, kind)
    assert staff_notifications.send_due() == 1
    assert recipients_of("msg_urgent") == ["Approver", "Officer"]
    assert staff_notifications.send_due() == 0
    assert len(recipients_of("msg_urgent")) == 2
    assert Notification.objects.filter(kind="msg_urgent").first().url == f"{LIST}{message.pk}/"


def test_no_word_of_a_citizen_and_no_name_is_in_a_notification_or_in_a_mail(municipality: MunicipalityInbox) -> None:
    with time_machine.travel(belgrade("2026-11-25 12:00"), tick=True):
        message = urgent(municipality)
        late(municipality, "@opstina Живим у Бранковој 7")
        with scope(municipality.cast.cuprija):
            triage.assign(message, municipality.cast.approver, by=municipality.cast.officer)
        staff_notifications.send_due()
    with time_machine.travel(belgrade("2026-11-26 07:30"), tick=True):
        staff_notifications.send_due()
        send_due()
    kinds = set(Notification.objects.values_list("kind", flat=True))
    assert kinds == {"msg_urgent", "msg_new", "msg_late", "msg_mine"}
    text = " ".join(f"{row.subject} {row.body}" for row in Notification.objects.all())
    mails = list(MailMessage.objects.all())
    assert mails
    text += " ".join(f"{mail.subject} {mail.body}" for mail in mails)
    for word in ("депонија", "Бранк", "064", "gradjanka", "Грађанка", "Građanka"):
        assert word.lower() not in text.lower()


def test_an_emergency_comes_through_quiet_hours(municipality: MunicipalityInbox) -> None:
    with time_machine.travel(belgrade("2026-11-25 23:00"), tick=True):
        urgent(municipality)
        staff_notifications.send_due()
        send_due()
        assert MailMessage.objects.filter(subject__contains="emergency").count() == 2


def test_what_was_settled_before_anybody_looked_is_not_told(municipality: MunicipalityInbox) -> None:
    message = urgent(municipality)
    with scope(municipality.cast.cuprija):
        triage.close(message, by=municipality.cast.officer)
    assert staff_notifications.send_due() == 0


def test_new_messages_are_told_together_and_at_most_once_an_hour(municipality: MunicipalityInbox) -> None:
    now = timezone.now()
    for text in ("@opstina Једно", "@opstina Друго"):
        municipality.receive(text)
    assert staff_notifications._new(now) == 1
    row = Notification.objects.get(user=municipality.cast.officer, kind="msg_new")
    assert row.subject == "Ćuprija: 2 new messages of citizens"
    municipality.receive("@opstina Треће")
    assert staff_notifications._new(now + timedelta(minutes=59)) == 0
    with scope(municipality.cast.cuprija):
        SentNotification.objects.update(at=now - timedelta(minutes=61))
        Message.objects.exclude(text__contains="Треће").update(received_at=now - timedelta(hours=2))
    assert staff_notifications._new(now) == 1
    subjects = list(Notification.objects.filter(user=municipality.cast.officer, kind="msg_new").order_by("pk"))
    assert subjects[-1].subject == "Ćuprija: 1 new message of citizens"


def test_what_somebody_has_opened_is_not_new(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Једно")
    sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/")
    assert staff_notifications.send_due(belgrade("2026-11-25 12:00")) == 0


def test_an_officer_hears_of_new_ones_at_once_and_an_approver_in_the_summary(municipality: MunicipalityInbox) -> None:
    municipality.receive("@opstina Једно")
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
def test_late_ones_are_told_in_the_morning_of_a_working_day(
    municipality: MunicipalityInbox, moment: str, count: int
) -> None:
    message = late(municipality)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=belgrade("2026-11-01 10:00"))
    assert staff_notifications._late(belgrade(moment)) == count


def test_late_ones_are_told_once_a_morning_until_they_are_answered(municipality: MunicipalityInbox) -> None:
    message = late(municipality)
    assert staff_notifications._late(belgrade("2027-01-12 07:10")) == 1
    assert staff_notifications._late(belgrade("2027-01-12 07:50")) == 0
    assert staff_notifications._late(belgrade("2027-01-13 07:10")) == 1
    assert (
        Notification.objects.filter(user=municipality.cast.officer, kind="msg_late").first().url == f"{LIST}?view=late"
    )
    with scope(municipality.cast.cuprija):
        triage.close(message, by=municipality.cast.officer)
    assert staff_notifications._late(belgrade("2027-01-14 07:10")) == 0


def test_who_gets_a_message_is_told_and_who_takes_it_themselves_is_not(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Хало")
    client, path = sign_in(municipality.cast.officer), f"{LIST}{message.pk}/assign/"
    client.post(path, {"assignee": municipality.cast.officer.pk})
    assert recipients_of("msg_mine") == []
    client.post(path, {"assignee": municipality.cast.approver.pk})
    client.post(path, {"assignee": municipality.cast.approver.pk})
    assert recipients_of("msg_mine") == ["Approver"]


def test_other_municipalities_and_mentors_are_told_nothing(municipality: MunicipalityInbox) -> None:
    urgent(municipality)
    late(municipality)
    staff_notifications.send_due(belgrade("2027-01-12 07:10"))
    people = set(Notification.objects.values_list("user__name", flat=True))
    assert people == {"Officer", "Approver"}


def test_who_loses_the_right_no_longer_sees_that_there_was_one(municipality: MunicipalityInbox) -> None:
    urgent(municipality)
    staff_notifications.send_due()
    municipality.cast.officer.memberships.update(ended_at=timezone.now())
    assert "emergency among" not in sign_in(municipality.cast.officer).get("/notifications/?show=all").text


def test_rows_that_say_what_was_told_go_after_a_while(municipality: MunicipalityInbox) -> None:
    urgent(municipality)
    staff_notifications.send_due()
    with scope(municipality.cast.cuprija):
        SentNotification.objects.update(at=timezone.now() - staff_notifications.RETENTION - timedelta(days=1))
        Message.objects.update(received_at=timezone.now() - staff_notifications.RETENTION - timedelta(days=1))
    assert staff_notifications.purge_expired() > 0
    assert staff_notifications._urgent(timezone.now()) == 0  # and nothing comes up again


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_tell_once(municipality: MunicipalityInbox) -> None:
    urgent(municipality)
    late(municipality)
    moment = belgrade("2026-12-01 07:30")  # after they were heard, on a working day

    together = threading.Barrier(4)

    def work(_worker: int) -> int:
        try:
            together.wait(timeout=300)
            return staff_notifications.send_due(moment)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        results = list(workers.map(work, range(4)))
    assert sum(results) == 3
    for kind in ("msg_urgent", "msg_new", "msg_late"):
        assert recipients_of(kind) == ["Approver", "Officer"], kind


def test_a_tick_with_nothing_to_tell_is_cheap(
    municipality: MunicipalityInbox, django_assert_max_num_queries: Any
) -> None:
    urgent(municipality)
    staff_notifications.send_due(belgrade("2026-12-01 07:30"))
    with django_assert_max_num_queries(5):
        assert staff_notifications.send_due(belgrade("2026-12-01 07:31")) == 0
