"""One person's browser: it signs in, finds words in the page's language, and keeps what the browser complains of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from launcher.run import PASSWORD
from tests import browsing
from tests.journeys.stack import Stack

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# Only to end the wait for what never comes: on a slow machine a call may fail once and be tried again minutes later.
WORKERS_SECONDS = 600
LANGUAGE_TAGS = {"sr": "sr-Cyrl", "sr-latn": "sr-Latn", "en": "en"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
CUT_OFF = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const wide = [...document.body.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > most + 1);
  return wide.slice(0, 5).map(each => each.outerHTML.slice(0, 120));
}"""


class Visit:
    """`language` is the interface's: `sr`, `sr-latn` or `en`. Texts are named by their English source."""

    def __init__(self, browser: Any, stack: Stack, *, language: str = "sr", size: dict[str, int] = WIDE) -> None:
        self.browser, self.stack, self.language = browser, stack, language
        self.options = {
            "locale": "sr-RS", "timezone_id": "Europe/Belgrade", "viewport": size, "reduced_motion": "reduce",
        }  # fmt: skip
        self.complaints: list[str] = []
        self._open(None)

    def _open(self, session: Any) -> None:
        self.context = self.browser.new_context(**self.options, storage_state=session)
        if not session:
            self.context.add_cookies([{"name": "dobosar_language", "value": self.language, "url": self.stack.url}])
        self.page = self.tab()

    def tab(self) -> Any:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def forgive(self, text: str, *, may_be_missing: bool = False) -> None:
        """Complaints with these words were provoked on purpose; they must have come, unless they `may_be_missing`."""
        others = [complaint for complaint in self.complaints if text not in complaint]
        assert may_be_missing or len(others) < len(self.complaints), f"nobody complained of {text!r}"
        self.complaints = others

    # ---- moving about

    def go(self, path: str) -> Visit:
        answer = self.page.goto(path if path.startswith("http") else self.stack.url + path)
        assert answer.ok, f"{answer.status} at {answer.url}"
        return self

    def sign_in(self, who: str) -> Visit:
        """Through the sign-in page, as a person does."""
        self.go("/accounts/login/")
        self.page.locator("[name=login]").fill(who)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.button("Sign in")
        self.page.wait_for_url(re.compile(r"/(m/[^/]+/)?$"))
        return self

    def sign_out(self) -> None:
        self.page.locator(".rail-foot summary").click()
        self.button("Sign out")
        self.page.wait_for_url("**/accounts/login/**")

    def come_as(self, who: str, sessions: dict[str, Any]) -> None:
        """Signed in already: the second visit of a person brings the cookies of the first."""
        if who not in sessions:
            self.sign_in(who)
            sessions[who] = self.context.storage_state()
            return
        self.context.close()
        self._open(sessions[who])

    # ---- words

    def say(self, english: str) -> str:
        """The words of the page's language for an English source text."""
        with translation.override(self.language):
            return gettext(english)

    def button(self, english: str, within: Any = None) -> None:
        (within or self.page).get_by_role("button", name=self.say(english), exact=True).click()

    def link(self, english: str, within: Any = None) -> None:
        (within or self.page).get_by_role("link", name=self.say(english), exact=True).click()

    def sees(self, english: str, **values: Any) -> None:
        self.page.get_by_text(self.say(english) % values if values else self.say(english)).first.wait_for()

    # ---- looking closely

    def inspect(self) -> None:
        """The page as it is: usable for everybody by axe, nothing cut off on a phone; in every look also in the dark
        and by axe on a phone."""
        page, before = self.page, self.page.viewport_size
        problems = self._axe(EVERYTHING, "light")
        if browsing.every_look:
            page.emulate_media(color_scheme="dark")
            problems += self._axe(COLOURS, "dark")
            page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        if browsing.every_look:
            problems += self._axe(EVERYTHING, "on a phone")
        problems += [f"cut off on a phone: {element}" for element in page.evaluate(CUT_OFF)]
        page.set_viewport_size(before)
        assert not problems, "\n".join([page.url, *problems])

    def _axe(self, what: dict[str, Any], how: str) -> list[str]:
        violations = browsing.violations(self.page, **what)
        return [
            f"{how}: {rule} at {element}"
            for rule, elements in violations
            for element in elements
            if rule != "target-size" or self._is_small(element)
        ]

    def _is_small(self, element: list[str]) -> bool:
        """Whether a target is also too small in the middle of the screen: at its edge a bar may cover a part of it."""
        place = " ".join(element)
        self.page.locator(place).evaluate("(target) => target.scrollIntoView({ block: 'center' })")
        size = {"runOnly": {"type": "rule", "values": ["target-size"]}}
        return any(element in elements for _rule, elements in browsing.violations(self.page, **size))


def until(visit: Visit, condition: Callable[[], bool], within: float = WORKERS_SECONDS) -> None:
    """Load the page again and again until it shows it: what workers do comes without a word."""
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, f"{visit.page.url} did not change within {within:.0f} s"
        time.sleep(0.5)
        visit.page.reload()
