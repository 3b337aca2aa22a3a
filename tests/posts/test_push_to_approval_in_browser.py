"""The whole way on a telephone: a colleague submits a post, the telephone says so, three taps later it is approved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from municipalities.tenancy import scope
from notifications.domain import send_pushes
from notifications.models import MailSchedule
from posts.enums import Stage
from tests.browsing import enter
from tests.notifications.push_service import Browser, PushService
from tests.notifications.test_push_in_browser import (
    CLICK,
    KEEPS_NOTIFICATIONS,
    SHOWN,
    SUBSCRIBES,
    deliver,
    service,
    until,
)
from tests.people import Cast
from tests.posts.deciders import submitted
from tests.posts.desk import opened
from tests.posts.test_deciding_on_a_phone_in_browser import OVERFLOW, TELEPHONE, TEXT

__all__ = ["service"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_from_the_push_message_to_the_approval(
    browser: Any, live_server: Any, cast: Cast, service: PushService
) -> None:
    own = Browser(service)
    context = browser.new_context(**TELEPHONE, locale="en-GB", reduced_motion="reduce", service_workers="allow")
    context.grant_permissions(["notifications"], origin=live_server.url)
    context.add_init_script(f"({SUBSCRIBES})({json.dumps(own.keys)})")
    phone = context.new_page()
    MailSchedule.objects.create(user=cast.approver, has_quiet_hours=False)
    enter(phone, live_server, cast.approver)
    phone.goto(f"{live_server.url}/accounts/notifications/")
    phone.locator("[data-push]").get_by_role("button", name="Switch on").tap()
    expect(phone.get_by_text("Notifications come to this device from now on.")).to_be_visible()

    with scope(cast.cuprija):
        post = submitted(opened(cast), TEXT, hours=30)
    assert send_pushes.send_due() == 1
    assert service.problems == []
    assert TEXT[:10] not in json.dumps(own.messages[0], ensure_ascii=False)
    worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
    worker.evaluate(KEEPS_NOTIFICATIONS)
    deliver(phone, live_server.url, json.dumps(own.messages[0]))
    until(lambda: len(worker.evaluate(SHOWN)) == 1)
    phone.goto(worker.evaluate(CLICK))  # the first tap
    assert f"/posts/{post.pk}/" in phone.url
    assert phone.evaluate(OVERFLOW) <= 0
    phone.get_by_role("button", name="Approve…").tap()  # the second
    phone.locator("#decide").get_by_role("button", name="Approve").tap()  # the third
    expect(phone.locator("main")).to_contain_text("Approved. It is published automatically at its time.")
    with scope(cast.cuprija):
        post.refresh_from_db()
    assert post.stage == Stage.APPROVED
    context.close()
