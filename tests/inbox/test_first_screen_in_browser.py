"""On a laptop and a telephone the citizen's words and the answer field are on the first screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.domain.ingest import store_messages
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.geometry import SIZES
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_conversations import written

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WORDS = "До када неће бити воде у Његошевој, и да ли ће цистерна стићи до зграда код школе?"
THREE_LINES = 60


@pytest.fixture
def among_many(municipality: MunicipalityInbox) -> str:
    """The address of a message below a post of ours, which a dozen others commented on before and after it."""
    for number in range(12):
        municipality.comment(f"@opstina Ни у улици број {number} нема воде већ три дана, шта се дешава?")
        municipality.fetch()
    message = municipality.receive(f"@opstina {WORDS}")
    for number in range(4):
        municipality.receive(f"@opstina Ни код броја {number} још нема воде.")
    return f"/m/cuprija/inbox/{message.pk}/"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_words_and_the_answer_field_are_on_the_first_screen(
    page: Any, live_server: Any, municipality: MunicipalityInbox, among_many: str, width: int, height: int
) -> None:
    enter(page, live_server, municipality.cast.officer)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}{among_many}")
    assert_first_screen(page, page.get_by_text(WORDS), page.get_by_label("Public text"), height)
    expect(page.get_by_text("Ни у улици број 3")).to_be_hidden()
    page.get_by_text("12 earlier comments").click()
    expect(page.get_by_text("Ни у улици број 3")).to_be_visible()
    is_sound(page)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_so_they_are_in_a_long_private_conversation(
    page: Any, live_server: Any, municipality: MunicipalityInbox, width: int, height: int
) -> None:
    earlier = [written(str(number), f"Нема воде већ {number} дана.", 60 - number) for number in range(20)]
    with scope(municipality.cast.cuprija):
        store_messages(municipality.channel, [*earlier, written("last", WORDS)])
    message = next(row for row in municipality.messages() if row.remote_id == "0")
    enter(page, live_server, municipality.cast.approver)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/")
    assert_first_screen(page, page.get_by_text(WORDS), page.get_by_label("Private answer to jelena"), height)


def assert_first_screen(page: Any, words: Any, field: Any, height: int) -> None:
    """Heading, words and field of three lines or more, one below the other, and nothing is scrolled."""
    heading = page.get_by_role("heading", level=1)
    expect(field).to_be_visible()
    title, text, typed = heading.bounding_box(), words.bounding_box(), field.bounding_box()
    assert page.evaluate("window.scrollY") == 0
    assert title["y"] < text["y"] < text["y"] + text["height"] <= typed["y"]
    assert typed["y"] + typed["height"] <= height
    assert typed["height"] >= THREE_LINES


# So far below the site's own bar the first message begins on a telephone.
MOST_ABOVE = 160


def test_on_a_telephone_the_first_message_stands_high_and_the_filters_are_folded(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    municipality.receive(f"@opstina {WORDS}")
    enter(page, live_server, municipality.cast.officer)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    expect(page.get_by_label("Words")).to_be_hidden()
    bar, first = page.locator(".topbar").bounding_box(), page.locator("[data-rows] > li").first.bounding_box()
    assert first["y"] - (bar["y"] + bar["height"]) <= MOST_ABOVE
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("State").select_option(label="Open (1)")
    page.get_by_label("Kind").select_option("question")
    page.get_by_label("Words").fill("voda")
    is_sound(page)
    page.get_by_role("button", name="Find").click()
    expect(page.locator("summary", has_text="Filters").locator(".counter")).to_have_text("2")


def test_on_a_laptop_the_list_has_one_row_of_controls_and_acts_only_when_something_is_chosen(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    municipality.receive(f"@opstina {WORDS}")
    enter(page, live_server, municipality.cast.officer)
    page.set_viewport_size({"width": 1366, "height": 657})
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    states, filters = page.locator("main .segments").bounding_box(), page.locator(".inbox-filters").bounding_box()
    assert states["y"] < filters["y"] + filters["height"] / 2 < states["y"] + states["height"]
    page.locator("summary", has_text="Filters").click()
    page.locator("summary", has_text="Filters").click()
    expect(page.get_by_label("With the selected ones")).to_be_hidden()
    page.get_by_label("Select the message of Gradjanka").check()
    expect(page.get_by_label("With the selected ones")).to_be_visible()


@pytest.mark.usefixtures("among_many")
def test_on_a_telephone_all_acts_stand_above_the_bar_of_the_site(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    enter(page, live_server, municipality.cast.officer)
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    page.locator("[data-rows] [type=checkbox]").first.check()
    button = page.get_by_role("button", name="Do it").bounding_box()
    assert button["y"] + button["height"] <= page.locator(".bottombar").bounding_box()["y"]
    is_sound(page)
