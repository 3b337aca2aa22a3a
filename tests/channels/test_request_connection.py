"""An officer, who may not connect a channel, asks the approvers: by a button, once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.utils import timezone

from common.models import AuditEvent
from municipalities.models import Membership
from notifications.models import Notification
from tests.channels.conftest import page
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


def ask(person: Any) -> str:
    return str(sign_in(person).post(page("channel_request_connection"), follow=True).content.decode())


def test_only_who_may_not_connect_has_the_button(cast: Cast) -> None:
    address = page("channel_request_connection")
    assert address in sign_in(cast.officer).get(page("channels")).content.decode()
    assert address not in sign_in(cast.approver).get(page("channels")).content.decode()


def test_the_approvers_are_notified_once_a_day_and_named(cast: Cast) -> None:
    assert "Asked to connect a channel: Approver. They have been notified." in ask(cast.officer)
    (notification,) = Notification.objects.all()
    assert notification.user == cast.approver
    assert notification.url == page("channel_choose")
    assert "Officer" in notification.body
    assert "within the last day" in ask(cast.officer)
    assert Notification.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        ask(cast.officer)
    assert Notification.objects.count() == 2
    assert AuditEvent.objects.filter(verb="channel.request_connection").count() == 2


def test_without_an_approver_the_administrators_are_asked(cast: Cast) -> None:
    Membership.objects.filter(user=cast.approver).delete()
    assert "Asked to connect a channel: Administrator." in ask(cast.officer)
    assert Notification.objects.get().user == cast.administrator


def test_who_does_not_work_there_asks_nobody(cast: Cast) -> None:
    for person, status in ((cast.viewer, 403), (cast.mentor, 403), (cast.stranger, 404)):
        assert sign_in(person).post(page("channel_request_connection")).status_code == status
    assert not Notification.objects.exists()
