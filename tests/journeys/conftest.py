"""The journeys: people in a real browser, the product running as `make run` runs it.

One product serves all journeys of a run: tests/conftest.py keeps them in one worker. Its first start is a test of its
own; where that test runs, the journeys use the second. A journey brings its own words and its own posts, so the order
does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import places
from tests.journeys import stack as stack_of_product
from tests.journeys.stack import FirstRun, Stack, started
from tests.journeys.visit import LANGUAGE_TAGS, WIDE, Visit


@pytest.fixture(scope="package")
def place() -> Iterator[Path]:
    with places.open_directory() as around:
        # A path with a space and Cyrillic in it: people have such directories.
        yield around / "Моји подаци"


@pytest.fixture(scope="package")
def first_run(place: Path) -> FirstRun:
    return stack_of_product.first_run(place)


@pytest.fixture(scope="package")
def stack(place: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    is_second = any("first_run" in getattr(item, "fixturenames", ()) for item in request.session.items)
    at = request.getfixturevalue("first_run").at if is_second else None
    with started(place, at) as running:
        yield running


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    """Who signed in already: cookies by e-mail address."""
    return {}


@pytest.fixture
def visit(browser: Any, stack: Stack, sessions: dict[str, Any]) -> Iterator[Callable[..., Visit]]:
    """`visit("officer@cuprija.example")`: a browser of that person; without a name, one of nobody."""
    begun: list[Visit] = []

    def begin(who: str = "", **options: Any) -> Visit:
        begun.append(Visit(browser, stack, **options))
        if who:
            begun[-1].come_as(who, sessions)
        return begun[-1]

    yield begin
    complaints = [complaint for begun_visit in begun for complaint in begun_visit.complaints]
    for begun_visit in begun:
        begun_visit.context.close()
    assert complaints == []


@pytest.fixture
def speaking(visit: Callable[..., Visit]) -> Iterator[Callable[[str, str], Visit]]:
    """A person who chose a language in the menu; afterwards it is what it was."""
    changed: list[Visit] = []

    def choose(person: Visit, language: str) -> None:
        person.page.set_viewport_size(WIDE)  # a narrow screen has the menu elsewhere
        person.go("/")
        person.page.locator(".rail-foot summary").click()
        person.page.locator(f".rail-foot [name=language][value={language}]").click()
        expect(person.page.locator("html")).to_have_attribute("lang", LANGUAGE_TAGS[language])
        person.language = language

    def begin(who: str, language: str) -> Visit:
        person = visit(who)
        if language != "sr":
            changed.append(person)
            choose(person, language)
        return person

    yield begin
    for person in changed:
        choose(person, "sr")
