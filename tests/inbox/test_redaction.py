"""What is taken out of a citizen's words before they go to a department, and what is left standing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.domain import handover
from inbox.text_analysis import find_certain, find_contacts, redact


def test_what_is_personal_does_not_stay(subtests: pytest.Subtests) -> None:
    for text in [
        "063/123-456", "063 123 4567", "+381 63 123 456", "00381631234567", "035/461-123", "(035) 461 123",
        "0631234567", "ana.anic@gmail.com", "info@cuprija.rs", "0101990710006", "1234567890123", "NS 123-AB",
        "BG1234XX", "bg-123-ab", "НС 123 АБ", "@petar", "@petar@mastodon.social", "160-0000000123456-78", "009876543",
    ]:  # fmt: skip
        with subtests.test(text=text):
            for around in ("{}", "Зовите {}, хитно.", "Број:{}."):
                left = redact(around.format(text))
                assert text not in left
                assert not any(len(run) > 4 for run in "".join(c if c.isdigit() else " " for c in left).split())


def test_what_the_department_needs_stays(subtests: pytest.Subtests) -> None:
    for text in [
        "Од 01.11.2026. до 15. 12. 2026. нема воде", "Карађорђева 12/3, други спрат", "у 14:30", "150.000 динара",
        "школске 2025/2026", "члан 12 став 3", "20 литара на 100 домаћинстава", "Hvala!", "",
        "од 1500 до 1600 метара", "од 2020 се чека",
    ]:  # fmt: skip
        with subtests.test(text=text):
            assert redact(text) == text


def test_the_authors_own_name_goes_in_any_case_and_only_as_a_word() -> None:
    assert redact("Ja sam PETAR PETROVIĆ, Petrovac", ("Petar Petrović", "petar")) == "Ja sam [name], Petrovac"
    assert redact("Сав је дан", ("Са", "")) == "Сав је дан"


def test_contacts_are_found_as_they_were_written_and_once() -> None:
    contacts = find_contacts("063/123-456 или ana@primer.rs, опет 063/123-456; ЈМБГ 0101990710006; од 01.11.2026.")
    assert contacts == ["063/123-456", "ana@primer.rs"]


@pytest.mark.parametrize(
    "text",
    ["ana (at) gmail.com", "tel. 461-123", "0 6 3 1 2 3 4 5 6", "RS35 2600 0560 1001 6113 79", "0101990-71-00-06"],
)
def test_what_is_hidden_in_our_lists_does_not_leave_the_house(text: str) -> None:
    assert find_certain(text)
    assert not find_certain(redact(f"Пише: {text}. Хвала"))


@given(st.text(alphabet="Аа0123456789 +-/.@()њnat[]", max_size=60))
def test_nothing_leaves_that_lists_would_hide(text: str) -> None:
    assert not find_certain(redact(text))


@given(st.text(alphabet="Аа0123456789 +-/.@()њn[]", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "bomb", ["@a" + " " * 10_000, "1 " * 5_000, "@" * 10_000, "a." * 5_000, "0" * 10_000, "@a " * 3_000]
)
def test_no_text_of_the_longest_kind_takes_long(bomb: str) -> None:
    began = time.thread_time()
    redact(handover._CALLED.sub("", bomb + "!"))
    find_contacts(bomb + "!")
    assert time.thread_time() - began < 2
