"""Two people in one draft, each in a browser of their own: a mentor comments at the words and suggests others, the
officer takes them over by one key, the mentor finds the post ready, an approver approves it, and it is published.

Once on desks, once on phones. The municipality asks for the mentor first and an approver then.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import comment_at, passage, suggest, suggestion, thread
from tests.journeys.visit import PHONE, WIDE, Visit, until

pytestmark = pytest.mark.journey

OFFICER, APPROVER = "officer@novi-pazar.example", "approver@novi-pazar.example"
MENTOR = "mentor@dobosar.example"
HERE = "/m/novi-pazar/"
WORDS = "Шалтери раде дуже. Дођите у услужни центар и понесите личну карту."
ASKED, ANSWER = "Напишите и адресу, то увек питају.", "Додата је адреса."
BEFORE, AFTER = "раде дуже", "од понедељка раде до 19 часова"


@pytest.mark.slow
@pytest.mark.parametrize("size", [pytest.param(WIDE, id="on desks"), pytest.param(PHONE, id="on phones")])
def test_from_a_draft_to_a_published_post_with_the_mentors_words(visit: Any, size: dict[str, int]) -> None:
    number = int(time.time()) % 100_000
    title = f"Дуже радно време ({number})"
    officer, mentor, approver = (visit(who, size=size) for who in (OFFICER, MENTOR, APPROVER))
    address = the_officer_writes(officer, title, f"{WORDS} Ред бр. {number}.")
    the_mentor_reads(mentor, title)
    the_officer_takes_it_over(officer, address)
    the_officer_answers_and_submits(officer, address, number)
    the_mentor_sees_what_became_of_it(mentor, title)
    the_mentor_finds_it_ready(mentor, address)
    the_approver_approves(approver, address)
    it_goes_out(officer, visit(), address, f"Шалтери {AFTER}. Дођите у услужни центар, Рифата Бурџевића 10")


def the_officer_writes(officer: Visit, title: str, text: str) -> str:
    page = officer.go(f"{HERE}posts/new/").page
    page.locator("#text-sr-Cyrl").fill(text)
    page.locator("#office > summary").click()
    page.locator("#title").fill(title)
    page.wait_for_url("**/edit/")
    expect(page.locator("#save-state[data-state=saved]")).to_contain_text(re.compile(r"\d\d:\d\d$"))
    officer.inspect()
    return str(page.url.removesuffix("edit/"))


def the_mentor_reads(mentor: Visit, title: str) -> None:
    """From the desk to the words."""
    mentor.go("/desk/?municipality=novi-pazar&show=drafts").page.get_by_role("link", name=title).click()
    comment_at(mentor, "услужни центар", ASKED)
    suggest(mentor, BEFORE, AFTER, "Људи треба да знају до када.")
    mentor.inspect()


def the_officer_takes_it_over(officer: Visit, address: str) -> None:
    """By keyboard alone: next conversation until it is the suggestion, then one key."""
    page = officer.go(address).page
    expect(thread(officer, ASKED)).to_be_visible()
    officer.inspect()
    page.locator("h1").click()
    for _ in range(4):
        page.keyboard.press("n")
        if "is-current" in (suggestion(officer, AFTER).get_attribute("class") or ""):
            break
    page.keyboard.press("a")
    expect(passage(officer)).to_contain_text(f"Шалтери {AFTER}.")
    resolved = page.locator(".talks-done")
    if resolved.count() and resolved.get_attribute("open") is None:
        resolved.locator("summary").click()
    expect(page.locator(".talk-note.tone-good", has_text="Менторка програма")).to_be_visible()


def the_officer_answers_and_submits(officer: Visit, address: str, number: int) -> None:
    page = officer.page
    asked = thread(officer, ASKED)
    asked.get_by_role("link", name=officer.say("Answer"), exact=True).click()
    asked.locator("#answer-text").fill(ANSWER)
    officer.button("Answer and resolve", asked)
    expect(page.locator("#talks .talk[data-thread]")).to_have_count(0)
    page.goto(f"{address}edit/")
    text = page.locator("#text-sr-Cyrl")
    text.fill(text.input_value().replace("услужни центар", "услужни центар, Рифата Бурџевића 10"))
    page.select_option("#when", "later")
    officer.button("Submit for approval", page.locator(".composer-foot"))
    expect(page).to_have_url(address)


def the_mentor_sees_what_became_of_it(mentor: Visit, title: str) -> None:
    """The bell leads to the very conversation."""
    page = mentor.go("/notifications/").page
    page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    expect(page.locator("h1")).to_have_text(title)


def the_mentor_finds_it_ready(mentor: Visit, address: str) -> None:
    mentor.go(address).inspect()
    expect(mentor.page.get_by_role("button", name=mentor.say("Approve"), exact=True)).to_have_count(0)
    the_form_is_open(mentor)
    mentor.button("I have read it: it is ready")
    expect(mentor.page.locator(".timeline")).to_contain_text("Менторка програма")


def the_form_is_open(visit: Visit) -> None:
    """On a phone it is a sheet; on a desk it stands beside the post."""
    opener = visit.page.locator(".decide-foot button").first
    if opener.is_visible():
        opener.click()


def the_approver_approves(approver: Visit, address: str) -> None:
    approver.go(address).inspect()
    the_form_is_open(approver)
    approver.button("Approve")
    approver.sees("Approved. Choose a time for it, or publish it now.")


def it_goes_out(officer: Visit, citizen: Visit, address: str, text: str) -> None:
    officer.go(address).button("Publish now")
    officer.button("Publish now", officer.page.locator("#confirm"))
    feed = citizen.go(citizen.stack.practice + "/").page.locator(".status", has_text=text)
    until(citizen, lambda: feed.count() >= 1)
    published = officer.page.locator("#where-heading + .list .list-row", has_text=officer.say("Published"))
    rows = officer.page.locator("#where-heading + .list .list-row")
    until(officer, lambda: 0 < rows.count() == published.count())
    officer.inspect()
