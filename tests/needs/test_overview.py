"""A month or a year of needs for the mayor's office: counts, what waits, how long it took, and the table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.indicators.queries.daily_counts import spans
from analytics.rollups.domain import daily_counts
from inbox.models import Settlement
from municipalities.tenancy import scope
from needs.enums import NeedStage, SupporterSource
from needs.models import Need, Supporter
from needs.queries.overview import NeedsOverview, OverviewPeriod, overview
from tests.analytics import factories as numbers
from tests.needs import factories as make
from tests.people import Cast, sign_in

PATH = "/m/cuprija/needs/overview/"
NOVEMBER, YEAR = OverviewPeriod(2026, 11), OverviewPeriod(2026)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


def need(cast: Cast, title: str = "Потреба", **fields: Any) -> Need:
    return make.need(cast.cuprija, cast.officer, title, **fields)


def build_overview(cast: Cast, period: OverviewPeriod = NOVEMBER) -> NeedsOverview:
    with scope(cast.cuprija):
        return overview(period)


def test_a_need_belongs_to_the_days_on_which_something_happened_to_it(cast: Cast) -> None:
    need(cast, "Сад", supporters=3)
    need(cast, "Пре", received_on=date(2026, 9, 3), stage=NeedStage.PLANNED, decided_on=date(2026, 11, 1))
    need(cast, "Готово", received_on=date(2026, 9, 3), stage=NeedStage.DONE, decided_on=date(2026, 10, 1))
    need(cast, "Лани", received_on=date(2025, 11, 10), stage=NeedStage.DECLINED, decided_on=date(2025, 12, 1))
    data = build_overview(cast)
    assert [line.title for line in data.heard] == ["Сад"]
    assert [line.title for line in data.decided] == ["Пре"]
    assert [line.title for line in data.done] == ["Готово"]
    assert [line.title for line in data.touched] == ["Сад", "Пре", "Готово"]
    assert data.supporters == 3
    year = build_overview(cast, YEAR)
    assert (len(year.heard), len(year.decided), len(year.done), year.supporters) == (3, 2, 1, 5)
    assert len(build_overview(cast, OverviewPeriod(2025)).heard) == 1


def test_how_long_it_took_is_a_median_with_its_n(cast: Cast) -> None:
    assert (build_overview(cast).to_decision.days, build_overview(cast).to_done.n) == (None, 0)
    for days in (2, 4, 30):
        day = date(2026, 11, 20)
        need(cast, stage=NeedStage.DONE, received_on=day - timedelta(days=days), decided_on=day, done_on=day)
    row = need(cast, stage=NeedStage.PLANNED, received_on=date(2026, 10, 1), decided_on=date(2026, 11, 2))
    make.supporter(row, received_on=date(2026, 11, 24))  # asked for again after it was decided
    assert (build_overview(cast).to_decision.days, build_overview(cast).to_decision.n) == (17.0, 4)
    assert (build_overview(cast).to_done.days, build_overview(cast).to_done.n) == (4, 3)


def test_what_waits_longest_stands_first(cast: Cast) -> None:
    need(cast, "Нова", received_on=date(2026, 11, 20))
    need(cast, "Стара", received_on=date(2026, 1, 20), stage=NeedStage.LOOKED_AT)
    need(cast, "Решена", received_on=date(2025, 1, 20), stage=NeedStage.PLANNED)
    data = build_overview(cast)
    assert [(line.title, data.waits(line)) for line in data.waiting] == [("Стара", 309), ("Нова", 5)]


def test_by_source_topic_settlement_and_month(cast: Cast) -> None:
    with scope(cast.cuprija):
        senje = Settlement.objects.create(municipality=cast.cuprija, name="Сење")
    water = need(cast, "Вода", topic="water", settlement=senje, supporters=2, received_on=date(2026, 7, 1))
    make.supporter(water, source=SupporterSource.COUNTER, received_on=date(2026, 11, 3))
    need(cast, "Светло", topic="light", supporters=4)
    need(cast, "Остало", topic="", supporters=1, received_on=date(2025, 11, 3))
    data = build_overview(cast)
    assert data.sources == {SupporterSource.PHONE: 4, SupporterSource.COUNTER: 1}
    assert [(row.label, row.supporters, row.heard) for row in data.topics] == [
        ("Street lights and power", 4, 1),
        ("Water and sewers", 1, 0),
    ]
    assert [(row.label, row.top and row.top.title) for row in data.places] == [("Сење", "Вода"), ("", "Светло")]
    assert [line.title for line in data.top] == ["Светло", "Вода"]
    assert data.months() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5, 0]
    assert data.months(1)[10] == 1
    none = [0] * 6
    assert data.seasons == [  # of a month to come nothing is known
        ("Street lights and power", [*none, 0, 0, 0, 0, 4, None], 4),
        ("Water and sewers", [*none, 2, 0, 0, 0, 1, None], 3),
    ]


def test_the_page_tells_it_and_a_month_is_chosen_by_links(cast: Cast) -> None:
    need(cast, "Светло", supporters=4)
    text = sign_in(cast.viewer).get(PATH).text
    for word in ("Светло", "Waits longest for a decision", "Voices by month", "?month=2026-11", "?year=2025"):
        assert word in text, word
    assert "?year=2027" not in text
    month = sign_in(cast.viewer).get(f"{PATH}?month=2026-11").text
    assert f"{PATH}csv/?month=2026-11" in month
    assert "?month=2026-10" in month
    assert "?month=2026-12" not in month
    assert "Светло" not in sign_in(cast.viewer).get(f"{PATH}?year=2025").text.split("Waits longest")[0]


@pytest.mark.parametrize("asked", ["month=2026-13", "month=x", "year=20", "year=2027", "month=2026-12", "year=1999"])
def test_a_time_that_is_none_is_not_there(cast: Cast, asked: str) -> None:
    assert sign_in(cast.officer).get(f"{PATH}?{asked}").status_code == 404


def test_the_chart_is_a_file_too(cast: Cast) -> None:
    need(cast)
    answer = sign_in(cast.viewer).get(f"{PATH}?picture=months.svg")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")


def test_the_table_makes_no_formula_and_holds_no_citizens_words(cast: Cast) -> None:
    row = need(cast, '=HYPERLINK("http://evil")', stage=NeedStage.DONE, done="+381 35", reason="@SUM(A1)", supporters=2)
    make.supporter(row, quote="Тајне речи", note="Позвао Петар")
    need(cast, "Лани", received_on=date(2025, 3, 1))
    answer = sign_in(cast.viewer).get(f"{PATH}csv/?month=2026-11")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="needs-cuprija-2026-11.csv"'
    headings, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert len(rows) == 1
    values = dict(zip(headings, rows[0], strict=True))
    assert (values["Need"], values["What we did"], values["Why"]) == (
        '\'=HYPERLINK("http://evil")',
        "'+381 35",
        "'@SUM(A1)",
    )
    assert (values["Voices in these days"], values["State"], values["Done on"]) == ("3", "Done", "2026-11-10")
    assert "Тајне" not in answer.content.decode()
    assert "Петар" not in answer.content.decode()


def test_it_costs_the_same_at_any_size(cast: Cast) -> None:
    client, counts = sign_in(cast.officer), []
    client.get(PATH)
    for size in (1, 40):
        with scope(cast.cuprija):
            for number in range(size):
                place = Settlement.objects.create(municipality=cast.cuprija, name=f"Место {size}-{number}")
                need(cast, f"Потреба {number}", supporters=5, settlement=place, stage=NeedStage.DONE)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PATH).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
    with scope(cast.cuprija), CaptureQueriesContext(connection) as captured:
        overview(YEAR)
    assert len(captured) == 3
    with scope(cast.cuprija):
        assert Supporter.objects.count() == 205


def test_it_stays_small(cast: Cast) -> None:
    with scope(cast.cuprija):
        places = Settlement.objects.bulk_create(
            Settlement(municipality=cast.cuprija, name=f"Насељено место {n}", search_key=str(n)) for n in range(60)
        )
    for number in range(120):
        topic = ("water", "roads", "waste", "light", "heating", "transport")[number % 6]
        need(cast, f"Потреба са дужим називом {number}", topic=topic, settlement=places[number % 60], supporters=2)
    assert len(sign_in(cast.officer).get(PATH).content) < 60_000


# ---------------------------------------------------------------- answered in time, and told


HEADING = "Answered in time, and reported"


def question(channel: Any, at: str, answered: str = "") -> None:
    """Written and answered at these moments in Belgrade."""
    asked, answered_at = (datetime.fromisoformat(f"{moment}+01:00") if moment else None for moment in (at, answered))
    due = datetime.fromisoformat(f"{at}+01:00") + timedelta(days=1)
    make.message(
        channel, "Када?", kind="question", at=asked, counts_from=asked, due_at=due, first_answer_at=answered_at,
        state="answered" if answered_at else "open", settled_at=answered_at,
    )  # fmt: skip


def counted(cast: Cast, period: OverviewPeriod, until: date = date(2026, 11, 25)) -> list[tuple[Any, ...]]:
    daily_counts.rebuild()
    with scope(cast.cuprija):
        filled = spans(period.parts(until))
    return [(s.first, s.last, s.asked, s.in_time, s.hours, s.heard, s.answered) for s in filled if not s.is_empty]


def test_questions_and_needs_are_told_by_month_and_by_week(cast: Cast) -> None:
    channel = numbers.channel(cast.cuprija, cast.officer)
    question(channel, "2026-11-02T09:00", "2026-11-02T12:00")
    question(channel, "2026-11-05T09:00", "2026-11-06T10:00")
    question(channel, "2026-11-09T09:00")
    make.page(cast.cuprija)
    need(cast, stage=NeedStage.DONE, is_public=True, received_on=date(2026, 11, 8))
    need(cast, received_on=date(2026, 11, 9))
    assert counted(cast, NOVEMBER) == [
        (date(2026, 11, 2), date(2026, 11, 8), 2, 1, 6.0, 1, 1),
        (date(2026, 11, 9), date(2026, 11, 15), 1, 0, None, 1, 0),
    ]
    assert counted(cast, YEAR) == [(date(2026, 11, 1), date(2026, 11, 25), 3, 1, 6.0, 2, 1)]
    assert counted(cast, OverviewPeriod(2025)) == []


def test_weeks_begin_on_monday_and_stay_in_their_month() -> None:
    parts = NOVEMBER.parts(date(2026, 12, 31))
    assert parts[0] == (date(2026, 11, 1), date(2026, 11, 1))
    assert parts[-1] == (date(2026, 11, 30), date(2026, 11, 30))
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(parts))
    assert all(first.weekday() == 0 for first, _last in parts[1:])
    assert YEAR.parts(date(2026, 3, 9)) == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 9)),
    ]
    assert NOVEMBER.parts(date(2026, 10, 31)) == []


def test_whoever_may_see_needs_sees_how_many_questions_were_answered_in_time(cast: Cast) -> None:
    question(numbers.channel(cast.cuprija, cast.officer), "2026-11-02T09:00", "2026-11-02T12:00")
    empty = sign_in(cast.mentor).get(PATH).text
    assert HEADING not in empty
    daily_counts.rebuild()
    for person in (cast.officer, cast.mentor):
        client = sign_in(person)
        page = client.get(f"{PATH}?month=2026-11").text
        assert HEADING in page
        assert "2 Nov – 8 Nov" in page
        assert "Када?" not in page
        assert "1 Nov – 1 Nov" not in page  # nobody asked anything yet
    assert HEADING not in sign_in(cast.stranger).get("/m/novi-pazar/needs/overview/").text
