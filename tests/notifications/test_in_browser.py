"""The bell and the page under it in a real browser: to the very place, by keyboard, on a phone, without mistakes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from notifications import unsubscribe_links
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailSchedule, Notification
from notifications.queries import mail_settings
from tests.browsing import enter, violations
from tests.notifications.conftest import Tell
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_from_the_bell_to_the_very_place(page: Any, live_server: Any, cast: Cast, tell: Tell) -> None:
    tell(cast.officer, NotificationKind.COMMENT, "A comment on the fountain", url="/m/cuprija/#main")
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    bell = page.locator(".rail [data-bell]")
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    bell.click()
    assert violations(page) == []
    page.get_by_role("link", name="A comment on the fountain").click()
    expect(page).to_have_url(f"{live_server.url}/m/cuprija/#main")
    expect(page.locator(".rail [data-bell]")).to_have_accessible_name("Notifications")
    assert Notification.objects.get().read_at is not None


def test_by_keyboard_alone(page: Any, live_server: Any, cast: Cast, tell: Tell) -> None:
    for number in range(3):
        tell(cast.officer, NotificationKind.DECIDED, f"Post {number} was decided", about=f"posts.post:{number}")
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/notifications/")
    newest = page.get_by_role("link", name="Post 2 was decided")
    newest.focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Post 1 was decided")).to_be_focused()
    page.keyboard.press("k")
    expect(newest).to_be_focused()
    page.keyboard.press("r")
    expect(newest).to_have_count(0)
    expect(page.get_by_role("link", name="Post 1 was decided")).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("You have read everything")).to_be_visible()


def test_an_open_page_hears_the_bell_by_itself(page: Any, live_server: Any, cast: Cast, tell: Tell) -> None:
    enter(page, live_server, cast.officer)
    page.clock.install()
    page.goto(f"{live_server.url}/m/cuprija/")
    bell = page.locator(".rail [data-bell]")
    expect(bell).to_have_accessible_name("Notifications")
    tell(cast.officer)
    page.clock.run_for(61_000)
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    expect(bell.locator(".counter")).to_have_text("1")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_on_a_phone_the_bell_is_on_top_and_nothing_is_cut_off(
    browser: Any, live_server: Any, cast: Cast, tell: Tell, scheme: str
) -> None:
    tell(cast.officer, subject="A_very_long_word_" * 8, body="https://example.org/" + "a" * 200)
    tell(cast.officer, NotificationKind.COMMENT, "Another about it")
    key = MailSchedule.objects.create(user=cast.officer).key
    stop = f"/notifications/stop/{unsubscribe_links.token(cast.officer.pk, ['comment', 'mention'], key)}/"
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    enter(page, live_server, cast.officer)
    for path in ("/notifications/?show=all", "/accounts/notifications/", stop):
        page.goto(live_server.url + path)
        assert violations(page) == []
        assert fits(page), path
    page.goto(f"{live_server.url}/m/cuprija/")
    bell = page.locator(".topbar [data-bell]")
    expect(bell).to_be_visible()
    box = bell.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    bell.click()
    expect(page).to_have_url(re.compile(r"/notifications/$"))
    context.close()


def test_mail_is_chosen_and_stopped_on_the_pages(page: Any, live_server: Any, cast: Cast, tell: Tell) -> None:
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/accounts/notifications/")
    assert violations(page) == []
    page.get_by_label("Comments and replies", exact=True).select_option("digest")
    page.get_by_label("Quiet from").fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Comments and replies", exact=True)).to_have_value("digest")
    expect(page.get_by_label("Quiet from")).to_have_value("18:00")
    key = MailSchedule.objects.get(user=cast.officer).key
    page.goto(f"{live_server.url}/notifications/stop/{unsubscribe_links.token(cast.officer.pk, ['comment'], key)}/")
    page.get_by_role("button", name="Stop this mail").click()
    expect(page.get_by_role("heading", name="Done: this mail stops")).to_be_visible()
    assert violations(page) == []
    assert mail_settings(cast.officer).frequencies[NotificationKind.COMMENT] == MailFrequency.NEVER
