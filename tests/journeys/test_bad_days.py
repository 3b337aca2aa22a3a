"""Days on which something goes wrong, in the running product: a pause, a signed-out tab, a time that is not there.

What the composer does without connection and in two tabs at once stands in tests/posts/test_in_browser.py.
"""

from __future__ import annotations

import re
import struct
import time
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from launcher.run import PASSWORD
from tests.journeys.visit import Visit, until

pytestmark = pytest.mark.journey

OFFICER, APPROVER = "officer@mali-zvornik.example", "approver@mali-zvornik.example"
HERE = "/m/mali-zvornik/"
PAGE = "Општина Мали Зворник (вежба)"
BELGRADE = ZoneInfo("Europe/Belgrade")


def written(officer: Visit, title: str, text: str = "", **fields: str) -> str:
    """A draft with this working title, saved by itself; the address of its review page."""
    page = officer.go(f"{HERE}posts/new/").page
    page.locator("#text-sr-Cyrl").fill(text or title)
    page.locator("#office > summary").click()
    if "date" in fields:
        page.select_option("#when", "time")
    for name, value in {"title": title, **fields}.items():
        page.locator(f"#{name}").fill(value)
    saved(page)
    page.wait_for_url("**/edit/")
    return str(page.url.removesuffix("edit/"))


def saved(page: Any) -> None:
    expect(page.locator("#save-state[data-state=saved]")).to_contain_text(re.compile(r"\d\d:\d\d$"))


def last_sunday(month: int) -> date:
    """The next one to come, on which the clocks change in March and October."""
    today = datetime.now(BELGRADE).date()
    for year in (today.year, today.year + 1):
        day = date(year, month, 31)
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if day > today:
            return day
    raise AssertionError


@pytest.mark.slow
def test_a_pause_holds_what_is_due_and_its_end_sends_nothing_by_itself(visit: Callable[..., Visit]) -> None:
    officer, approver, citizen = visit(OFFICER), visit(APPROVER), visit()
    text = f"Отворене пријаве за бесплатан курс пливања, група {int(time.time()) % 100_000}."
    address = written(officer, text)
    officer.page.select_option("#when", "later")
    officer.button("Submit for approval", officer.page.locator(".composer-foot"))
    officer.page.wait_for_url(re.compile(r"/posts/\d+/$"))
    approver.go(address).button("Approve")
    approver.sees("Approved. Choose a time for it, or publish it now.")

    approver.go(f"{HERE}settings/").link("Pause publishing")
    approver.page.get_by_label(approver.say("Reason")).fill("Дан жалости")
    approver.button("Pause now")
    expect(officer.go(address).page.locator(".callout", has_text="Дан жалости")).to_be_visible()
    officer.inspect()
    officer.button("Publish now")
    officer.button("Publish now", officer.page.locator("#confirm"))
    officer.sees(
        "Publishing is paused, so it waits. After the pause it is not published automatically: you decide on Home."
    )
    where = officer.page.locator("#where-heading + .list")
    rows = where.locator(".list-row").count()
    waits = where.get_by_text(officer.say("Paused"), exact=True)
    until(officer, lambda: waits.count() == rows > 0)

    approver.go(HERE).button("Resume publishing")
    approver.button("Resume", approver.page.locator("#confirm"))
    expect(approver.page.locator(".callout", has_text="Дан жалости")).to_have_count(0)
    feed = citizen.go(citizen.stack.practice + "/").page.locator(".status", has_text=text)
    officer.go(address)
    missed = where.get_by_text(officer.say("Missed its time"), exact=True)
    until(officer, lambda: missed.count() == rows)
    assert feed.count() == 0
    needs = officer.go(HERE).page.get_by_role("region", name=officer.say("Did not go out as planned"))
    # The post waits on a channel for guests too, whose network shows its Latin text.
    row = needs.locator(".list-row", has_text=text).filter(has_text=PAGE)
    row.get_by_role("link", name=text).click()
    officer.inspect()
    # Workers claim what is due every second, and have had several since.
    citizen.page.reload()
    assert feed.count() == 0
    officer.button("Send it now")
    until(citizen, lambda: feed.count() == 1)


@pytest.mark.slow
def test_a_tab_whose_session_was_ended_elsewhere_saves_after_a_new_sign_in(visit: Callable[..., Visit]) -> None:
    officer = visit()
    page = officer.sign_in(OFFICER).page
    address = written(officer, "Радионица за пензионере")
    other = officer.tab()
    other.goto(officer.stack.url + HERE)
    other.locator(".rail-foot summary").click()
    other.get_by_role("button", name=officer.say("Sign out")).click()
    other.wait_for_url("**/accounts/login/**")

    page.locator("#text-sr-Cyrl").fill("Радионица за пензионере је у уторак.")
    expect(page.locator("#signed-out")).to_be_visible()
    other.locator("[name=login]").fill(OFFICER)
    other.locator("[name=password]").fill(PASSWORD)
    other.get_by_role("button", name=officer.say("Sign in"), exact=True).click()
    other.wait_for_url("**/m/mali-zvornik/")
    officer.button("I have signed in: save")
    saved(page)
    officer.go(f"{address}edit/")
    expect(page.locator("#text-sr-Cyrl")).to_have_value("Радионица за пензионере је у уторак.")
    # Chromium reports a preview that was on its way to the sign-in page when the next one replaced it.
    officer.forgive("/accounts/login/?next=", may_be_missing=True)


@pytest.mark.slow
def test_times_of_the_nights_on_which_the_clocks_change_are_explained(visit: Callable[..., Visit]) -> None:
    officer = visit(OFFICER)
    page = officer.go(f"{HERE}posts/new/").page
    page.locator("#text-sr-Cyrl").fill("Вече отворених врата")
    notes = page.locator("#when-notes")
    page.select_option("#when", "time")
    page.locator("#date").fill(f"{last_sunday(3):%d.%m.%Y}")
    page.locator("#time").fill("02:30")
    why = "This time does not exist: the clocks go forward that night. The first time after it is %(time)s."
    expect(notes.locator(".finding-error")).to_have_text(officer.say(why) % {"time": "03:00"})
    officer.inspect()
    page.locator("#date").fill(f"{last_sunday(10):%d.%m.%Y}")
    ask = "%(time)s exists twice that night, because the clocks go back. Choose which one you mean."
    expect(notes.locator(".finding-error")).to_have_text(officer.say(ask) % {"time": "02:30"})
    notes.get_by_label(officer.say("After the clocks go back")).check()
    expect(notes.locator(".finding-error")).to_have_count(0)
    saved(page)


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("odluka.jpg", b"<script>alert(1)</script>"),
        ("crtez.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("veliko.png", bomb()),
    ],
)
def test_a_hostile_file_is_refused_in_words(visit: Callable[..., Visit], name: str, body: bytes) -> None:
    officer = visit(OFFICER)
    page = officer.go(f"{HERE}posts/new/").page
    page.set_input_files("#files", {"name": name, "mimeType": "image/png", "buffer": body})
    message = page.locator("#uploads .finding-error")
    expect(message).to_contain_text(f"{name}: ")
    # a whole sentence in the page's script, not a code
    assert re.search(rf"{name}: [Ѐ-ӿ\d ,.–()-]{{20,}}\.", message.inner_text()), message.inner_text()
    expect(page.locator(".picture")).to_have_count(0)
    officer.forgive("status of 4")


@pytest.mark.slow
def test_a_post_is_moved_by_dragging_by_its_dialog_and_by_keyboard(visit: Callable[..., Visit]) -> None:
    officer = visit(OFFICER)
    today = datetime.now(BELGRADE).date()
    # The 10th of a month to come: the days around it are in the same table and have not passed.
    start = (today.replace(day=1) + timedelta(days=62)).replace(day=10)
    title = f"Конкурс за плакат {int(time.time()) % 100_000}"
    written(officer, title, date=f"{start:%Y-%m-%d}", time="11:00")
    page = officer.go(f"{HERE}calendar/?date={start}").page
    entry = page.locator(".entry", has_text=title)

    def lies_on(day: date) -> None:
        expect(page.locator(f"[data-day='{day}'] .entry:not([aria-busy])", has_text=title)).to_have_count(1)
        expect(entry).to_have_count(1)

    lies_on(start)
    entry.drag_to(page.locator(f"[data-day='{start + timedelta(days=1)}']"))
    lies_on(start + timedelta(days=1))
    expect(entry.locator(".entry-link")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    lies_on(start + timedelta(days=8))
    expect(entry.locator(".entry-link")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    lies_on(start + timedelta(days=7))
    expect(entry.locator(".entry-link")).to_be_focused()

    page.keyboard.press("m")
    dialog = page.locator("#move[open]")
    expect(dialog.locator("input[name=on]")).to_be_focused()
    officer.inspect()
    dialog.locator("input[name=on]").fill(f"{today - timedelta(days=1):%d.%m.%Y}")
    officer.button("Move", dialog)
    expect(dialog).to_contain_text(officer.say("The chosen time has passed. Choose a later time."))
    officer.forgive("status of 422")
    dialog.locator("input[name=on]").fill(f"{start + timedelta(days=2):%d.%m.%Y}")
    officer.button("Move", dialog)
    lies_on(start + timedelta(days=2))

    entry.hover()
    entry.locator(".entry-move").click()
    dialog.locator("input[name=on]").fill(f"{start:%d.%m.%Y}")
    officer.button("Move", dialog)
    lies_on(start)
    page.reload()
    lies_on(start)


@pytest.mark.slow
def test_a_deleted_post_comes_back_by_one_click(visit: Callable[..., Visit]) -> None:
    officer = visit(OFFICER)
    title = f"Обустава саобраћаја {int(time.time()) % 100_000}"
    address = written(officer, title)
    page = officer.go(address).page
    page.locator(".page-actions .menu summary").click()
    officer.button("Delete")
    officer.sees("The post is deleted.")
    expect(page.get_by_role("link", name=title)).to_have_count(0)
    assert officer.tab().goto(address).status == 404
    officer.forgive("status of 404")
    officer.button("Undo")
    officer.sees("The post is back.")
    assert page.url == address
