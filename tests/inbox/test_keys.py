"""An officer gets through the messages of a morning without a mouse, with axe on both pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from inbox.enums import MessageKind, MessageState, Topic
from inbox.models import Message, Note
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.inbox.conftest import MunicipalityInbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning(municipality: MunicipalityInbox) -> list[Message]:
    """Five messages, each with days to go, in the order of the list."""
    for text in ("Када ради шалтер?", "Рупа у Карађорђевој.", "Предлог: клупе", "Купите злато!", "Хвала вам!"):
        municipality.comment(f"@opstina {text}")
    municipality.fetch()
    rows = municipality.messages()
    with scope(municipality.cast.cuprija):
        for number, row in enumerate(rows):
            due_at = timezone.now() + timedelta(days=9, minutes=number)
            Message.objects.filter(pk=row.pk).update(due_at=due_at, publication=municipality.publication)
    return rows


def press(page: Any, key: str, url: str = "**") -> None:
    """Press a key and wait for the page that it leads to."""
    with page.expect_navigation(url=url):
        page.keyboard.press(key)


def test_a_morning_without_a_mouse(
    page: Any, live_server: Any, municipality: MunicipalityInbox, morning: list[Message]
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    is_sound(page)
    question, hole, benches, gold, _thanks = morning
    # through the list, and into its second message
    for key in ("j", "ArrowDown", "ArrowDown", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Рупа у Карађорђевој")).to_be_focused()
    press(page, "Enter", f"**/inbox/{hole.pk}/?view=open")
    # a complaint about a road, for me, with a note
    press(page, "c")
    expect(page.get_by_label("Kind")).to_have_value("complaint")
    page.keyboard.press("t")
    expect(page.get_by_label("Topic", exact=True)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.type("Roads")
        page.keyboard.press("Tab")
    press(page, "m")
    page.keyboard.press("n")
    page.keyboard.type("mnogo dudu")  # letters that are keys elsewhere
    page.keyboard.press("Tab")
    press(page, "Enter")
    with scope(municipality.cast.cuprija):
        now = Message.objects.get(pk=hole.pk)
        assert (now.kind, now.topic, now.assignee_id, now.state) == (
            MessageKind.COMPLAINT, Topic.ROADS, municipality.cast.officer.pk, MessageState.OPEN,
        )  # fmt: skip
        assert Note.objects.get().text == "mnogo dudu"
    is_sound(page)
    # put off until next week; the next one comes by itself
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Tomorrow morning")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    press(page, "Enter", f"**/inbox/{benches.pk}/?view=open")
    expect(page.get_by_text("Postponed. It returns automatically.")).to_be_visible()
    # answer it, and see the answer there; then spam is closed, and back to the first
    page.keyboard.press("a")
    page.keyboard.type("Hvala na predlogu.")
    page.keyboard.press("Tab")
    press(page, "Enter")
    expect(page.get_by_text("The answer is on its way.")).to_be_visible()
    press(page, "j", f"**/inbox/{gold.pk}/?view=open")
    press(page, "s")
    expect(page.get_by_label("Kind")).to_have_value("spam")
    press(page, "d")
    press(page, "b", "**/inbox/?view=open")
    expect(page.get_by_text("Када ради шалтер?")).to_be_visible()
    with scope(municipality.cast.cuprija):
        states = dict(Message.objects.values_list("pk", "state"))
        assert Message.objects.get(pk=hole.pk).is_snoozed
    assert (states[benches.pk], states[gold.pk], states[question.pk]) == (
        MessageState.WAITING,
        MessageState.CLOSED,
        MessageState.OPEN,
    )


@pytest.mark.slow
def test_several_are_selected_and_closed(
    page: Any, live_server: Any, municipality: MunicipalityInbox, morning: list[Message]
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    is_sound(page)
    page.keyboard.press("a")
    expect(page.get_by_label("With the selected ones")).to_be_focused()
    page.keyboard.type("Needs no")
    page.keyboard.press("Tab")
    press(page, "Enter")
    expect(page.get_by_text("Done with 2 messages.")).to_be_visible()
    with scope(municipality.cast.cuprija):
        assert Message.objects.filter(state=MessageState.CLOSED).count() == 2
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_label("All on this page").check()
    expect(page.locator("[data-rows] input:checked")).to_have_count(3)


@pytest.mark.slow
def test_what_was_done_with_several_is_undone_by_a_key(
    page: Any, live_server: Any, municipality: MunicipalityInbox, morning: list[Message]
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    page.keyboard.type("Needs no")
    page.keyboard.press("Tab")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    is_sound(page)
    press(page, "z")
    expect(page.get_by_text("2 messages are as before.")).to_be_visible()
    with scope(municipality.cast.cuprija):
        assert not Message.objects.exclude(state=MessageState.OPEN).exists()


def typed(page: Any, key: str, code: str, **modifiers: bool) -> None:
    """A key as another keyboard gives it."""
    event = {"key": key, "code": code, "bubbles": True, "cancelable": True, **modifiers}
    page.evaluate("event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event))", event)


@pytest.mark.slow
def test_cyrillic_keys_do_the_same_and_keys_can_be_switched_off(
    page: Any, live_server: Any, municipality: MunicipalityInbox, morning: list[Message]
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, municipality.cast.officer)
    listed = f"{live_server.url}/m/cuprija/inbox/"
    first = page.get_by_role("link", name="Када ради шалтер?")
    second = page.get_by_role("link", name="Рупа у Карађорђевој")
    page.goto(listed)
    typed(page, "ј", "KeyJ")
    expect(first).to_be_focused()
    typed(page, "j", "KeyJ", ctrlKey=True)
    typed(page, "J", "KeyJ", shiftKey=True)
    expect(first).to_be_focused()
    typed(page, "о", "KeyJ")  # a Russian keyboard: neither script's letter of ours is a key there
    typed(page, "ј", "KeyJ")
    expect(second).to_be_focused()
    typed(page, "к", "KeyK")
    expect(first).to_be_focused()
    # ? explains, and switches them off; the choice stays in this browser
    typed(page, "?", "Minus", shiftKey=True)
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    is_sound(page)
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.goto(f"{listed}{morning[0].pk}/?view=open")
    page.keyboard.press("d")
    page.keyboard.press("j")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys in this browser").check()
    is_sound(page)
    page.keyboard.press("Escape")
    with scope(municipality.cast.cuprija):
        assert Message.objects.get(pk=morning[0].pk).state == MessageState.OPEN
    with page.expect_navigation(url=f"**/inbox/{morning[1].pk}/?view=open"):
        typed(page, "ј", "KeyJ")
    # in a field a letter is a letter, and Escape leaves the field
    page.keyboard.press("n")
    page.keyboard.type("dj")
    expect(page.get_by_label("Note", exact=True)).to_have_value("dj")
    page.keyboard.press("Escape")
    press(page, "k", f"**/inbox/{morning[0].pk}/?view=open")
