"""The main job, end to end, by people in browsers: a draft becomes a post on a network and comes back as numbers.

No part is replaced: web, Celery workers and the practice network run as `make run` starts them. While the post
waits for its time, the pages of everybody are looked at closely.
"""

from __future__ import annotations

import io
import re
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.journeys.talking import comment_at, thread
from tests.journeys.visit import WORKERS_SECONDS, Visit, until

pytestmark = pytest.mark.journey

OFFICER, APPROVER = "officer@cuprija.example", "approver@cuprija.example"
MENTOR, STAFF = "mentor@dobosar.example", "staff@dobosar.example"
HERE = "/m/cuprija/"
# Another one each time, so that the journey can be walked twice in one place.
NUMBER = int(time.time()) % 100_000
TITLE = f"Фонтана ради до поноћи ({NUMBER})"
CYRILLIC = (
    f"Чесма бр. {NUMBER} на тргу ради до поноћи. Дођите са децом, улаз је слободан!\n\n"
    "Нека Њујорк мало сачека. #Ћуприја"
)
# A hashtag stays as it was written.
LATIN = (
    f"Česma br. {NUMBER} na trgu radi do ponoći. Dođite sa decom, ulaz je slobodan!\n\n"
    "Neka Njujork malo sačeka. #Ћуприја"
)
ALT = "Вече на тргу: осветљена фонтана и деца око ње"
REMARK = "Додај где се паркира, то увек питају."
COMMENT = "Видимо се вечерас код фонтане!"


def photograph() -> bytes:
    picture = Image.new("RGB", (1600, 1000), "#1d3557")
    pen = ImageDraw.Draw(picture)
    for ring in range(12):
        pen.ellipse([800 - 60 * ring, 700 - 25 * ring, 800 + 60 * ring, 700 + 25 * ring], outline="#a8dadc", width=6)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def next_minute(*, at_least: float) -> datetime:
    """The next full minute that is `at_least` so many seconds away, in Belgrade."""
    soon = datetime.now(ZoneInfo("Europe/Belgrade")) + timedelta(seconds=at_least)
    return soon.replace(second=0, microsecond=0) + timedelta(minutes=1)


@pytest.mark.slow
def test_a_draft_goes_to_a_network_and_comes_back_as_numbers(visit: Any) -> None:
    began = time.monotonic()
    address = the_officer_writes(visit())
    # A slow machine takes longer to submit and approve, too, which has to be done before the post is due.
    pace = time.monotonic() - began
    mentor = the_mentor_remarks(visit())
    officer = visit()
    due = the_officer_answers_and_submits(officer, address, at_least=max(15, pace))
    approver = the_approver_approves(visit(), address)

    the_pages_are_usable_by_everybody(officer, HERE, f"{HERE}calendar/", f"{HERE}posts/", f"{HERE}posts/new/")
    the_pages_are_usable_by_everybody(approver, HERE, f"{HERE}channels/", f"{HERE}settings/")
    the_pages_are_usable_by_everybody(mentor, "/")
    the_worker_publishes_at_its_time(officer, address, due)
    the_citizen_reacts(visit())
    the_programme_sees_six_municipalities(visit())
    the_officer_sees_the_numbers(officer)


def the_officer_writes(officer: Visit) -> str:
    """From an empty page to a saved draft with a picture; the address of its review page."""
    page = officer.page
    officer.go("/accounts/login/").inspect()
    officer.sign_in(OFFICER)
    officer.link("New post", page.locator(".rail"))
    page.locator("#text-sr-Cyrl").fill(CYRILLIC)
    page.locator("#tab-sr-Latn").click()
    expect(page.locator("#derived-sr-Latn .derived-text")).to_have_text(LATIN, use_inner_text=True)
    page.set_input_files("#files", {"name": "fontana.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    page.locator(".picture textarea").fill(ALT)
    page.locator("#office > summary").click()
    page.locator("#title").fill(TITLE)

    cyrillic, latin = page.locator(".preview").all()
    expect(cyrillic.locator(".look-text")).to_have_text(CYRILLIC, use_inner_text=True)
    expect(latin.locator(".look-text")).to_have_text(LATIN, use_inner_text=True)
    for preview in (cyrillic, latin):
        expect(preview.locator("img")).to_have_attribute("alt", ALT)
    page.locator(".chip").nth(1).click()
    expect(page.locator(".preview")).to_have_count(1)
    page.locator(".chip").nth(1).click()
    expect(page.locator(".preview")).to_have_count(2)

    page.wait_for_url("**/edit/")
    expect(page.locator("#save-state[data-state=saved]")).to_contain_text(re.compile(r"\d\d:\d\d$"))
    page.reload()
    expect(page.locator("#text-sr-Cyrl")).to_have_value(CYRILLIC)
    expect(page.locator(".picture textarea")).to_have_value(ALT)
    officer.inspect()
    address = page.url.removesuffix("edit/")
    officer.sign_out()
    return str(address)


def the_mentor_remarks(mentor: Visit) -> Visit:
    mentor.sign_in(MENTOR)
    mentor.page.locator("#desk-municipality").select_option("cuprija")
    mentor.page.locator("a[href*='show=drafts']").click()  # nobody has submitted it yet
    mentor.page.get_by_role("link", name=TITLE).click()
    comment_at(mentor, "на тргу", REMARK)
    mentor.inspect()
    return mentor


def the_officer_answers_and_submits(officer: Visit, address: str, *, at_least: float) -> datetime:
    """Reads the remark, writes on, and submits the post for the next minute that is `at_least` so many seconds away."""
    page = officer.page
    officer.sign_in(OFFICER)
    page.get_by_role("link", name=TITLE).click()
    page.wait_for_url("**/edit/")
    page.goto(page.url.removesuffix("edit/"))
    officer.button("Resolve", thread(officer, REMARK))
    officer.link("Go on writing")
    due = next_minute(at_least=at_least)
    page.select_option("#when", "time")
    page.locator("#date").fill(f"{due:%d.%m.%Y}")
    page.locator("#time").fill(f"{due:%H:%M}")
    officer.button("Submit for approval", page.locator(".composer-foot"))
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    assert page.url == address
    return due


def the_approver_approves(approver: Visit, address: str) -> Visit:
    approver.sign_in(APPROVER)
    waiting = approver.page.get_by_role("region", name=approver.say("Waiting for your approval"))
    waiting.get_by_role("link", name=TITLE).click()
    assert approver.page.url == address
    expect(approver.page.locator(".look img").first).to_have_attribute("alt", ALT)
    approver.button("Approve")
    approver.sees("Approved. It is published automatically at its time.")
    return approver


def the_pages_are_usable_by_everybody(person: Visit, *addresses: str) -> None:
    for address in addresses:
        person.go(address).inspect()


def the_worker_publishes_at_its_time(officer: Visit, address: str, due: datetime) -> None:
    officer.go(address)
    published = officer.page.locator("#where-heading + .list .list-row", has_text=officer.say("Published"))
    left = (due - datetime.now(due.tzinfo)).total_seconds()
    assert left < 0 or published.count() == 0, "it went out before its time"
    until(officer, lambda: published.count() == 2, within=max(left, 0) + WORKERS_SECONDS)
    officer.inspect()


def the_citizen_reacts(citizen: Visit) -> None:
    """Finds the post in the public feed, in both scripts and with its picture; likes, shares and comments one."""
    page = citizen.page
    citizen.go(f"{citizen.stack.practice}/door?next=/")
    page.locator("#name").fill("Шетач са трга")
    page.locator("#name ~ button").click()
    for text in (LATIN, CYRILLIC):
        post = page.locator(".status", has=page.locator(".words", has_text=text.split("\n")[0]))
        expect(post).to_have_count(1)
        expect(post.locator("img[width]")).to_have_attribute("alt", ALT)
    post.locator(".act-like").click()
    expect(post.locator(".act-like")).to_have_attribute("aria-pressed", "true")
    post.locator(".act-share").click()
    expect(post.locator(".act-share")).to_have_attribute("aria-pressed", "true")
    post.locator(".act[href$='#comment']").click()
    page.locator("#text").fill(COMMENT)
    page.locator("#comment button").click()
    expect(page.locator(".comment .words")).to_have_text(COMMENT)
    citizen.inspect()
    citizen.go(f"{citizen.stack.practice}/").inspect()


def the_officer_sees_the_numbers(officer: Visit) -> None:
    """One like, one share, one comment: pulled by a worker, shown on the dashboard."""
    officer.go(f"{HERE}analytics/?days=7")
    newest = officer.page.locator("tr", has_text=TITLE)
    liked = newest.filter(has_not_text="latinicom")

    def numbers() -> list[str]:
        return [cell.strip() for cell in liked.locator("td.num").all_inner_texts()]

    until(officer, lambda: numbers() == ["3", "1", "1", "1"])
    officer.inspect()


def the_programme_sees_six_municipalities(staff: Visit) -> None:
    staff.sign_in(STAFF)
    staff.link("Municipalities compared")
    rows = staff.page.locator(".compare tbody tr")
    expect(rows).to_have_count(6)
    assert "Ћуприја" in rows.first.inner_text()
    staff.inspect()
