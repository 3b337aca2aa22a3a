"""A public hearing by people in browsers: from the draft to the published report, with an answer to everybody.

An officer, an approver, citizens on the practice network, by private message and on the public form, and a department.
No part is replaced: web, Celery workers and the practice network run as `make run` starts them.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from participation import form_tokens
from tests.journeys.stack import Stack, owner_url
from tests.journeys.visit import PHONE, Visit, until

pytestmark = pytest.mark.journey

OFFICER, APPROVER = "officer@cuprija.example", "approver@cuprija.example"
HERE = "/m/cuprija/"
DEPARTMENT = "Одељење за путеве и инвестиције"
# What the programme was promised: from the draft to the published report.
MOST_SECONDS = 12 * 60
# Another one each time, so that the journey can be walked twice in one place.
NUMBER = int(time.time()) % 100_000
TITLE = f"Улагања у улице и тргове ({NUMBER})"
LEAD = f"Која улагања у улице и тргове су Вам најважнија у наредној години? Питање број {NUMBER}."
PAVEMENT = "Предлажем тротоар у Улици кнеза Милоша, од школе до парка, због деце"
BUS = "Појефтините аутобуску карту до Београда, превише је скупа"
POOL = f"Базен број {NUMBER}: направите га поред реке, да деца имају где лети"
NEIGHBOUR = f"komsija{NUMBER}@posta.example"
QUESTION = f"За расправу {NUMBER}: колико кошта тротоар од школе до парка, и када може да се ради?"
OPINION = "Процена је 4,2 милиона динара. Пројекат је готов, радови могу да почну у мају."
YES = "Тротоар од школе до парка ради се од маја, за 4,2 милиона динара."
NO_MONEY = "Базен кошта 90 милиона динара, а за сва улагања има 60 милиона."
NOT_OURS = "Цене међумесног превоза одређује превозник."
CARRIER = "Превозник „Морава превоз”, служба за кориснике, 035 111 111"
CHANGES = "У буџет улази тротоар у Улици кнеза Милоша, од маја."


@pytest.mark.slow
def test_a_hearing_goes_from_a_draft_to_a_report_and_everybody_is_answered(
    visit: Callable[..., Visit], stack: Stack, place: Path, request: pytest.FixtureRequest
) -> None:
    began = time.monotonic()
    officer, approver = visit(OFFICER), visit(APPROVER)
    the_approver_wants_to_see_answers_first(approver)
    hearing = the_officer_drafts_the_hearing(officer)
    the_approver_publishes_the_hearing(approver)
    call = the_officer_finishes_the_call(officer, hearing)
    the_approver_approves_the_call(approver, call)

    citizen, neighbour = visit(), visit(size=PHONE)
    thread = the_citizen_finds_the_call(citizen)
    opened = the_neighbour_opens_the_form(neighbour, thread)
    conversation = the_citizen_comments_and_writes_privately(citizen, thread)
    code = the_neighbour_sends_a_proposal(neighbour, opened)

    the_officer_counts_the_comments(officer, hearing)
    the_approver_approves_the_thanks(approver)
    the_officer_counts_the_private_message(officer)
    the_department_is_asked(officer, visit)
    the_term_ends(place)
    the_officer_joins_and_decides(officer, hearing)
    the_authors_are_answered(officer, approver, hearing)
    the_citizen_reads_the_answers(citizen, thread, conversation)
    the_neighbour_reads_the_decision(neighbour, officer, code)

    the_approver_closes_the_hearing(approver, hearing)
    the_officer_makes_the_report(officer, hearing)
    public = the_approver_publishes_the_report(approver, hearing)
    everybody_reads_the_report(visit(), public)
    the_officer_plans_the_result(officer, hearing)

    seconds = time.monotonic() - began
    request.node.user_properties.append(
        ("journey", f"A public hearing from the draft to the published report: {seconds / 60:.1f} minutes.")
    )
    assert seconds <= MOST_SECONDS


# ---- the hearing is prepared and announced


def the_approver_wants_to_see_answers_first(approver: Visit) -> None:
    approver.go(f"{HERE}settings/rules/").page.locator("[name=answers_need_approval]").check()
    approver.button("Save")
    expect(approver.page.locator("[name=answers_need_approval]")).to_be_checked()


def the_officer_drafts_the_hearing(officer: Visit) -> str:
    """The address of its page."""
    page, first = officer.page, datetime.now(ZoneInfo("Europe/Belgrade")).date()
    # On a Monday: working days are few around holidays.
    last = first + timedelta(days=28 - first.weekday())
    officer.go(HERE).link("Consultations", page.locator(".rail"))
    officer.link("New consultation", page.locator(".page-actions"))
    officer.link("Public hearing on the budget")
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=subject]").fill(f"{LEAD}\n\nУ документу су предлози и износи.")
    expect(page.locator("[name=ground][value=local-self-government-budget]")).to_be_checked()
    page.locator("[name=starts_on]").fill(f"{first:%d.%m.%Y}")
    page.locator("[name=ends_on]").fill(f"{last:%d.%m.%Y}")
    page.locator("[name=approver]").select_option(index=1)
    page.locator("[name=department]").select_option(label=DEPARTMENT)
    officer.inspect()
    officer.button("Save the draft")
    officer.sees("The draft is saved. Nobody outside sees it before it is published.")
    hearing = str(page.url)
    officer.link("Add a document")
    page.locator("[name=title]").fill("Предлог улагања")
    page.set_input_files(
        "[name=file]", {"name": "ulaganja.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    )
    officer.button("Add it")
    page.get_by_role("link", name="Предлог улагања").wait_for()
    page.locator(".page-up").click()
    officer.button("Ask an approver to publish it")
    officer.sees("An approver was asked to publish it:")
    officer.inspect()
    return hearing


def the_approver_publishes_the_hearing(approver: Visit) -> None:
    approver.go("/notifications/").page.get_by_role("link", name=TITLE).first.click()
    approver.sees("What citizens will see")
    approver.inspect()
    approver.button("Publish it")
    approver.page.get_by_role("link", name=approver.say("Public page")).wait_for()


def the_officer_finishes_the_call(officer: Visit, hearing: str) -> str:
    """The address of the post, which waits for approval."""
    page = officer.page
    officer.go(hearing).button("Plan its posts")
    expect(page.locator("#posts .list-row")).to_have_count(3)
    officer.link("Call to take part")
    officer.link("Go on writing")
    expect(page.locator("#text-sr-Cyrl")).to_have_value(re.compile(re.escape(LEAD)))
    # It goes out as soon as it is approved, not at the next of the usual hours.
    page.select_option("#when", "approval")
    expect(page.locator("#time")).to_be_hidden()
    officer.button("Submit for approval", page.locator(".composer-foot"))
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    return str(page.url)


def the_approver_approves_the_call(approver: Visit, call: str) -> None:
    approver.go(call).page.locator("button[value=approve]").click()
    approver.sees("Approved. It is being published now; the page of the post shows its status.")


# ---- citizens take part


def the_citizen_finds_the_call(citizen: Visit) -> str:
    """On the practice network, once the publisher has published it; the address of its page there."""
    page = citizen.page
    citizen.go(f"{citizen.stack.practice}/door?next=/")
    page.locator("#name").fill(f"Мештанка {NUMBER}")
    page.locator("#name ~ button").click()
    call = page.locator(".status", has=page.locator(".words", has_text=LEAD))
    until(citizen, lambda: call.count() == 1)
    call.locator(".act[href$='#comment']").click()
    expect(page.locator("#text")).to_be_visible()
    return str(page.url.partition("#")[0])


def the_neighbour_opens_the_form(neighbour: Visit, thread: str) -> float:
    """By the link in the post, without an account; the moment (`time.monotonic`) at which the form was there."""
    page = neighbour.page
    neighbour.go(thread)
    page.locator(".feed-one .words a[href^=http]").last.click()
    page.wait_for_url(f"{neighbour.stack.url}/consultations/cuprija/**")
    expect(page.locator("h1")).to_have_text(TITLE)
    neighbour.link("Write a proposal")
    expect(page.locator("[name=text]")).to_be_visible()
    return time.monotonic()


def the_citizen_comments_and_writes_privately(citizen: Visit, thread: str) -> str:
    """Two comments and a private message; the address of the conversation."""
    page = citizen.page
    citizen.go(thread)
    for text in (f"{PAVEMENT}, хвала", BUS):
        page.locator("#text").fill(text)
        page.locator("#comment button").click()
        page.locator(".comment .words", has_text=text).wait_for()
    page.locator(".feed-one .status-by a").first.click()
    citizen.link("Write privately")
    page.locator("#text").fill(POOL)
    page.locator(".write-foot button").click()
    page.locator(".bubble", has_text=POOL).wait_for()
    return str(page.url.partition("#")[0])


def the_neighbour_sends_a_proposal(neighbour: Visit, opened: float) -> str:
    """With a picture and an address for the answer; the code of the receipt."""
    page = neighbour.page
    neighbour.inspect()
    page.locator("[name=text]").fill(PAVEMENT)
    page.set_input_files("[name=file_1]", {"name": "ulica.png", "mimeType": "image/png", "buffer": photograph()})
    page.locator("[name=contact]").fill(NEIGHBOUR)
    # What is sent sooner is a program's.
    page.wait_for_timeout(max(0, form_tokens.SHORTEST - (time.monotonic() - opened)) * 1000)
    neighbour.button("Send")
    neighbour.sees("Your proposal was received")
    page.get_by_text("ulica.png").wait_for()
    neighbour.inspect()
    code = page.locator(".consultation-code").inner_text()
    page.locator("a[href*='/receipt/']").click()
    look_up(neighbour, code)
    neighbour.sees("There is no decision yet.")
    # The first one is set by `Visit`, the other one by the practice network.
    assert {cookie["name"] for cookie in neighbour.context.cookies()} <= {"dobosar_language", "dobosar_practice_csrf"}
    return str(code)


def look_up(neighbour: Visit, code: str) -> None:
    neighbour.page.locator("#code").fill(code)
    neighbour.button("Show it")


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#1d3557").save(out, "PNG")
    return out.getvalue()


# ---- the officer counts, asks, decides


def the_officer_counts_the_comments(officer: Visit, hearing: str) -> None:
    """Suggested because they stand below the call. The author of the first one is to be told that it counts."""
    page = officer.page
    officer.go(hearing).link("All contributions")
    officer.link("Suggested from the inbox")
    rows = page.locator(".contribution-row")
    until(officer, lambda: rows.count() == 2)
    officer.inspect()
    for row in rows.all():
        row.locator("[name=message]").check()
    officer.button("Count the ticked ones")
    page.get_by_label(BUS).uncheck()
    officer.inspect()
    officer.button("Tell them")
    expect(rows).to_have_count(3)
    officer.inspect()


def the_approver_approves_the_thanks(approver: Visit) -> None:
    approver.go(f"{HERE}inbox/").link("To approve")
    approver.page.get_by_role("link", name=TITLE).click()
    approver.button("Approve and send")
    approver.page.locator("#decided-text").wait_for(state="detached")


def the_officer_counts_the_private_message(officer: Visit) -> None:
    """Found in the inbox, counted on its own page."""
    page = officer.page
    officer.go(f"{HERE}inbox/")
    message = page.get_by_role("link", name=POOL[:60])
    until(officer, lambda: message.count() == 1)
    message.click()
    page.locator("summary", has_text=officer.say("Contribution to a consultation")).click()
    officer.button("Count as a contribution")
    page.get_by_label(TITLE).check()
    officer.button("Count as contributions")
    officer.link("Not now")
    expect(page.locator(".contribution-row")).to_have_count(4)


def the_department_is_asked(officer: Visit, visit: Callable[..., Visit]) -> None:
    """By a link in a mail, without an account."""
    page = officer.page
    page.locator(".contribution-row", has_text=f"{PAVEMENT}, хвала").get_by_role("link").click()
    officer.link("Ask a department")
    page.locator("[name=department]").select_option(label=DEPARTMENT)
    page.locator("[name=question]").fill(QUESTION)
    officer.button("Send the question")
    mail = officer.go("/mailbox/").page.locator("details", has_text=QUESTION)
    link = mail.locator("a[href*='/inbox-answer/']").get_attribute("href")
    assert link

    department = visit()
    department.go(link).inspect()
    department.page.get_by_text(QUESTION).wait_for()
    department.page.locator("#text").fill(OPINION)
    department.button("Send the answer")
    department.sees("Thank you, your answer has arrived")


def the_term_ends(place: Path) -> None:
    """Turns the calendar: from now on the last day is today, and its hour is the present one.

    The one thing here that no person does. A term that really ends within minutes would have no time left for the call
    among its posts, and on a slow machine it would end before citizens have written.
    """
    here = "now() AT TIME ZONE 'Europe/Belgrade'"
    change = (
        f"UPDATE participation_consultation SET ends_on = ({here})::date,"
        f" last_hour = date_trunc('minute', {here})::time, closes_at = date_trunc('minute', now())"
        " WHERE title = %s AND closes_at > now()"
    )
    with closing(psycopg2.connect(owner_url(place))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(change, [TITLE])
        assert cursor.rowcount == 1


def the_officer_joins_and_decides(officer: Visit, hearing: str) -> None:
    """What says the same has one decision, with the opinion of the department beside it; one is declined with its
    reason, one is not for the municipality."""
    page = officer.page
    officer.go(hearing).link("Open the contributions")
    officer.link("Decide one after the other")
    expect_number(officer, 1)
    page.locator(".contribution-similar a", has_text=f"{PAVEMENT}, хвала").click()
    page.locator(".contribution-similar button").click()
    holds = officer.say("The decision about contribution %(number)s holds for this one too.") % {"number": 1}
    page.get_by_role("link", name=holds).click()
    expect_number(officer, 1)
    page.get_by_text(OPINION).wait_for()
    officer.inspect()
    decide(officer, "accepted", YES)
    expect_number(officer, 3)
    decide(officer, "elsewhere", NOT_OURS, CARRIER)
    expect_number(officer, 4)
    decide(officer, "declined", NO_MONEY)
    expect(page.locator("[name=decision][value=declined]")).to_be_checked()


def expect_number(officer: Visit, number: int) -> None:
    expect(officer.page.locator("h1")).to_have_text(officer.say("Contribution %(number)s") % {"number": number})


def decide(officer: Visit, decision: str, reason: str, where_to: str = "") -> None:
    page = officer.page
    page.locator(f"[name=decision][value={decision}]").check()
    page.locator("[name=reason]").fill(reason)
    page.locator("[name=where_to]").fill(where_to)
    officer.button("Save and go on to the next")


# ---- everybody is answered


def the_authors_are_answered(officer: Visit, approver: Visit, hearing: str) -> None:
    page = officer.page
    officer.go(f"{hearing}contributions/").link("Answers to authors")
    page.get_by_text(YES).first.wait_for()
    officer.inspect()
    page.locator("main form button.button-primary").click()
    officer.sees("An approver has to agree now. Nothing is sent before.")
    approver.go(f"{hearing}contributions/").link("Answers to authors")
    approver.page.get_by_text(NO_MONEY).first.wait_for()
    approver.inspect()
    approver.button("Approve and send")
    approver.sees("Approved. The authors are being answered.")


def the_citizen_reads_the_answers(citizen: Visit, thread: str, conversation: str) -> None:
    """Below her comments and in the private conversation, and nowhere else."""
    page = citizen.page
    answers = page.locator(".comment .words")
    citizen.go(thread)
    thanks = citizen.say(
        "Thank you. Your words count as proposal no. %(number)s to “%(consultation)s”. Every proposal gets a decision "
        "with its reason, and you will be told it here. Details: %(address)s"
    ) % {"number": 2, "consultation": TITLE, "address": ""}
    until(citizen, lambda: answers.filter(has_text=thanks.strip()).count() == 1)
    until(citizen, lambda: all(answers.filter(has_text=words).count() == 1 for words in (YES, NOT_OURS)))
    expect(answers.filter(has_text=CARRIER)).to_have_count(1)
    expect(answers.filter(has_text=NO_MONEY)).to_have_count(0)
    citizen.go(conversation)
    bubbles = page.locator(".bubble:not(.is-own)")
    until(citizen, lambda: bubbles.filter(has_text=NO_MONEY).count() == 1)


def the_neighbour_reads_the_decision(neighbour: Visit, officer: Visit, code: str) -> None:
    """With the receipt, and in the mail."""
    neighbour.go("/consultations/cuprija/receipt/")
    look_up(neighbour, code)
    neighbour.page.get_by_text(YES).wait_for()
    neighbour.inspect()
    mail = officer.go("/mailbox/").page.locator("details", has_text=NEIGHBOUR)
    until(officer, lambda: mail.filter(has_text=YES).count() == 1)


# ---- the report


def the_approver_closes_the_hearing(approver: Visit, hearing: str) -> None:
    approver.go(hearing).button("Close it")
    approver.button("Close it", approver.page.locator("#confirm"))
    approver.page.get_by_role("link", name=approver.say("Make the report")).first.wait_for()


def the_officer_makes_the_report(officer: Visit, hearing: str) -> None:
    officer.go(hearing).link("Make the report")
    officer.page.locator("[name=outcome]").fill(CHANGES)
    officer.button("Make the files")
    officer.sees("A worker makes the files")
    officer.page.get_by_text(officer.say("An approver publishes it."), exact=True).wait_for()
    officer.inspect()


def the_approver_publishes_the_report(approver: Visit, hearing: str) -> str:
    """The address of the public page."""
    page = approver.page
    approver.go(hearing).link("Publish the report")
    approver.button("Publish the report")
    approver.button("Publish the report", page.locator("#confirm"))
    approver.sees("The report is public.")
    page.locator(".page-up").click()
    address = page.get_by_role("link", name=approver.say("Public page")).get_attribute("href")
    return str(address)


def everybody_reads_the_report(reader: Visit, public: str) -> None:
    """Downloaded from the public page as PDF, Word and open data; the page of the municipality leads to it as well."""
    page = reader.page
    reader.go(public).inspect()
    reader.sees("Nothing: every proposal is decided, and the report is public.")
    for words in (YES, NO_MONEY, NOT_OURS, CARRIER):
        page.get_by_text(words).first.wait_for()
    report = page.locator("section", has=page.locator("#report-heading"))
    assert downloaded(reader, report.locator("a[href$='.pdf']").first).startswith(b"%PDF-")
    assert downloaded(reader, report.locator("a[href$='.docx']").first).startswith(b"PK")
    data = json.loads(downloaded(reader, report.locator("a[href$='.json']").first))
    rows = next(part["data"] for part in data["resources"] if "decision" in part["data"][0])
    assert [(row["number"], row["decision"], row["joined_to"]) for row in rows] == [
        (1, "accepted", None), (2, "accepted", 1), (3, "elsewhere", None), (4, "declined", None),
    ]  # fmt: skip
    reader.link("You asked, we did", page.locator(".public-parts"))
    named = page.locator(".list-link", has_text=TITLE)
    assert downloaded(reader, named).startswith(b"%PDF-")
    reader.inspect()


def downloaded(reader: Visit, link: Locator) -> bytes:
    with reader.page.expect_download() as begun:
        link.click()
    return Path(begun.value.path()).read_bytes()


def the_officer_plans_the_result(officer: Visit, hearing: str) -> None:
    """The last post of the plan, which tells citizens what became of their proposals."""
    officer.go(hearing).button("Plan the post about the result")
    expect(officer.page.locator("#posts .list-row")).to_have_count(4)
