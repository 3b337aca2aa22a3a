"""On which day a post comes, what is asked once, what is known beforehand."""

from __future__ import annotations

from datetime import date

from kits.rules import day_of, prefilled_answers, questions, read_back, stored
from posts.draft import Draft, Text

PHONE = {"name": "телефон", "kind": "text", "label": "Број", "example": ""}
UNTIL = {"name": "рок", "kind": "date", "label": "До када", "example": ""}
LINK = {"name": "линк", "kind": "link", "label": "Веза", "example": ""}


def test_a_post_comes_so_many_days_after_the_first_and_never_on_a_day_of_rest() -> None:
    start = date(2026, 12, 30)
    assert day_of(start, 1) == date(2026, 12, 31)
    assert day_of(start, 2, {date(2027, 1, 1), date(2027, 1, 2)}) == date(2027, 1, 3)


def test_a_gap_of_several_posts_is_asked_for_once_in_either_script() -> None:
    drafts = [
        Draft(texts={"sr-Cyrl": Text("{{рок}} {{телефон}}")}),
        Draft(texts={"sr-Latn": Text("{{telefon}} {{дан}}")}),
    ]
    asked = questions(drafts, [{**PHONE, "label": "Који број се зове?"}])
    assert [gap["name"] for gap in asked] == ["рок", "телефон", "дан"]
    assert asked[1]["label"] == "Који број се зове?"


def test_an_earlier_source_goes_first_and_an_empty_one_does_not_count() -> None:
    answers = prefilled_answers([PHONE], {"телефон": ""}, {"telefon": "035 1"}, {"телефон": "035 2"})
    assert answers == {"телефон": "035 1"}


def test_a_day_fits_only_a_question_for_a_day() -> None:
    day = date(2026, 5, 1)
    assert prefilled_answers([UNTIL, LINK], {"рок": "сутра", "линк": day}) == {}
    assert prefilled_answers([UNTIL], {"рок": day}) == {"рок": day}


def test_answers_come_back_as_they_were_given_and_what_is_no_day_is_left_out() -> None:
    given = {"рок": date(2026, 5, 1), "телефон": "035 1"}
    assert read_back(stored(given), [UNTIL, PHONE]) == given
    assert read_back({"рок": "касније"}, [UNTIL]) == {}
