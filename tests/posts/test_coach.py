"""The coach's rules, by the very vectors that the browser's engine passes, too (test_engine.py)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from posts.coach.patterns import PATTERNS, deadline_words, filled, patterns
from posts.enums import CallKind

VECTORS: dict[str, list[Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "coach.json").read_text(encoding="utf-8")
)


def named(kind: str) -> list[Any]:
    return [pytest.param(each, id=f"{kind}-{number}") for number, each in enumerate(VECTORS[kind])]


@pytest.mark.parametrize("vector", named("calls"))
def test_a_pattern_is_filled(vector: Any) -> None:
    assert filled(vector["pattern"], vector["values"]) == vector["expect"]


@pytest.mark.parametrize("vector", named("deadlines"))
def test_a_deadline_is_named_as_a_serbian_text_does(vector: Any) -> None:
    day, today = date.fromisoformat(vector["day"]), date.fromisoformat(vector["today"])
    assert deadline_words(day, today, vector["script"]) == vector["expect"]


def test_every_kind_of_call_has_a_pattern_in_both_scripts() -> None:
    assert set(PATTERNS) == set(CallKind)
    for each in patterns():
        values = {"deadline": "X", "weekday": "X", "link": "X"}
        for text in (each.cyrillic_words, each.latin_words, filled(each.cyrillic, values)):
            assert text
            assert not set("[]{}") & set(text)
        assert each.latin != each.cyrillic
