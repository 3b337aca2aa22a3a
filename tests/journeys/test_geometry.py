"""No page breaks: every page that a person can get to by links, in the geometry of the browser.

Each role goes through its pages in three ways that together pair languages with sizes and with what readers change:
Cyrillic as it is, Latin with the text spacing of WCAG 1.4.12 in the dark, English with texts longer by two fifths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests import geometry
from tests.journeys.visit import Visit
from tests.journeys.walk import every_page

pytestmark = [pytest.mark.journey, pytest.mark.long]
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
    broken = {}
    for name, page in every_page(speaking, reading.language, reading.colours):
        if faults := faults_of(page, reading):
            broken[name] = faults
    assert not broken, "\n".join(f"{page}: {faults}" for page, faults in broken.items())
