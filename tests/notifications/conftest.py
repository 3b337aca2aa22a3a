"""A way to tell people things, at a moment of one's choice on the clock in Belgrade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django.utils import timezone

from common.models import MailMessage
from notifications.domain.notify import notify
from notifications.domain.send import send_due
from notifications.enums import NotificationKind
from notifications.models import Notification
from tests.people import Cast

BELGRADE = ZoneInfo("Europe/Belgrade")


def belgrade(text: str, fold: int = 0) -> datetime:
    """ "2026-11-25 14:00" on the clock in Belgrade, as UTC; `fold` 1 is the second time that hour comes."""
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE, fold=fold).astimezone(UTC)


@pytest.fixture
def noon() -> Iterator[Any]:
    """A working day at noon: no quiet hours. `noon.move_to(belgrade(…))` goes elsewhere; time stands still."""
    with time_machine.travel(belgrade("2026-11-25 12:00"), tick=False) as traveller:
        yield traveller


Tell = Callable[..., Notification]


@pytest.fixture
def tell(cast: Cast) -> Tell:
    """`tell(person, Kind.DECIDED, "subject", body="…", about="…")`: one notification from Ćuprija."""

    def told(
        person: Any, kind: NotificationKind = NotificationKind.DECIDED, subject: str = "Decided", **fields: Any
    ) -> Notification:
        body = fields.pop("body", "It was approved.")
        url = fields.pop("url", "/m/cuprija/posts/7/#thread-3")
        place = {"municipality": cast.cuprija, "about": "posts.post:7", **fields}
        (row,) = notify(kind, [person], url=url, build_text=lambda: (subject, body), **place)
        return row

    return told


def sent() -> list[MailMessage]:
    """Let the worker do what is due; the mails it wrote, oldest first."""
    before = set(MailMessage.objects.values_list("pk", flat=True))
    send_due()
    return list(MailMessage.objects.exclude(pk__in=before).order_by("pk"))


def due(row: Notification) -> str:
    """When its mail may leave, on the clock in Belgrade; empty for never."""
    moment = Notification.objects.get(pk=row.pk).mail_due_at
    return f"{timezone.localtime(moment, BELGRADE):%a %d %H:%M}" if moment else ""
