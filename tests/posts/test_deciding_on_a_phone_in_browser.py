"""Deciding on a telephone of 360 pixels with one thumb: from a notification, and by the link of a mail. In Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from common.models import MailMessage
from municipalities.tenancy import scope
from notifications.domain.send import send_due
from notifications.models import Notification
from posts.draft import Shown
from posts.enums import Stage
from posts.models import DecisionLink, Post
from posts.review.domain.comment import comment
from tests.browsing import COLOURS, enter, violations
from tests.people import PASSWORD, Cast
from tests.posts.deciders import submitted
from tests.posts.desk import Desk, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TEXT = "Дођите у суботу на трг. Програм почиње у 11 часова. Пријава није потребна."
# A small telephone: https://gs.statcounter.com/screen-resolution-stats/mobile/worldwide
TELEPHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
# Where a thumb reaches without another grip: the lower half.
IN_REACH = """element => {
  const box = element.getBoundingClientRect();
  return box.top >= innerHeight / 2 && box.bottom <= innerHeight && box.height >= 44;
}"""
# Against the screen: `innerWidth` of a telephone grows with what overflows.
OVERFLOW = "document.documentElement.scrollWidth - screen.width"


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    cache.clear()
    with scope(cast.cuprija):
        desk = opened(cast)
        desk.house_rule(decides_by_mail=True)
        yield desk


@pytest.fixture
def waiting(desk: Desk) -> Post:
    channels = (desk.mastodon.pk, desk.bluesky.pk)
    return submitted(desk, TEXT, hours=30, channels=channels, media=(Shown(desk.picture().pk, "Трг са фонтаном"),))


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(**TELEPHONE, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def is_sound(page: Any) -> None:
    """Nothing is cut off or overflows, and axe finds nothing, in the dark neither."""
    assert page.evaluate(OVERFLOW) <= 0, page.url
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, **COLOURS) == []
    page.emulate_media(color_scheme="light")


def mailed_link(desk: Desk) -> str:
    """The path of the link in the approver's mail, which leaves now, at whatever hour of the day."""
    Notification.objects.update(mail_due_at=timezone.now())
    send_due()
    body = MailMessage.objects.filter(to=desk.cast.approver.email).latest("pk").body
    match = re.search(r"https?://[^/\s]+(/decide/[\w-]+/)", body)
    assert match
    return match[1]


def in_sight(page: Any) -> str:
    """The network whose page lies in the middle of the screen."""
    return str(
        page.evaluate("""() => {
      const { top, height } = document.querySelector(".network-pages").getBoundingClientRect();
      return document.elementFromPoint(innerWidth / 2, top + 20).closest(".preview").className;
    }""")
    )


def test_from_the_notification_it_is_three_taps_to_a_decision(
    desk: Desk, waiting: Post, phone: Any, live_server: Any
) -> None:
    enter(phone, live_server, desk.cast.approver)
    row = Notification.objects.get(user=desk.cast.approver, about=f"posts.post:{waiting.pk}")
    phone.goto(live_server.url + reverse("notification_open", args=[row.pk]))  # the first tap
    is_sound(phone)
    approve = phone.get_by_role("button", name="Approve…")
    for button in (approve, phone.get_by_role("button", name="Return…")):
        assert button.evaluate(IN_REACH)
    # what goes out on each network: by the bar, by a swipe, and never by scrolling the page sideways
    assert "preview-bluesky" in in_sight(phone)
    phone.locator(".network-tabs a").nth(1).tap()
    expect(phone.locator(".network-tabs a").nth(1)).to_have_attribute("aria-current", "true")
    assert "preview-mastodon" in in_sight(phone)
    phone.locator(".network-pages").evaluate("element => element.scrollTo({ left: 0, behavior: 'instant' })")
    expect(phone.locator(".network-tabs a").first).to_have_attribute("aria-current", "true")
    assert phone.evaluate(OVERFLOW) <= 0
    approve.tap()  # the second
    final = phone.locator("#decide").get_by_role("button", name="Approve")
    assert final.evaluate(IN_REACH)
    is_sound(phone)
    final.tap()  # the third
    expect(phone.locator("main")).to_contain_text("Approved. It is published automatically at its time.")
    assert desk.reload(waiting).stage == Stage.APPROVED


def test_in_the_sheet_of_home_both_decisions_are_in_reach_from_its_first_line_to_its_last(
    desk: Desk, waiting: Post, phone: Any, live_server: Any
) -> None:
    enter(phone, live_server, desk.cast.approver)
    phone.goto(live_server.url + reverse("workspace", args=["cuprija"]))
    phone.get_by_role("link", name="Review and decide").tap()
    sheet = phone.get_by_role("dialog")
    buttons = [sheet.get_by_role("button", name=name) for name in ("Approve", "Return with a note")]
    note = sheet.get_by_label("Note to the writer")
    for place in (sheet.get_by_role("heading", level=2).first, note):
        place.evaluate("element => element.scrollIntoView({ block: 'nearest', behavior: 'instant' })")
        for button in buttons:
            assert button.evaluate(IN_REACH)
        box = place.bounding_box()
        assert box["y"] + box["height"] <= buttons[0].bounding_box()["y"]
    is_sound(phone)
    buttons[0].tap()
    expect(phone.locator("main")).to_contain_text("Approved. It is published automatically at its time.")
    assert desk.reload(waiting).stage == Stage.APPROVED


@pytest.mark.slow
def test_who_returns_it_begins_in_the_note(desk: Desk, waiting: Post, phone: Any, live_server: Any) -> None:
    enter(phone, live_server, desk.cast.approver)
    phone.goto(live_server.url + reverse("post", args=["cuprija", waiting.pk]))
    phone.get_by_role("button", name="Return…").tap()
    note = phone.get_by_label("Note to the writer")
    expect(note).to_be_focused()
    phone.keyboard.insert_text("Додајте улицу.")  # as a keyboard that takes dictation does
    phone.locator("#decide").get_by_role("button", name="Return with a note").tap()
    expect(phone.locator("main")).to_contain_text("Returned. The author has been notified.")
    assert desk.reload(waiting).stage == Stage.RETURNED


def test_from_a_mail_with_a_scanner_in_between(desk: Desk, waiting: Post, phone: Any, live_server: Any) -> None:
    link = live_server.url + mailed_link(desk)
    for method in ("GET", "HEAD"):
        for _round in range(3):
            with urlopen(Request(link, method=method)) as answer:
                assert answer.status == 200
    assert DecisionLink.objects.get().used_at is None
    phone.goto(link)
    expect(phone.locator(".look-picture img").first).to_have_js_property("complete", True)
    assert phone.locator(".look-picture img").first.evaluate("image => image.naturalWidth") > 0
    is_sound(phone)
    assert phone.get_by_role("button", name="Approve").evaluate(IN_REACH)
    phone.get_by_label("Password of Approver in the portal").fill(PASSWORD)
    phone.keyboard.press("Enter")  # decides nothing: a finger slips
    expect(phone.get_by_role("heading", name="Your decision")).to_be_visible()
    assert desk.reload(waiting).stage == Stage.SUBMITTED
    phone.get_by_role("button", name="Approve").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approved")
    is_sound(phone)
    assert desk.reload(waiting).stage == Stage.APPROVED
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Already decided with this link")


@pytest.mark.slow
def test_signed_in_there_it_is_one_tap_with_the_conversations_in_sight(
    desk: Desk, waiting: Post, phone: Any, live_server: Any
) -> None:
    comment(waiting, "Где је сат?", by=desk.cast.mentor)
    enter(phone, live_server, desk.cast.approver)
    phone.goto(live_server.url + mailed_link(desk))
    expect(phone.get_by_text("Где је сат?")).to_be_visible()
    is_sound(phone)
    phone.get_by_label("I have read them and leave them open").check()
    phone.get_by_role("button", name="Approve").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approved")
