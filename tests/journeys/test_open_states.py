"""What axe finds when a page is no longer as it was loaded: menus and parts unfolded, dialogs open, errors at fields.

In light all rules, in the dark the colours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import COLOURS, violations
from tests.journeys.visit import Visit
from tests.journeys.walk import every_page

pytestmark = [pytest.mark.journey, pytest.mark.long]

UNFOLD = "() => document.querySelectorAll('main details, .topbar details').forEach((part) => (part.open = true))"
# The shared ones are empty until something is asked or fetched.
DIALOGS = """() => [...document.querySelectorAll("dialog[id]")]
  .filter(({ id, textContent }) => !["confirm", "dialog"].includes(id) && textContent.trim())
  .map(({ id }) => id)"""
OPEN = """(id) => {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  document.getElementById(id).showModal();
}"""
# The longest form of the page with nothing in its text fields.
SEND_EMPTY = """() => {
  const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=submit]), textarea";
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const length = (form) => [...form.elements].filter((element) => element.matches(typed)).length;
  const form = forms.sort((one, other) => length(other) - length(one))[0];
  form.noValidate = true;
  for (const element of form.elements) if (element.matches(typed)) element.value = "";
  form.requestSubmit();
}"""
ERRORS = "[aria-invalid=true], .errorlist, [role=alert], .notice-error"
# Forms of each kind; none of them takes an empty answer.
FORMS = {
    "officer@cuprija.example": [
        "/accounts/name/", "/accounts/password/change/", "/m/cuprija/needs/new/", "/m/cuprija/inbox/answers/new/",
        "/m/cuprija/mentoring/activities/new/", "/m/cuprija/library/snippets/new/text/",
    ],
    "approver@cuprija.example": ["/m/cuprija/pause/"],
    "staff@dobosar.example": [
        "/programme/trainings/2/agenda/new/", "/programme/trainings/2/edit/", "/programme/trainings/2/people/add/",
    ],
    "admin@dobosar.example": ["/installation/about/", "/installation/people/invite/", "/installation/programmes/"],
}  # fmt: skip


def findings(page: Any, **options: Any) -> list[Any]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    result = violations(page, **options)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    result += [("dark", *finding) for finding in violations(page, **options, **COLOURS)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return result


def test_axe_finds_nothing_with_everything_unfolded_and_in_every_dialog(
    speaking: Callable[[str, str], Visit],
) -> None:
    broken: dict[str, list[Any]] = {}
    dialogs = 0
    for name, page in every_page(speaking, "sr"):
        page.evaluate(UNFOLD)
        if result := findings(page):
            broken[name] = result
        for dialog in page.evaluate(DIALOGS):
            dialogs += 1
            page.evaluate(OPEN, dialog)
            if result := findings(page, within=f"dialog#{dialog}"):
                broken[f"{name} dialog#{dialog}"] = result
    assert not broken, "\n".join(f"{state}: {result}" for state, result in broken.items())
    assert dialogs > 10, "it opened few dialogs"


@pytest.mark.parametrize("who", FORMS)
def test_axe_finds_nothing_where_a_form_was_refused(speaking: Callable[[str, str], Visit], who: str) -> None:
    person = speaking(who, "sr")
    broken: dict[str, list[Any]] = {}
    for path in FORMS[who]:
        person.go(path)
        with person.page.expect_navigation():
            person.page.evaluate(SEND_EMPTY)
        errors = person.page.locator(ERRORS).filter(visible=True)
        assert errors.count(), f"{path} took an empty form, or does not say what is wrong"
        if result := findings(person.page):
            broken[path] = result
    person.forgive("422 (Unprocessable Content)")
    assert not broken, "\n".join(f"{path}: {result}" for path, result in broken.items())
