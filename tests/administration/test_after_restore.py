"""After a restore no mail leaves that may have left before, and every mail without which nobody could go on does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from django.core import mail as wire
from django.db import transaction
from django.test import Client
from django.utils import timezone

from administration.domain import end_restore
from common import mail
from common.enums import MailState
from common.models import AuditEvent, MailMessage, Restore
from delivery.domain import restored
from notifications.domain.send import send_due
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import Notification
from tests.notifications.conftest import tell
from tests.people import Cast

__all__ = ["tell"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wired(settings: Any) -> None:
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def restore() -> None:
    now = timezone.now()
    Restore.objects.create(made_at=now - timedelta(hours=8), restored_at=now)
    restored.prepare()


def left() -> list[str]:
    """The subjects of what leaves now; what is due of notifications becomes mail before."""
    before = len(wire.outbox)
    Notification.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - timedelta(seconds=1))
    send_due()
    mail.send_waiting()
    return [message.subject for message in wire.outbox[before:]]


def queue(subject: str, *, essential: bool = False) -> None:
    mail.queue(to="officer@test.example", subject=subject, body="Текст", essential=essential)


def test_what_waited_in_the_backup_is_never_sent(cast: Cast) -> None:
    queue("Дневни преглед")
    queue("Нова лозинка", essential=True)
    restore()
    assert left() == []
    end_restore.end(by=cast.administrator)
    assert left() == []
    assert set(MailMessage.objects.values_list("state", "sealed")) == {(MailState.DROPPED, "")}
    assert AuditEvent.objects.get(verb="installation.end_restore").detail["mails"] == 2


def test_who_forgot_the_password_gets_the_link_at_once_and_other_mail_waits(cast: Cast) -> None:
    restore()
    queue("Извоз је спреман")
    Client().post("/accounts/password/reset/", {"email": cast.officer.email})
    (reset,) = left()
    assert re.search(r"/accounts/password/reset/key/\S+", str(wire.outbox[-1].body)), reset
    end_restore.end(by=cast.administrator)
    assert left() == ["Извоз је спреман"]


@pytest.mark.parametrize("frequency", [MailFrequency.AT_ONCE, MailFrequency.DIGEST])
def test_no_notification_of_the_backup_is_mailed_again(
    cast: Cast, tell: Callable[..., Notification], frequency: MailFrequency
) -> None:
    row = tell(cast.officer, subject="Одобрено")
    Notification.objects.filter(pk=row.pk).update(mail_frequency=frequency, mail_due_at=timezone.now())
    backup = transaction.savepoint()
    assert len(left()) == 1
    transaction.savepoint_rollback(backup)
    restore()
    assert left() == []
    end_restore.end(by=cast.administrator)
    assert left() == []
    assert Notification.objects.get().read_at is None, "it is still in the portal"


def test_of_new_notifications_alerts_are_mailed_at_once_and_those_of_people_after_the_pause(
    cast: Cast, tell: Callable[..., Notification]
) -> None:
    tell(cast.officer, NotificationKind.URGENT, "Стара узбуна", about="a")
    restore()
    tell(cast.officer, NotificationKind.URGENT, "Нова узбуна", about="b")
    tell(cast.officer, NotificationKind.COMMENT, "Коментар", about="c", by=cast.approver)
    tell(cast.officer, NotificationKind.REPORT, "Извештај за прошли месец", about="d")
    assert [subject for subject in left() if "узбуна" in subject] == ["Нова узбуна"]
    end_restore.end(by=cast.administrator)
    assert left() == ["Коментар"]
    assert left() == []
