"""What every test with a browser does: sign somebody in, and judge a page for everybody who may use it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from django.conf import settings

from tests.people import sign_in

# With axe as the look in the light has brought it.
IN_THE_DARK = """async () => {
  const rules = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
  return (await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations;
}"""
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def enter(page: Any, live_server: Any, person: Any) -> None:
    value = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


def is_sound(page: Any) -> None:
    """No mistake that axe knows, in light and dark, and nothing that is cut off on a phone."""
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        # In the dark only colours are others.
        found = page.evaluate(IN_THE_DARK) if colours == "dark" else Axe().run(page).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == [], page.url
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
