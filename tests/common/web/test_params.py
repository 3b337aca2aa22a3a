"""What views make of the parameters of a request, hostile ones too."""

from datetime import date
from urllib.parse import urlencode

import pytest

from django.http import QueryDict

from common.integers import LARGEST, parse_int, parse_ints
from common.web.params import choice_param, date_param, int_list_param, int_param

# Signs, spaces, digits outside ASCII (`int` reads the Arabic ones), more than a bigint holds, more than `int` reads.
MALFORMED = [
    "",
    " ",
    "x",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "1_0",
    " 7",
    "7\n",
    "٣",
    "²",
    str(LARGEST + 1),
    "9" * 30,
    "9" * 5000,
]


@pytest.mark.parametrize("text", [*MALFORMED, None, 7, True, ["7"]])
def test_what_is_no_whole_number_is_none(text: object) -> None:
    assert parse_int(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), (str(LARGEST), LARGEST)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert parse_int(text) == number


def test_a_number_out_of_the_range_is_none() -> None:
    assert [parse_int(text, least=2, most=4) for text in ("1", "2", "4", "5")] == [None, 2, 4, None]


def test_numbers_keep_their_order_and_lose_what_is_none() -> None:
    assert parse_ints(["3", "x", "1", "3", "9" * 30]) == [3, 1, 3]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_parameter_counts_as_absent(text: str) -> None:
    values = QueryDict(mutable=True)
    values["post"] = text
    assert int_param(values, "post") is None
    assert int_param(values, "post", default=5) == 5


def test_the_default_holds_for_an_absent_parameter_and_one_out_of_range() -> None:
    values = QueryDict("days=400")
    assert int_param(values, "post") is None
    assert int_param(values, "post", default=0) == 0
    assert int_param(values, "days", default=7, most=90) == 7
    assert int_param(values, "days", default=7, least=500) == 7


def test_of_several_values_the_last_counts_as_everywhere_in_django() -> None:
    assert int_param(QueryDict("post=1&post=2"), "post") == 2


def test_a_list_leaves_malformed_values_out() -> None:
    assert int_list_param(QueryDict("id=4&id=x&id=2&id="), "id") == [4, 2]
    assert int_list_param(QueryDict("id=4&id=1000&id=0"), "id", least=1, most=999) == [4]
    assert int_list_param(QueryDict(""), "id") == []


def test_a_choice_is_one_of_those_that_exist() -> None:
    values = QueryDict("view=week")
    assert choice_param(values, "view", ("week", "month")) == "week"
    assert choice_param(values, "view", ("month",)) == ""
    assert choice_param(values, "view", ("month",), default="month") == "month"
    assert choice_param(values, "sort", ("name",), default="name") == "name"


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "1999-12-31", "2101-01-01", "2026-11-29\x00", "٢٠٢٦-١١-٢٩", "9" * 5000]
)
def test_a_day_that_is_none_or_far_away_is_the_default(text: str) -> None:
    default = date(2026, 1, 2)
    assert date_param(QueryDict(urlencode({"on": text})), "on", default=default) == default


def test_a_day_is_read_and_one_that_is_missing_is_the_default() -> None:
    assert date_param(QueryDict("on=2026-11-29"), "on", default=date(2026, 1, 2)) == date(2026, 11, 29)
    assert date_param(QueryDict(""), "on", default=date(2026, 1, 2)) == date(2026, 1, 2)
