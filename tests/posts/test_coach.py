"""The coach's rules, by the very vectors that the browser's engine passes, too (test_coach_in_browser.py)."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from platforms import counting
from platforms.types import Limits
from posts import compose
from posts.coaching import checks, points, sentences, text_rules, word_lists
from posts.coaching.call_patterns import PATTERNS, deadline_phrases, filled, patterns
from posts.draft import ChannelLayout, Draft, Interactive, Shown, Text
from posts.editing import text_highlighting
from posts.enums import CallKind, Format
from serbian.glossary import Glossary
from serbian.transliteration import to_latin

VECTORS = Path(__file__).parents[1] / "vectors"


def named(file: str, kind: str) -> dict[str, Any]:
    vectors = json.loads((VECTORS / f"{file}.json").read_text(encoding="utf-8"))[kind]
    return {f"{vector.get('rule', kind)}-{number}": vector for number, vector in enumerate(vectors)}


def test_a_pattern_is_filled(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "calls").items():
        with subtests.test(name):
            assert filled(vector["pattern"], vector["values"]) == vector["expect"]


def test_a_deadline_is_named_as_a_serbian_text_does(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "deadlines").items():
        with subtests.test(name):
            day, today = date.fromisoformat(vector["day"]), date.fromisoformat(vector["today"])
            assert deadline_phrases(day, today, vector["script"]) == vector["expect"]


def test_every_kind_of_call_has_a_pattern_in_both_scripts() -> None:
    assert set(PATTERNS) == set(CallKind)
    for pattern in patterns():
        values = {"deadline": "X", "weekday": "X", "link": "X"}
        for phrase in (pattern.cyrillic_words, pattern.latin_words, filled(pattern.cyrillic, values)):
            assert phrase
            assert not set("[]{}") & set(phrase)
        assert pattern.latin != pattern.cyrillic


def test_a_rule_finds_its_places_and_mends_what_it_can(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "rules").items():
        with subtests.test(name):
            hits = text_rules.RULES[vector["rule"]](vector["text"])
            assert [[hit.text, hit.replacement] for hit in hits] == vector["hits"]
            assert all(vector["text"][hit.start : hit.end] == hit.text for hit in hits)
            if "fixed" in vector:
                assert text_rules.corrected(vector["text"], hits) == vector["fixed"]


def test_days_in_a_text_are_read(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "days").items():
        with subtests.test(name):
            days = text_rules.days(vector["text"], date.fromisoformat(vector["today"]))
            assert [[day.hit.text, day.on.isoformat(), day.is_last] for day in days] == vector["expect"]


def test_a_text_is_cut_into_sentences(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "sentences").items():
        with subtests.test(name):
            assert [hit.text for hit in text_rules.sentences(vector["text"])] == vector["expect"]
            assert text_rules.average(vector["text"]) == vector["average"]


def facts(raw: Any) -> points.TextFacts:
    deadline = raw.get("deadline")
    return points.TextFacts(
        today=date(2026, 11, 25),
        texts=[points.WrittenText(**entry) for entry in raw.get("texts", [])],
        kind=raw.get("kind", ""),
        words=raw.get("words", ""),
        deadline=date.fromisoformat(deadline) if deadline else None,
        link=raw.get("link", ""),
        is_link=raw.get("isLink", True),
        pictures=[points.DescribedPicture(**picture) for picture in raw.get("pictures", [])],
        over=raw.get("over", []),
        takes_part=raw.get("takesPart", False),
        published_numbers=raw.get("offices", []),
    )


def told(found_points: list[points.Point]) -> list[list[str]]:
    """Rules that found nothing and a length that fits are left out: they would stand in every vector."""
    common = {*text_rules.RULES, "length"}
    return [[point.id, point.state, point.code] for point in found_points if point.is_open or point.id not in common]


def test_the_coach_says_what_is_worth_a_look(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "points").items():
        with subtests.test(name):
            assert told(points.text_points(facts(vector["facts"]))) == vector["expect"]


def test_whatever_is_open_offers_what_to_do_about_it(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "points").items():
        with subtests.test(name):
            open_points = points.text_points(facts(vector["facts"]))
            assert [point.code for point in open_points if point.is_open and point.fix is None] == []


def test_what_only_the_server_knows_offers_what_to_do_about_it_too() -> None:
    draft = Draft(
        texts={"sr-Cyrl": Text("Вест"), "bs-Latn": Text("")},
        link="https://cuprija.rs/",
        media=(Shown(7, "Фонтана на тргу"), Shown(8, "Плакат концерта")),
    )
    known = checks.ServerFacts(
        today=date(2026, 11, 25),
        missing={"bs-Latn": "босански"},
        derived=True,
        consents=[("Нема пристанка.", "/m/cuprija/library/pictures/7/")],
        link_results={"https://cuprija.rs/": SimpleNamespace(url="https://cuprija.rs/", state="gone", status=404)},
    )
    assert {
        point.code: (point.fix.kind, point.fix.name) for point in checks.server_points(draft, known) if point.fix
    } == {
        "link_answer.gone": ("focus", "link"),
        "languages.missing": ("focus", "text-bs-Latn"),
        "derived": ("focus", "text-sr-Cyrl"),
        "children": ("open", "/m/cuprija/library/pictures/7/"),
    }


def test_a_picture_needs_a_description_unless_every_channel_publishes_it_as_a_story() -> None:
    def codes(settings: dict[int, dict[str, str]], channels: tuple[int, ...] = (1, 2)) -> set[str]:
        draft = Draft(texts={"sr-Cyrl": Text("Вест")}, media=(Shown(7, ""),), channels=channels, settings=settings)
        return {point.code for point in checks.check_draft(draft, checks.ServerFacts(today=date(2026, 11, 25)))}

    story = {"format": "story"}
    assert "alt.missing" in codes({})
    assert "alt.missing" in codes({1: story}), "the other channel publishes words"
    assert "alt.missing" in codes({}, channels=())
    assert not {code for code in codes({1: story, 2: story}) if code.startswith("alt")}


def test_every_sentence_and_title_is_there_for_every_point() -> None:
    codes = {**sentences.sentences(), **sentences.server_sentences()}
    assert {code.split(".")[0] for code in codes} == set(sentences.titles()) == set(sentences.ORDER)


def test_words_are_quoted_briefly(subtests: pytest.Subtests) -> None:
    for name, vector in named("coach", "quoted").items():
        with subtests.test(name):
            assert points.quoted(vector["words"]) == vector["expect"]


def test_a_length_is_counted_as_the_network_does(subtests: pytest.Subtests) -> None:
    for name, vector in named("counting", "lengths").items():
        with subtests.test(name):
            limits = Limits(500, vector["counting"], url_length=vector["url_length"])
            assert counting.count(vector["text"], limits) == vector["expect"]


def test_bytes_are_counted(subtests: pytest.Subtests) -> None:
    for name, vector in named("counting", "bytes").items():
        with subtests.test(name):
            assert counting.utf8_bytes(vector["text"]) == vector["expect"]


def test_addresses_are_found(subtests: pytest.Subtests) -> None:
    for name, vector in named("counting", "urls").items():
        with subtests.test(name):
            assert [url for _start, _end, url in counting.urls(vector["text"])] == vector["expect"]


def test_a_text_is_shown_with_its_marks(subtests: pytest.Subtests) -> None:
    for name, vector in named("marks", "marks").items():
        with subtests.test(name):
            shown = [
                [part for part in (piece.text, piece.mark, piece.title) if part]
                for piece in text_highlighting.pieces(vector["text"])
            ]
            assert shown == vector["expect"]


def test_look_alikes_are_pairs_of_both_scripts() -> None:
    for cyrillic, latin in word_lists.LOOKALIKES.items():
        assert "CYRILLIC" in unicodedata.name(cyrillic)
        assert "LATIN" in unicodedata.name(latin)


def test_the_parts_of_a_channel_are_put_together(subtests: pytest.Subtests) -> None:
    for name, vector in named("compose", "parts").items():
        with subtests.test(name):
            raw, layout = vector["draft"], vector["layout"]
            asked = Interactive(Format.POLL, tuple(raw["options"])) if raw["options"] else Interactive()
            draft = Draft(
                texts={tag: Text(written) for tag, written in raw["texts"].items()},
                per_channel={7: raw["own"]},
                link=raw["link"],
                layout={7: ChannelLayout(layout["kind"], tuple(layout["languages"]))},
                interactive=asked,
                short_links={7: layout["shown"]},
                glossary=Glossary.of(pairs=map(tuple, raw.get("words", ()))),
            )
            account = SimpleNamespace(
                pk=7,
                layout="one",
                languages=["sr-Cyrl"],
                takes_polls=layout["polls"],
                takes_threads=layout.get("threads", False),
            )
            composed = compose.parts(draft, account)
            assert [[part.slot, part.text, *part.thread] for part in composed] == vector["expect"]


def test_latin_is_derived(subtests: pytest.Subtests) -> None:
    for name, vector in named("compose", "latin").items():
        with subtests.test(name):
            assert to_latin(vector["text"]) == vector["expect"]
