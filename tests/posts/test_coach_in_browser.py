"""The text engine in Chromium, by the vectors that the Python passes: both count, show and judge a text alike."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from django.templatetags.static import static

from platforms import counting
from posts.coaching import points, text_rules, word_lists
from posts.editing.text_highlighting import pieces
from serbian.glossary import Glossary
from serbian.measure import list_of
from serbian.transliteration import to_latin, traced
from tests.posts.test_coach import facts
from tests.serbian.vectors import EVERY_WORD

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

VECTORS = Path(__file__).parents[1] / "vectors"

# What the engine answers to every vector of a kind: an array beside the expected ones.
ASKED = {
    ("coach", "calls"): "(v) => engine.filled(v.pattern, v.values)",
    ("coach", "deadlines"): "(v) => engine.deadlineWords(v.day, v.today, v.script)",
    ("coach", "days"): "(v) => engine.days(v.text, v.today).map((day) => [day.words, day.on, day.isLast])",
    ("coach", "quoted"): "(v) => engine.quoted(v.words)",
    ("counting", "lengths"): "(v) => engine.count(v.text, { counting: v.counting, urlLength: v.url_length })",
    ("counting", "bytes"): "(v) => engine.utf8Bytes(v.text)",
    ("counting", "urls"): "(v) => engine.urls(v.text).map(({ url }) => url)",
    (
        "marks",
        "marks",
    ): "(v) => engine.marks(v.text).map((piece) => [piece.text, piece.mark, piece.title].filter(Boolean))",
    (
        "compose",
        "parts",
    ): """(v) => engine.parts({ ...v.draft, words: engine.glossary(v.draft.words ?? []) }, v.layout)
        .map(({ slot, text, thread }) => [slot, text, ...thread])""",
    ("compose", "latin"): "(v) => engine.toLatin(v.text)",
}
# The vectors of the package `serbian` are arrays, the last of each is what is expected.
SERBIAN = {
    "both_ways": "([cyrillic]) => engine.toLatin(cyrillic)",
    "to_latin": "([cyrillic]) => engine.toLatin(cyrillic)",
    "publishing": "([written]) => engine.forPublishing(written)",
    "glossary": "([words, cyrillic]) => engine.toLatin(cyrillic, engine.glossary(words))",
}


def vectors(file: str, kind: str) -> list[Any]:
    kinds: list[Any] = json.loads((VECTORS / f"{file}.json").read_text(encoding="utf-8"))[kind]
    return kinds


@pytest.fixture(scope="module")
def blank(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def ask(blank: Any, live_server: Any) -> Any:
    """Runs a function of the engine over vectors, on a page of our own and under its policy. One page serves all."""
    page, address = blank, f"{live_server.url}/accounts/login/"
    if page.url != address:
        page.goto(address)

    def answers(function: str, of: list[Any]) -> list[Any]:
        script = (
            "async ([address, vectors]) => { const engine = await import(address); await engine.makeReady('x'); "
            f"return vectors.map({function}); }}"
        )
        evaluated: list[Any] = page.evaluate(script, [live_server.url + static("js/text/engine.js"), of])
        return evaluated

    return answers


@pytest.mark.parametrize(("file", "kind"), ASKED)
def test_the_browser_answers_as_python_does(ask: Any, file: str, kind: str) -> None:
    of = vectors(file, kind)
    answers = ask(ASKED[file, kind], of)
    for vector, answer in zip(of, answers, strict=True):
        assert answer == vector["expect"], vector


@pytest.mark.parametrize("kind", SERBIAN)
def test_the_browser_derives_latin_as_the_package_does(ask: Any, kind: str) -> None:
    of = vectors("serbian", kind)
    for vector, answer in zip(of, ask(SERBIAN[kind], of), strict=True):
        assert answer == vector[-1], vector


def test_the_browser_keeps_what_the_package_keeps(ask: Any) -> None:
    of = vectors("serbian", "keeps")
    assert ask("(token) => engine.toLatin(`Погледајте ${token} данас`)", of) == [
        f"Pogledajte {token} danas" for token in of
    ]


@pytest.mark.slow
def test_the_browser_derives_a_whole_dictionary_as_the_package_does(ask: Any) -> None:
    dictionary = list_of(EVERY_WORD)
    assert len(dictionary) > 250_000
    _derives_alike(ask, dictionary)


def test_the_browser_derives_a_sample_of_a_dictionary_as_the_package_does(ask: Any) -> None:
    _derives_alike(ask, list_of(EVERY_WORD)[::25])


def _derives_alike(ask: Any, dictionary: list[str]) -> None:
    text = "\n".join([*dictionary, *(word.capitalize() for word in dictionary), *(word.upper() for word in dictionary)])
    (latin,) = ask("(text) => engine.toLatin(text)", [text])
    assert latin == to_latin(text)


def test_the_rules_of_the_coach_find_the_same_places(ask: Any) -> None:
    of = vectors("coach", "rules")
    answers = ask(
        """(v) => {
          const found = engine.RULES[v.rule](v.text);
          const inside = found.every(({ start, end, words }) => v.text.slice(start, end) === words);
          return [found.map(({ words, instead }) => [words, instead]), engine.mended(v.text, found), inside];
        }""",
        of,
    )
    for vector, (hits, mended, inside) in zip(of, answers, strict=True):
        assert (hits, inside) == (vector["hits"], True), vector
        assert mended == vector.get("fixed", mended), vector


def test_sentences_are_cut_and_measured_alike(ask: Any) -> None:
    of = vectors("coach", "sentences")
    answers = ask("(v) => [engine.sentences(v.text).map(({ words }) => words), engine.average(v.text)]", of)
    for vector, answer in zip(of, answers, strict=True):
        assert answer == [vector["expect"], vector["average"]], vector


def test_the_coach_says_the_same(ask: Any) -> None:
    of = vectors("coach", "points")
    answers = ask(
        """(v) => {
          const none = { texts: [], kind: "", words: "", deadline: "", link: "", isLink: true, pictures: [], over: [] };
          const common = [...Object.keys(engine.RULES), "length"];
          return [...engine.points({ today: "2026-11-25", ...none, ...v.facts })]
            .filter(({ id, state }) => state !== "ok" || !common.includes(id))
            .map(({ id, state, code }) => [id, state, code]);
        }""",
        of,
    )
    for vector, answer in zip(of, answers, strict=True):
        assert answer == vector["expect"], vector


def test_the_browser_offers_the_same_acts(ask: Any) -> None:
    of = vectors("coach", "points")
    answers = ask(
        """(v) => {
          const none = { texts: [], kind: "", words: "", deadline: "", link: "", isLink: true, pictures: [], over: [] };
          return [...engine.points({ today: "2026-11-25", ...none, ...v.facts })]
            .filter(({ fix }) => fix)
            .map(({ code, fix: { kind, name, values } }) => [code, kind, name ?? "", values ?? {}]);
        }""",
        of,
    )
    for vector, answer in zip(of, answers, strict=True):
        fixable = [point for point in points.text_points(facts(vector["facts"])) if point.fix]
        fixes = [[point.code, point.fix.kind, point.fix.name, dict(point.fix.values)] for point in fixable if point.fix]
        assert answer == fixes, vector


def test_both_know_the_same_words(ask: Any) -> None:
    (browser_words,) = ask("() => engine.words", [{}])
    assert {name: value for name, value in browser_words.items() if name.isupper()} == {
        "ABBREVIATIONS": word_lists.ABBREVIATIONS,
        "VERBS": word_lists.VERBS,
        "MONTHS": list(word_lists.MONTHS),
        "LITTLE": list(word_lists.LITTLE),
        "FREE_MAIL": list(word_lists.FREE_MAIL),
        "BARE_ALTS": list(word_lists.BARE_ALTS),
        "LOOKALIKES": word_lists.LOOKALIKES,
    }


PIECES = (
    "Вода", " ", " ", "\n", "ЊЕГОШ ", "ljubav", "#", "#вода_река", "@име@сервер.рс", "https://a.rs/б(в)",
    "http://x", ".", "!", "15. ", "децембра", "до ", "ЈКП ", "🎉", "👨\u200d👩\u200d👧", "🇷🇸", "1️⃣", "e\u0301",
    "𝓟𝓸", "аa", "„", "”", "064/123-4567", "ВАЖНО ", "ОБАВЕШТЕЊЕ ", "кликните овде", "a.b@gmail.com",
    "BG 123-AB", "0101990710008", "Платите ", "(", ")", "_", "12.1.", "\u200c", "ǆ", "…", "—", "Фејсбук", "ФЕЈСБУК",
    "у", "-у ", "НАТО", "кућа ", "КУЋ", "Ама", "ама ",
)  # fmt: skip
GLOSSARY = Glossary.of(["Кућа"], [("Facebook", "Фејсбук"), ("NATO pact", "НАТО"), ("Amma", "Ама")])


def test_both_agree_on_texts_that_nobody_would_write(ask: Any) -> None:
    chance = random.Random(3)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 40))) for _ in range(400)]
    answers = ask(
        """(text) => ({
          lengths: [engine.graphemes(text), engine.mastodon(text), engine.utf8Bytes(text)],
          marks: engine.marks(text).map((piece) => [piece.text, piece.mark ?? "", piece.title ?? ""]),
          latin: engine.toLatin(text),
          pieces: engine.traced(text, engine.glossary(WORDS)).map(({ before, after, why }) => [before, after, why]),
          rules: Object.values(engine.RULES).map((rule) => rule(text).map((hit) => [hit.words, hit.instead])),
          days: engine.days(text, "2026-11-25").map((day) => [day.on, day.isLast]),
          average: engine.average(text),
        })""".replace("WORDS", json.dumps(GLOSSARY.for_latin())),
        texts,
    )
    for text, answer in zip(texts, answers, strict=True):
        assert answer == {
            "lengths": [counting.graphemes(text), counting.mastodon(text), counting.utf8_bytes(text)],
            "marks": [[piece.text, piece.mark, piece.title] for piece in pieces(text)],
            "latin": to_latin(text),
            "pieces": [
                [piece.before, piece.after, piece.why or ""]
                for piece in traced(text, into_cyrillic=False, glossary=GLOSSARY)
                if piece.before
            ],
            "rules": [[[hit.text, hit.replacement] for hit in rule(text)] for rule in text_rules.RULES.values()],
            "days": [[day.on.isoformat(), day.is_last] for day in text_rules.days(text, date(2026, 11, 25))],
            "average": text_rules.average(text),
        }, text
