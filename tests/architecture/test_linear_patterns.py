"""What strangers write is read in a time that grows with its length and no faster, whatever they write.

Every regular expression of the project is searched for, and each reads texts of 100,000 characters that are hard for it
(`tests/architecture/patterns.py`). A pattern that needs the square of the length takes minutes for that.
"""

from __future__ import annotations

import re
import time
import weakref
from collections.abc import Callable
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import pytest

from exchange.place_rewriting import Rewriter
from inbox.domain.handover import _CALLED
from inbox.text_analysis import analyse, anonymise, find_contacts, mask, redact
from inbox.text_analysis.tokens import tokenize
from municipalities.enums import MunicipalityKind
from needs import rules as needs
from platforms import counting, weighted
from platforms.bluesky import facets
from platforms.linkedin import little_text
from platforms.markup import plain
from platforms.telegram import page
from posts.coaching.text_rules import RULES
from posts.editing import anchors
from practice import text as practice
from serbian.folding import fold
from serbian.transliteration import for_publishing, to_cyrillic, to_latin
from tests.architecture import patterns
from tests.cases import sample
from trainings import traits

# Seconds of the processor for one text of 20,000 and of 100,000 characters. What is linear needs a tenth of it.
PATTERN = {"short": 0.15, "long": 0.75}
FUNCTION = {"short": 0.8, "long": 4.0}

# Functions that put a pattern together while the program runs, and of what. Each runs below with hard texts, or reads
# nothing of strangers.
DYNAMIC = {
    "accounts/templatetags/devices.py _named": "one of the names of browsers in the same file",
    "launcher/secrets_scan.py files": "a pattern of our own pre-commit configuration",
    "demo/practice_faces.py _newest": "our own pages",
    "exchange/place_rewriting.py _names": "forms of a municipality's name: Rewriter below",
    "inbox/text_analysis/redaction.py redact": "the author's own name, letter by letter: below",
    "municipalities/row_security/statements.py _tenant_tables": "names of tables, and SQL of ours",
    "planning/date_parsing.py _month": "one of twelve months, and fullmatch of a single word",
    "platforms/facebook/connector.py named_by": "the number of an account, and fullmatch",
    "demo/management/commands/screenshots.py _first_link": "our own pages",
    "posts/coaching/text_rules.py _pattern": "compiles patterns of the module: they are found there",
    "posts/compose.py _inside": "one link, letter by letter",
    "reports/files/pdf.py with_language": "a number, in a file that we have just made",
    "serbian/glossary.py of": "words of the glossary, letter by letter: transliteration below",
}


@pytest.mark.slow
def test_every_pattern_reads_hard_texts_in_linear_time() -> None:
    unique = _patterns()
    assert len(unique) > 150  # the search itself works
    assert _slow(unique) == {}


def test_patterns_of_a_sample_read_hard_texts_in_linear_time() -> None:
    unique = _patterns()
    assert _slow(sample(unique, [name for name, _pattern in unique], 16)) == {}


def _patterns() -> list[tuple[str, Any]]:
    inline, _dynamic = patterns.inline()
    named = {**inline, **patterns.compiled()}.items()
    return sorted({(one.pattern, one.flags, type(one)): (name, one) for name, one in named}.values(), key=itemgetter(0))


def _slow(some: list[tuple[str, Any]]) -> dict[str, list[str]]:
    return {
        name: slow
        for name, pattern in some
        if (slow := patterns.slow_pieces(_reader(pattern), patterns.attacks(pattern), **PATTERN))
    }


def _reader(pattern: Any) -> Callable[[str], None]:
    """As `sub`, `findall` and `finditer` do; `search` and `match` read no more than that."""

    def read_all(text: str) -> None:
        for _found in pattern.finditer(text if isinstance(pattern.pattern, str) else text.encode()):
            pass

    return read_all


@pytest.mark.parametrize("source", [r"[\w.+-]+@[\w-]+\.[\w.-]+", r"\s+x", r"(?:a+)+b", r"<!--.*?-->", r"(\d+)*-"])
def test_a_pattern_of_the_square_is_caught(source: str) -> None:
    """Such patterns were here, or could be."""
    pattern = re.compile(source)
    assert patterns.slow_pieces(_reader(pattern), patterns.attacks(pattern), **PATTERN, shown=1)


def test_patterns_made_while_the_program_runs_are_known() -> None:
    _found, dynamic = patterns.inline()
    assert dynamic == set(DYNAMIC)


# ---- functions, whole

PLACE = SimpleNamespace(
    name_cyrl="Нови Пазар", name_latn="Novi Pazar", name_en="Novi Pazar", kind=MunicipalityKind.CITY, forms={}
)
KNOWN = needs.names("Петар Петровић", "ppetrovic@mastodon.rs")


def _moved(text: str) -> None:
    anchor = anchors.anchor_at(text, 10, 40)
    anchors.move_anchor(anchor, text, text[:5] + "ново " + text[5:])
    anchors.find_anchor(text[100:160], text)


FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "without_personal": lambda text: redact(text, ("Петар Петровић", "ppetrovic@mastodon.rs", "aaa", "@a@a")),
    "contacts": find_contacts,
    "masked": mask,
    "without_names": anonymise,
    "triage": analyse,
    "words": tokenize,
    "called": lambda text: _CALLED.sub("", text),
    "needs.suggested": lambda text: needs.suggest_quote(text, KNOWN),
    "needs.given_away": lambda text: list(needs.identifying_parts(text, KNOWN)),
    "needs.names": lambda text: needs.names(text, text),
    "exchange": Rewriter(PLACE),
    "fold": fold,
    "to_latin": to_latin,
    "to_cyrillic": to_cyrillic,
    "for_publishing": for_publishing,
    "anchors": _moved,
    "mastodon": counting.mastodon,
    "threads": counting.threads,
    "little_text": counting.little_text,
    "graphemes": counting.graphemes,
    "urls": counting.urls,
    "weighted": weighted.x,
    "addresses": weighted.addresses,
    "facets": lambda text: facets.facets(text, lambda _handle: None),
    "linkedin.escaped": little_text.escaped,
    "linkedin.plain": little_text.plain,
    "html": plain,
    "telegram.page": page.posts,
    "practice": practice.to_html,
    "traits": lambda text: (traits.of_text(text), traits.repeats_private(text, text)),
    **{f"coach.{name}": rule for name, rule in RULES.items()},
}  # fmt: skip
PIECES = (
    "@a", "a", "А", " ", "1", "1 ", "01 ", "1-", "1.", ".", "-", "a.", "a-a.", "@a.", "a@a.rs ", "a@", "@",
    "(at)", "a(at)a.rs", "063 123 456 7", "0631234567", "0101990710003", "ЋУ 123-АБ", "AB-1234-CD", "160-1-96",
    "#a", "#аб_", "#маласлова ", "http://", "http://a.rs/ ", "www.", "<", "<a ", "<a href=", "<p>", "<!--",
    "{{", "{{a", "{%", "\n", "\n ", ", Аб", "Аб Абић ", "ул. ", "улица Аб ", "😀", "a\u0301", "\u00ad", "\u200b",
    "&#1", "@[a", "{hashtag|#|", "Нови ", "Нови Пазар", "IV ", "I", "🇷🇸", "Зовем се Аб ", "тел. 123 ", "aА",
    "éa.", "ЈКП ", "до 15. децембра ", "..)",
)  # fmt: skip


CHUNKS = 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(CHUNKS))
def test_what_strangers_write_is_read_in_linear_time(part: int, subtests: pytest.Subtests) -> None:
    for name in list(FUNCTIONS)[part::CHUNKS]:
        with subtests.test(name):
            assert patterns.slow_pieces(FUNCTIONS[name], PIECES, **FUNCTION) == []


def test_what_strangers_write_is_read_in_linear_time_with_a_sample_of_pieces(subtests: pytest.Subtests) -> None:
    for name, function in FUNCTIONS.items():
        with subtests.test(name):
            assert patterns.slow_pieces(function, sample(PIECES, PIECES, 12), **FUNCTION) == []


def test_too_slow_is_not_lost_when_the_time_is_over_while_an_object_is_finalized() -> None:
    def burn() -> None:
        ends = time.process_time() + 0.1
        while time.process_time() < ends:
            pass

    class Plain:
        pass

    class Slow:
        def __del__(self) -> None:
            burn()

    for finalized in (lambda: weakref.finalize(Plain(), burn), Slow):
        with pytest.raises(patterns.TooSlow), patterns.at_most(0.02):
            finalized()


@pytest.mark.parametrize("length", [1_600, 10_000, 100_000])
def test_names_glued_together_are_taken_out_at_once(length: int) -> None:
    """The exploit: 10,000 characters of "@a" took more than 40 seconds, in a page that an officer opens."""
    with patterns.at_most(FUNCTION["long"]):
        text = redact("@a" * (length // 2))
    assert "@" not in text


def test_nothing_personal_is_left_however_it_is_glued(subtests: pytest.Subtests) -> None:
    for piece in PIECES:
        with subtests.test(piece):
            text = (piece * 400)[:2_000]
            once = redact(text)
            assert redact(once) == once
            assert mask(mask(text)) == mask(text)
            assert find_contacts(once) == []
