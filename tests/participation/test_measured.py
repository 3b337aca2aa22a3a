"""Indicators of consultations against figures counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.logframe import INDICATORS, WHY, Measured, provider
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import scope
from participation import measured
from tests.participation import reported as make
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("db")
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
CODES = ("OC8", "OC9", "OC10", "OC11", "GV3", "GV4")


@pytest.fixture(autouse=True)
def people(cast: Cast) -> None:
    cast.cuprija.population = cast.novi_pazar.population = 20_000


@pytest.fixture(autouse=True)
def day(monkeypatch: Any) -> None:
    monkeypatch.setattr(measured, "today", lambda: LAST)


def value(cast: Cast, code: str, place: Municipality | None = None) -> Measured:
    how = provider(code)
    assert how is not None
    with scope(cast.cuprija, cast.novi_pazar):
        values = how.measure([cast.cuprija, cast.novi_pazar], FIRST, LAST)
    return values[(place or cast.cuprija).pk]


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=BELGRADE)


def test_contributions_by_the_day_on_which_they_were_received(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    assert value(cast, "OC8") == Measured(0.0, 0)
    for day, month in ((1, 11), (30, 11), (10, 11), (31, 10), (1, 12)):
        make.contribution(row, received_at=at(day, month))
    assert value(cast, "OC8") == Measured(3 * 1000 / 20_000, 3)
    assert value(cast, "OC8", cast.novi_pazar) == Measured(None, 0, "no_consultation")
    cast.cuprija.population = None
    assert value(cast, "OC8") == Measured(None, 3, "no_population")


def test_answered_with_a_reason_is_a_reason_in_writing(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer, stage="published", closed_at=None)
    make.contribution(row)
    make.contribution(row, reason="")  # accepted, and nobody wrote why
    make.contribution(row, decision="", reason="", decided_at=None, decided_by=None)
    make.contribution(row, decision="withdrawn")
    assert value(cast, "OC9") == Measured(pytest.approx(100 / 3), 3)
    assert value(cast, "OC9", cast.novi_pazar).why == "no_contributions"


def test_what_is_open_is_a_failure_only_after_the_day_of_decisions(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer, stage="published", closed_at=None, decided_by=LAST)
    make.contribution(row)
    make.contribution(row, decision="", reason="", decided_at=None, decided_by=None)
    assert value(cast, "OC9") == Measured(100.0, 1)
    with scope(cast.cuprija):
        row.decided_by = LAST - timedelta(days=1)
        row.save()
    assert value(cast, "OC9") == Measured(50.0, 2)


def test_shares_of_those_who_said_so_and_nothing_of_too_few(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    for _ in range(4):
        make.contribution(row, gender="woman", age_band="u18")
    make.contribution(row)
    assert value(cast, "OC10") == Measured(None, 0, "few_stated")
    make.contribution(row, gender="man", age_band="18-30")
    make.contribution(row, gender="other", age_band="o65")
    assert value(cast, "OC10") == Measured(pytest.approx(400 / 6), 6)
    assert value(cast, "OC11") == Measured(pytest.approx(500 / 6), 6)


def test_reports_in_time_and_how_long_they_took(cast: Cast) -> None:
    by = cast.officer
    # the term ends on Friday 20 November: five working days later
    make.consultation(cast.cuprija, by, slug="a", stage="reported", reported_at=at(27))
    assert value(cast, "GV3") == Measured(100.0, 1)
    assert value(cast, "GV4") == Measured(5.0, 1)
    make.consultation(cast.cuprija, by, slug="b", stage="reported", reported_at=at(30), report_by=date(2026, 11, 27))
    make.consultation(cast.cuprija, by, slug="c")  # closed, and its report is late
    make.consultation(cast.cuprija, by, slug="d", report_by=LAST)  # today is not over
    make.consultation(cast.cuprija, by, slug="e", stage="called_off", called_off_because="Поништено")
    assert value(cast, "GV3") == Measured(pytest.approx(100 / 3), 3)
    assert value(cast, "GV4") == Measured(5.5, 2)
    assert value(cast, "GV3", cast.novi_pazar) == Measured(None, 0, "no_report_due")
    assert value(cast, "GV4", cast.novi_pazar) == Measured(None, 0, "no_reports")


def test_what_is_practised_does_not_count(cast: Cast, settings: Any) -> None:
    row = make.consultation(cast.cuprija, cast.officer, stage="reported", reported_at=at(27))
    make.contribution(row)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_practice=True)
    assert (value(cast, "OC9").n, value(cast, "GV3").n, value(cast, "GV4").n) == (0, 0, 0)
    settings.DEMO = True
    assert (value(cast, "OC9").n, value(cast, "GV3").n, value(cast, "GV4").n) == (1, 1, 1)


def test_two_queries_at_most_for_any_number(cast: Cast) -> None:
    for place, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        row = make.consultation(place, by, stage="reported", reported_at=at(27))
        for _ in range(5):
            make.contribution(row, received_at=at(5) + timedelta(hours=1))
    for code in CODES:
        with CaptureQueriesContext(connection) as captured:
            value(cast, code)
        assert len(captured) <= 2, code


def test_the_list_explains_what_is_measured() -> None:
    for code in CODES:
        assert INDICATORS[code].needs
        assert provider(code) is not None
    assert {"no_consultation", "no_contributions", "few_stated", "no_report_due", "no_reports"} <= set(WHY)
