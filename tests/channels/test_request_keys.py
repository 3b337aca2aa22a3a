"""A network that needs the portal's keys: a municipality asks the administrators, and they are notified once a day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.domain import keys
from common.models import AuditEvent
from notifications.models import Notification
from tests.channels.conftest import page
from tests.people import Cast, sign_in
from tests.platforms.fakes.facebook import APP, SECRET


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return sign_in(cast.administrator)


def ask(client: Client, network: str = "facebook", municipality: str = "cuprija") -> str:
    """The message that the person then reads."""
    answer = client.post(page("channel_request_keys", network, municipality=municipality))
    assert answer.status_code == 302
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_facebook_and_instagram_come_first_and_what_is_not_possible_yet_says_why_and_what_to_do(
    approver: Client,
) -> None:
    shown = approver.get(page("channel_choose")).content.decode()
    addresses = re.findall(r'(?:href|action)="([^"]*/connect/[^"]+)"', shown)
    assert addresses[:2] == [page("channel_request_keys", name) for name in ("facebook", "instagram")]
    assert page("channel_connect", "mastodon") in addresses
    assert addresses.index(page("channel_connect", "wordpress")) < addresses.index(
        page("channel_request_keys", "linkedin")
    )
    assert page("channel_connect", "facebook") not in addresses
    assert "administrator has to enter" in shown
    assert "IMAP" not in shown
    assert "token" not in shown.partition("<main")[2].partition("</main>")[0].replace("csrfmiddlewaretoken", "")


def test_the_administrators_are_notified_once_a_day(approver: Client, cast: Cast) -> None:
    assert "was asked to enter the keys at Facebook" in ask(approver)
    (notification,) = Notification.objects.all()
    assert notification.user == cast.administrator
    assert notification.url == reverse("installation_network", args=["facebook"])
    assert "Facebook" in notification.subject
    assert "within the last day" in ask(approver)
    assert Notification.objects.count() == 1
    assert "The administrator was asked" in approver.get(page("channel_choose")).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        client = sign_in(cast.approver)
        ask(client)
        assert Notification.objects.count() == 2
    assert AuditEvent.objects.filter(verb="network.request_keys", municipality_id=cast.cuprija.pk).count() == 2


def test_requests_of_one_network_and_one_municipality_do_not_count_for_another(approver: Client, cast: Cast) -> None:
    ask(approver)
    ask(approver, "linkedin")
    assert Notification.objects.count() == 2
    ask(sign_in(cast.administrator), municipality="novi-pazar")
    assert AuditEvent.objects.filter(municipality_id=cast.novi_pazar.pk, verb="network.request_keys").count() == 1


def test_nobody_is_asked_for_what_is_there(approver: Client, cast: Cast) -> None:
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    assert "can be connected already" in ask(approver)
    assert "can be connected already" in ask(approver, "mastodon")
    assert not Notification.objects.exists()
    assert approver.post(page("channel_request_keys", "myspace")).status_code == 404


def test_an_address_typed_by_hand_leads_to_the_list(approver: Client) -> None:
    answer = approver.get(page("channel_connect", "facebook"))
    assert answer.headers["Location"] == page("channel_choose")


def test_the_administrator_gets_the_link_instead(administrator: Client) -> None:
    shown = administrator.get(page("channel_choose")).content.decode()
    assert reverse("installation_network", args=["facebook"]) in shown
    assert page("channel_request_keys", "facebook") not in shown
