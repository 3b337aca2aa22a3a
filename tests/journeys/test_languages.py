"""The interface in each of its languages: nothing of another language stands between the words of people.

What a person wrote is not the interface's; so a text counts as left behind when a catalogue knows it as its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import polib
import pytest

from launcher.site import ROOT
from tests.journeys.visit import LANGUAGE_TAGS, Visit

pytestmark = pytest.mark.journey
LONG = pytest.mark.long

# People of a municipality where no other journey happens.
OFFICER, APPROVER = "officer@kragujevac.example", "approver@kragujevac.example"
MENTOR, STAFF, ADMIN = "mentor@dobosar.example", "staff@dobosar.example", "admin@dobosar.example"
HERE = "/m/kragujevac/"
PAGES = {
    OFFICER: (HERE, f"{HERE}calendar/", f"{HERE}calendar/?view=list", f"{HERE}posts/", f"{HERE}posts/new/",
              f"{HERE}analytics/", f"{HERE}links/", f"{HERE}progress/",
              f"{HERE}library/", f"{HERE}library/snippets/", f"{HERE}library/hashtags/", f"{HERE}library/pictures/",
              f"{HERE}library/kits/", f"{HERE}planning/campaigns/", f"{HERE}planning/times/",
              f"{HERE}planning/repeating/", f"{HERE}planning/import/", f"{HERE}planning/link/",
              f"{HERE}settings/words/", f"{HERE}settings/services/", "/notifications/",
              "/accounts/name/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/notifications/"),
    APPROVER: (HERE, f"{HERE}channels/", f"{HERE}channels/connect/", f"{HERE}settings/", f"{HERE}settings/rules/",
               f"{HERE}settings/deciding/", f"{HERE}members/", f"{HERE}members/invite/", f"{HERE}activity/",
               f"{HERE}pause/", f"{HERE}first-steps/", f"{HERE}settings/export/"),
    MENTOR: ("/", "/desk/?show=all", "/desk/absence/", f"{HERE}hand-over/"),
    STAFF: ("/programme/", "/programme/people/", "/programme/feedback/", "/programme/rubric/", "/programme/kits/",
            "/programme/services/", "/programme/first-steps/"),
    ADMIN: ("/installation/people/", "/installation/municipalities/", "/installation/about/"),
}  # fmt: skip
# Texts and labels of the page; not people's names, nor what has a language of its own, as the languages' names do.
TEXTS = """() => {
  const found = [];
  const skipped = each => each.closest('script, style, template, .person, [lang]:not(html)');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!skipped(node.parentElement)) found.push(node.data);
  for (const name of ['aria-label', 'title', 'placeholder'])
    for (const each of document.querySelectorAll(`body [${name}]`))
      if (!skipped(each)) found.push(each.getAttribute(name));
  return [document.title, ...found].map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
# Where nobody but the interface speaks.
CHROME = ".rail-sections, .bottombar, .page-actions, thead, legend, .filters .field-label"
CYRILLIC = re.compile("[Ѐ-ӿ]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@cache
def texts_of(name: str) -> list[tuple[str, str]]:
    """(English, translated) of each text of a catalogue."""
    texts = []
    for entry in polib.pofile(str(ROOT / "locale" / name / "LC_MESSAGES" / "django.po")):
        translated = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        for english in filter(None, (entry.msgid, entry.msgid_plural)):
            texts += [(english, text) for text in translated if text and not entry.obsolete]
    return texts


@cache
def strangers(language: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """What must not be read in this language: whole texts, and texts with something filled in."""
    spoken = {
        "sr": {text for _, text in texts_of("sr")},
        "sr-latn": {text for _, text in texts_of("sr_Latn")},
        "en": {english for english, _ in texts_of("sr")},
    }
    foreign = set().union(*(texts for other, texts in spoken.items() if other != language)) - spoken[language]
    texts_of_others = {re.sub(r"\s+", " ", text).strip() for text in foreign}
    filled = [text for text in texts_of_others if PLACEHOLDER.search(text) and len(PLACEHOLDER.sub("", text)) > 8]
    patterns = (".+?".join(re.escape(part) for part in PLACEHOLDER.split(text)) for text in filled)
    return frozenset(texts_of_others), re.compile("|".join(patterns) or "(?!)")


def left_behind(language: str, texts: list[str]) -> list[str]:
    return [text for text in texts if _is_strange(language, text)]


@cache
def _is_strange(language: str, text: str) -> bool:
    whole, filled = strangers(language)
    return text in whole or bool(filled.fullmatch(text))


def test_the_search_finds_what_was_left_behind() -> None:
    filled = "2 problems stop this post."
    assert left_behind("sr", ["New post", filled, "Нова објава", "Mastodon"]) == ["New post", filled]
    assert left_behind("sr-latn", ["New post", "Нова објава", "Nova objava"]) == ["New post", "Нова објава"]
    assert left_behind("en", ["New post", "Нова објава", "Nova objava"]) == ["Нова објава", "Nova objava"]


# In Serbian Latin a text that was left behind in English shows, and one in Cyrillic as well.
@pytest.mark.slow
@pytest.mark.parametrize(
    "language", [name if name == "sr-latn" else pytest.param(name, marks=LONG) for name in LANGUAGE_TAGS]
)
def test_a_page_speaks_one_language(speaking: Callable[[str, str], Visit], language: str) -> None:
    wrong: dict[str, Any] = {}
    for who, paths in PAGES.items():
        person = speaking(who, language)
        for path in paths:
            page = person.go(path).page
            assert page.locator("html").get_attribute("lang") == LANGUAGE_TAGS[language]
            foreign = left_behind(language, page.evaluate(TEXTS))
            if language == "sr-latn":
                foreign += filter(CYRILLIC.search, page.locator(CHROME).all_inner_texts())
            if foreign:
                wrong[f"{who} {path}"] = foreign
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGE_TAGS)
def test_the_sign_in_page_speaks_one_language(visit: Callable[..., Visit], language: str) -> None:
    page = visit(language=language).go("/accounts/login/").page
    assert page.locator("html").get_attribute("lang") == LANGUAGE_TAGS[language]
    assert left_behind(language, page.evaluate(TEXTS)) == []
