"""No page breaks: every page that a person can get to by links, in the geometry of the browser.

Each role goes through its pages in three ways that together pair languages with sizes and with what readers change:
Cyrillic as it is, Latin with the text spacing of WCAG 1.4.12 in the dark, English with texts longer by two fifths.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests import geometry
from tests.journeys.visit import Visit

pytestmark = [pytest.mark.journey, pytest.mark.long]
ROLES = {
    "officer@cuprija.example": "/m/cuprija/",
    "approver@cuprija.example": "/m/cuprija/",
    "mentor@dobosar.example": "/",
    "staff@dobosar.example": "/",
    "trainer@dobosar.example": "/",
    "admin@dobosar.example": "/",
}
NOT_PAGES = re.compile(
    r"logout|/(csv|pdf|xlsx|ics|calendar|sample|download|file|export)/|\.(csv|pdf|xlsx|ics|png|svg)$"
)
# A laptop, a telephone, a large screen, and the laptop at 200 %.
LAPTOP, PHONE, LARGE, DOUBLED = (1366, 657), (390, 844), (1920, 1080), (683, 328)


@dataclass(frozen=True)
class Reading:
    """How a person reads the portal."""

    language: str
    sizes: tuple[tuple[int, int], ...]
    colours: str = "light"
    is_spaced: bool = False
    is_longer: bool = False


READINGS = {
    "as it is": Reading("sr", (LAPTOP, PHONE)),
    "spaced": Reading("sr-latn", (LARGE, PHONE), "dark", is_spaced=True),
    "longer": Reading("en", (LAPTOP, DOUBLED), is_longer=True),
}


def route(path: str) -> str:
    """Pages of one kind have one route: it is enough to see one of them."""
    path = re.sub(r"/\d+(?=/|$)", "/N", re.split("[?#]", path)[0])
    return re.sub(r"/m/[\w-]+/", "/m/M/", path)


def links(page: Any) -> list[str]:
    hrefs: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    paths = [href.partition("#")[0] for href in hrefs if href.startswith("/") and not href.startswith("//")]
    return [path for path in paths if not NOT_PAGES.search(path.partition("?")[0])]


def faults_of(page: Any, reading: Reading) -> dict[str, list[list[str]]]:
    by_width = {}
    if reading.is_longer:
        geometry.lengthened(page)
    if reading.is_spaced:
        geometry.space_out(page)
    for width, height in reading.sizes:
        page.set_viewport_size({"width": width, "height": height})
        if faults := geometry.faults(page):
            by_width[f"{width} px"] = faults
    return by_width


@pytest.mark.parametrize("how", READINGS)
def test_no_page_breaks(speaking: Callable[[str, str], Visit], how: str) -> None:
    reading = READINGS[how]
    broken: dict[str, Any] = {}
    seen: set[str] = set()
    for who, start in ROLES.items():
        person = speaking(who, reading.language)
        page = person.page
        page.emulate_media(color_scheme=reading.colours, reduced_motion="reduce")
        ahead, mine = [start], set()
        while ahead:
            path = ahead.pop(0)
            if route(path) in mine:
                continue
            mine.add(route(path))
            answer = page.goto(person.stack.url + path)
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            ahead += links(page)
            if route(path) not in seen and (faults := faults_of(page, reading)):
                broken[f"{who} {path}"] = faults
            seen.add(route(path))
        # Some links lead to what only another role reads; here it is the layout that counts.
        person.forgive("404 (Not Found)", may_be_missing=True)
    assert len(seen) > 300, "it got to few pages"
    assert not broken, "\n".join(f"{page}: {faults}" for page, faults in broken.items())
