"""An officer has the inbox open while citizens write and colleagues work: nothing is loaded again, nothing is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from django.conf import settings

from inbox.domain import propose, triage
from inbox.models import Message
from municipalities.tenancy import scope
from tests.browsing import PHONE, enter, is_sound
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.live_processes import LiveProcesses, running

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WITHIN = 3_000


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[LiveProcesses]:
    with running(tmp_path_factory.mktemp("live")) as started:
        yield started


def show(page: Any, processes: LiveProcesses, person: Any, path: str = "") -> None:
    _name, _, value = processes.cookie(person).partition("=")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": processes.url}])
    with page.expect_response(re.compile("/changes/")):  # it has its stream
        page.goto(f"{processes.url}/m/cuprija/inbox/{path}")


def show_without_streams(page: Any, live_server: Any, person: Any) -> None:
    """The server of the tests has no connections that could be handed over."""
    enter(page, live_server, person)
    with page.expect_response(re.compile("/live/")) as answer:
        page.goto(f"{live_server.url}/m/cuprija/inbox/")
    assert answer.value.status == 204


def look(page: Any) -> None:
    """What a page without a stream does every quarter of a minute."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def texts(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("[data-rows] .list-link").all_inner_texts()]


@pytest.mark.slow
def test_new_messages_are_announced_and_shown_on_a_click(
    page: Any, processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    for number in range(4):
        municipality.receive(f"Питање број {number}")
    show(page, processes, municipality.cast.officer)
    before = texts(page)
    page.get_by_role("checkbox", name="Select the message of").nth(1).check()
    page.get_by_label("Words").fill("струја")
    where = page.locator("[data-rows] > li").nth(2).bounding_box()
    began = time.monotonic()
    municipality.receive("Пукла је цев у главној улици")
    button = page.get_by_role("button", name="1 new message – show")
    expect(button).to_be_visible(timeout=WITHIN)
    assert time.monotonic() - began < 5, "with the time that the network itself takes"
    municipality.receive("Нема струје у целом насељу")
    expect(page.get_by_role("button", name="2 new messages – show")).to_be_visible(timeout=WITHIN + 1_000)
    assert texts(page) == before
    assert page.locator("[data-rows] > li").nth(2).bounding_box() == where
    expect(page.get_by_label("Words")).to_be_focused()
    expect(page.get_by_label("Words")).to_have_value("струја")
    expect(page.locator(".rail-link", has_text="Inbox").locator(".counter")).to_have_text("6")
    expect(page.locator(".segments a[aria-current]").locator(".counter")).to_have_text("6")
    page.get_by_label("Words").fill("")
    is_sound(page)
    page.get_by_role("button", name="2 new messages – show").click()
    assert sorted(texts(page)[:2]) == ["Нема струје у целом насељу", "Пукла је цев у главној улици"]
    assert texts(page)[2:] == before
    expect(page.locator("[data-rows] .list-link").first).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("new message"))).to_have_count(0)
    assert page.locator(".inbox-tick input:checked").count() == 1
    # What came can be worked with like the rest.
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".inbox-tick input:checked").count() == 3
    page.get_by_label("All on this page").check()
    assert page.locator(".inbox-tick input:checked").count() == 6


@pytest.mark.slow
def test_what_colleagues_do_is_shown_where_the_row_is(
    page: Any, processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    messages = [municipality.receive(f"Питање број {number}") for number in range(3)]
    show(page, processes, municipality.cast.officer)
    before = texts(page)
    row = page.locator("[data-rows] > li", has_text="Питање број 1")
    row.get_by_role("checkbox").check()
    row.locator(".list-link").focus()
    where = row.bounding_box()
    with scope(municipality.cast.cuprija):
        triage.assign(messages[1], municipality.cast.approver, by=municipality.cast.approver)
        triage.close(messages[2], by=municipality.cast.approver)
    expect(row).to_contain_text("Approver", timeout=WITHIN)
    expect(page.locator("[data-rows] > li", has_text="Питање број 2")).to_contain_text("Closed", timeout=WITHIN)
    assert texts(page) == before
    assert row.get_by_role("checkbox").is_checked()
    expect(row.locator(".list-link")).to_be_focused()
    assert row.bounding_box()["y"] == where["y"]
    expect(page.get_by_role("button", name=re.compile("new message"))).to_have_count(0)


@pytest.mark.slow
def test_a_page_reconnects_after_the_process_was_killed(
    page: Any, processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    municipality.receive("Питање")
    show(page, processes, municipality.cast.officer)
    processes.kill_live()
    processes.start_live()
    municipality.receive("Пукла је цев")
    # The browser tries again after a second; where that was too early, the page does a few seconds later.
    expect(page.get_by_role("button", name="1 new message – show")).to_be_visible(timeout=12_000)


def test_without_streams_the_page_asks_by_itself(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    municipality.receive("Питање")
    page.set_viewport_size(PHONE)
    show_without_streams(page, live_server, municipality.cast.officer)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    municipality.receive("Пукла је цев")
    look(page)
    expect(page.get_by_role("button", name="1 new message – show")).to_be_visible()
    statuses: list[int] = []
    page.on("response", lambda answer: "/changes/" in answer.url and statuses.append(answer.status))
    page.wait_for_timeout(100)
    look(page)
    page.wait_for_timeout(1_000)
    assert statuses == [304]
    assert problems == []


@pytest.mark.slow
def test_it_asks_every_quarter_of_a_minute(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    municipality.receive("Питање")
    show_without_streams(page, live_server, municipality.cast.officer)
    municipality.receive("Пукла је цев")
    expect(page.get_by_role("button", name="1 new message – show")).to_be_visible(timeout=20_000)


@pytest.mark.slow
def test_an_empty_inbox_offers_to_show_what_came(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    show_without_streams(page, live_server, municipality.cast.officer)
    municipality.receive("Пукла је цев")
    look(page)
    is_sound(page)
    page.get_by_role("button", name="1 new message – show").click()
    expect(page.get_by_role("link", name="Пукла је цев")).to_be_visible()


def answered(municipality: MunicipalityInbox, message: Message) -> None:
    with scope(municipality.cast.cuprija):
        propose.answer(message, "Екипа је на терену.", by=municipality.cast.approver)


def test_an_open_message_says_what_others_do_and_keeps_what_is_typed(
    page: Any, processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    message = municipality.receive("Пукла је цев")
    show(page, processes, municipality.cast.officer, f"{message.pk}/")
    field = page.get_by_label("Public text")
    field.fill("Проверавам са водоводом")
    municipality.receive("И код нас нема воде")
    expect(page.get_by_text("1 new message in this conversation.")).to_be_visible(timeout=WITHIN)
    answered(municipality, message)
    expect(page.get_by_text("Approver has answered.")).to_be_visible(timeout=WITHIN + 1_000)
    is_sound(page)
    field.focus()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-thread]")).to_contain_text("Екипа је на терену.")
    expect(page.locator("[data-thread]")).to_contain_text("И код нас нема воде")
    expect(field).to_have_value("Проверавам са водоводом")
    expect(page.get_by_text("Approver has answered.")).to_have_count(0)
