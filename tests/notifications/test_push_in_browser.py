"""Push messages in a real browser: switched on by a click, shown by the service worker, removed again.

The browser's own push service is elsewhere, so `PushManager` answers with the keys of the tests' push service, and the
browser is handed what that one received.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from notifications.domain import send_pushes
from notifications.enums import NotificationKind
from notifications.models import MailSchedule, PushSubscription
from tests.browsing import enter, violations
from tests.notifications import push_service
from tests.notifications.conftest import Tell
from tests.notifications.push_service import Browser, PushService
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# What a browser with a push service would do; the subscription outlives the page, as there.
SUBSCRIBES = """(keys) => {
  const made = () => ({ toJSON: () => ({ endpoint: keys.endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }),
    unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; } });
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.byteLength !== 65) throw new Error("refused");
    localStorage.setItem("subscribed", "yes");
    return made();
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? made() : null);
  if (Notification.permission !== "denied") return;
  Object.defineProperty(Notification, "permission", { get: () => "granted" });
  Notification.requestPermission = async () => "granted";
}"""
# The headless shell has no notifications: this keeps them as a list, as the standard says. Chromium has its own.
KEEPS_NOTIFICATIONS = """() => {
  if (Notification.permission !== "denied") return;
  let shown = [];
  const others = (one) => shown.filter((each) => each !== one);
  registration.showNotification = async (title, options) => {
    const one = { title, ...options, close: () => (shown = others(one)) };
    shown = [...shown.filter(({ tag }) => tag !== one.tag), one];
  };
  registration.getNotifications = async ({ tag } = {}) => shown.filter((one) => !tag || one.tag === tag);
}"""
SHOWN = """async () => {
  const all = await registration.getNotifications();
  return all.map(({ title, lang, data }) => ({ title, lang, ...data }));
}"""
CLICK = """async () => {
  const [notification] = await registration.getNotifications();
  let opened = "";
  // A browser opens windows for a real click alone.
  Object.defineProperty(Clients.prototype, "openWindow", { value: async (url) => (opened = url), configurable: true });
  const waits = [];
  const waitUntil = (promise) => waits.push(promise);
  dispatchEvent(Object.assign(new Event("notificationclick"), { notification, waitUntil }));
  await Promise.all(waits);
  return opened;
}"""


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with push_service.running() as running:
        settings.PRIVATE_HOSTS_ALLOWED = [running.host]
        yield running


def test_from_the_click_to_the_very_place(
    browser: Any, live_server: Any, cast: Cast, service: PushService, tell: Tell
) -> None:
    own = Browser(service)
    context = browser.new_context(locale="en-GB", service_workers="allow")
    context.grant_permissions(["notifications"], origin=live_server.url)
    context.add_init_script(f"({SUBSCRIBES})({json.dumps(own.keys)})")
    page = context.new_page()
    MailSchedule.objects.create(user=cast.approver, has_quiet_hours=False)
    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/accounts/notifications/")
    card = page.locator("[data-push]")
    card.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Notifications come to this device from now on.")).to_be_visible()
    expect(card.get_by_role("button", name="Switch off")).to_be_visible()
    expect(card.get_by_role("listitem")).to_contain_text("Chrome")
    assert violations(page) == []

    row = tell(cast.approver, NotificationKind.SUBMITTED, url="/m/cuprija/#main")
    assert send_pushes.send_due() == 1
    assert service.problems == []
    worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
    worker.evaluate(KEEPS_NOTIFICATIONS)
    deliver(page, live_server.url, json.dumps(own.messages[0]))
    deliver(page, live_server.url, json.dumps(own.messages[0]))  # by a worker that died: it is shown once
    shown = [{"title": "A post waits for a decision", "lang": "en", "id": row.pk, "url": own.messages[0]["url"]}]
    until(lambda: worker.evaluate(SHOWN) == shown)
    address = worker.evaluate(CLICK)
    assert worker.evaluate(SHOWN) == []
    page.goto(address)
    expect(page).to_have_url(f"{live_server.url}/m/cuprija/#main")

    page.goto(f"{live_server.url}/accounts/notifications/")
    card.get_by_role("button", name="Switch off").click()
    expect(card.get_by_role("button", name="Switch on")).to_be_visible()
    assert not PushSubscription.objects.exists()
    context.close()


def deliver(page: Any, origin: str, data: str) -> None:
    """As the browser's push service would."""
    session, registrations = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    until(lambda: page.evaluate("1") and bool(registrations))
    wanted = {"origin": origin, "registrationId": registrations[0]["registrationId"], "data": data}
    session.send("ServiceWorker.deliverPushMessage", wanted)


def until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_who_decides_is_offered_it_once(browser: Any, live_server: Any, cast: Cast) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.add_init_script('Object.defineProperty(Notification, "permission", { get: () => "default" })')
    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/")
    offer = page.locator("[data-push-offer]")
    expect(offer.get_by_text("This device can tell you when a post waits.")).to_be_visible()
    assert violations(page, within="[data-push-offer]") == []
    offer.get_by_role("button", name="Not on this device").click()
    expect(offer).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Waiting for your approval")).to_be_visible()
    expect(offer).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ('Object.defineProperty(Notification, "permission", { get: () => "denied" })', "forbidden in this browser"),
        ("delete window.PushManager", "cannot receive notifications"),
        ("delete window.PushManager; navigator.standalone = false", "add the portal to the Home Screen first"),
    ],
)
def test_a_browser_that_does_not_allow_it_says_what_to_do(
    browser: Any, live_server: Any, cast: Cast, script: str, sentence: str
) -> None:
    context = browser.new_context(locale="en-GB", service_workers="allow", viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.add_init_script(script)
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/accounts/notifications/")
    card = page.locator("[data-push]")
    expect(card.get_by_text(sentence)).to_be_visible()
    expect(card.get_by_role("button", name="Switch on")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
