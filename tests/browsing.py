"""What every test with a browser does: sign somebody in, and judge a page for everybody who may use it."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from django.conf import settings

from tests.people import sign_in

AXE = Axe().axe_script
RUN = """async ([within, options]) => {
  const { violations } = await axe.run(within || document, { ...options, resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(({ target }) => target)]);
}"""
# In the dark only colours are others.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# Width and colours. Of a test that takes them as parameters `make test` runs the first, `make test-slow` the last.
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
EACH_LOOK = [
    LOOKS[0],
    *(pytest.param(*look, marks=pytest.mark.long) for look in LOOKS[1:-1]),
    pytest.param(*LOOKS[-1], marks=pytest.mark.slow),
]
ENDS = [EACH_LOOK[0], EACH_LOOK[-1]]
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# `make test` judges each state of a page in light on a wide screen, and the component gallery and the practice network
# also in the dark on a phone; `make test-slow` so the charts and the pages of tests with `EACH_LOOK` or `looks`.
# `make test-long` judges all pages in every look; conftest.py switches this on.
every_look = False


def looks() -> list[tuple[int, str]]:
    """For a test that goes through them itself: all in `make test-long`, the first and the last otherwise."""
    return LOOKS if every_look else [LOOKS[0], LOOKS[-1]]


def enter(page: Any, live_server: Any, person: Any) -> str:
    """Sign in without the sign-in page; the value of the session's cookie."""
    value = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return value


def violations(page: Any, *, within: str = "", impacts: tuple[str, ...] = (), **options: Any) -> list[Any]:
    """What axe finds on the page as it is shown: rules and the elements that break them.

    `within`: a selector. `impacts`: only findings so grave. `options`: as of `axe.run`.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    findings = page.evaluate(RUN, [within, options])
    return [(rule, elements) for rule, impact, elements in findings if not impacts or impact in impacts]


def is_sound(page: Any) -> None:
    """No mistake that axe knows, and nothing that is cut off on a phone; in every look also the colours of the dark."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert violations(page) == [], page.url
    if every_look:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert violations(page, **COLOURS) == [], page.url
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    page.set_viewport_size(WIDE)
