"""The programme's report: only who agreed, small groups left unsaid, medians with their n, and quick at any size."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analytics.models import Baseline, ManualValue, ProgrammeIndicator, Target
from analytics.reporting_period import of_months
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today
from reports import tasks
from reports.contents.programme import programme
from reports.domain import make
from reports.files import cells, pdf, sheets, tables
from reports.models import ProgrammeReport
from tests.people import Cast, municipality, person, sign_in
from tests.reports import numbers, reading

AUGUST, OCTOBER = date(2026, 8, 1), date(2026, 10, 1)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


def enrolled(cast: Cast, slug: str, people: int | None, **fields: object) -> Municipality:
    place = municipality(slug, slug.title(), slug.title(), population=people, population_year=2022 if people else None,
                         population_source="census" if people else "")  # fmt: skip
    Enrolment.objects.create(cohort=Cohort.objects.get(), municipality=place, starts_on=date(2026, 1, 1), **fields)
    return place


def made(cast: Cast, language: str = "en") -> ProgrammeReport:
    row = make.ask_programme(cast.programme, AUGUST, OCTOBER, language, by=cast.staff)
    tasks.generate_reports()
    row.refresh_from_db()
    return row


def body(row: ProgrammeReport, fmt: str, shelf: Path) -> bytes:
    return (shelf / row.files[fmt]["name"]).read_bytes()


def filled(cast: Cast) -> None:
    for place, people in ((cast.cuprija, 30645), (cast.novi_pazar, 106720)):
        Municipality.objects.filter(pk=place.pk).update(
            population=people, population_year=2022, population_source="census"
        )
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6)
    numbers.month(cast.novi_pazar, cast.stranger, OCTOBER, posts=6, likes=40)


def test_it_tells_the_same_in_every_format(cast: Cast, shelf: Path) -> None:
    filled(cast)
    row = made(cast)
    assert row.summary.startswith(
        "In August 2026 – October 2026, 2 municipalities published 12 posts. They received 390 interactions"
    )
    by_municipality = {line["Municipality"]: line for line in reading.tables(body(row, "zip", shelf))["municipalities"]}
    assert (by_municipality["Ćuprija"]["Posts"], by_municipality["Ćuprija"]["Interactions"]) == ("6", "135")
    assert {name: line["Official code"] for name, line in by_municipality.items()} == {
        "Ćuprija": "71200", "Novi Pazar": "70874"
    }  # fmt: skip
    sheet = reading.xlsx(body(row, "xlsx", shelf))["Municipalities"]
    assert {cell.value: row_[3].value for row_ in sheet.iter_rows(min_row=2) for cell in row_[:1]} == {
        "Ćuprija": 135, "Novi Pazar": 255
    }  # fmt: skip
    printed = reading.pdf(body(row, "pdf", shelf))
    assert {"Novi Pazar", "135", "255"} <= set(printed.text.replace("Novi Pazar", "Novi Pazar ").split()) | {
        "Novi Pazar"
    }
    assert printed.is_tagged


def test_nothing_is_printed_over_anything(cast: Cast, shelf: Path) -> None:
    """Long reasons why figures are missing leave the names of municipalities their room, and so do the codes."""
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6)
    numbers.month(enrolled(cast, "sremska-mitrovica", None), cast.officer, OCTOBER, posts=123)
    for language in ("sr", "sr-latn", "en"):
        printed = body(made(cast, language), "pdf", shelf)
        assert reading.collisions(printed) == [], language
        assert {"71200", "80403"} <= set(reading.pdf(printed).text.split()), language


def test_it_speaks_three_languages(cast: Cast, shelf: Path) -> None:
    filled(cast)
    spoken = (("sr", "sr-Cyrl", "Нови Пазар"), ("sr-latn", "sr-Latn", "Novi Pazar"), ("en", "en", "Novi Pazar"))
    for language, tag, text in spoken:
        printed = reading.pdf(body(made(cast, language), "pdf", shelf))
        assert text in printed.text, language
        assert printed.language == tag


def test_who_did_not_agree_is_counted_and_not_named(cast: Cast, shelf: Path) -> None:
    filled(cast)
    hidden = enrolled(cast, "hiddenmark", 40_000, compares=False)
    numbers.month(hidden, cast.officer, OCTOBER, posts=9)
    row = made(cast)
    text = reading.pdf(body(row, "pdf", shelf)).text
    assert "Hiddenmark" not in text
    assert "1 municipality takes part but did not agree to be compared" in text
    assert {line["Measure"]: line["Value"] for line in reading.tables(body(row, "zip", shelf))["tiles"]}[
        "Posts"
    ] == "12"


def test_a_group_of_fewer_than_three_is_not_told(cast: Cast, shelf: Path) -> None:
    filled(cast)
    # two in the middle and one large: three that are not told, so that none of them can be reckoned out
    numbers.month(enrolled(cast, "middling", 40_000), cast.officer, OCTOBER, posts=5)
    for number in range(3):
        place = enrolled(cast, f"place{number}", 12_000)
        numbers.month(place, cast.officer, OCTOBER, posts=5, likes=10 * (number + 1))
    by_size = {line["Size"]: line for line in reading.tables(body(made(cast), "zip", shelf))["sizes"]}
    small = by_size["Under 20,000 inhabitants"]
    assert small["n"] == "3"
    assert float(small["Interactions per 1,000 inhabitants"]) == pytest.approx(110 / 12, abs=0.0001)
    assert by_size["Over 100,000 inhabitants"]["Interactions per 1,000 inhabitants"] == ""


def test_indicators_stand_in_it_with_baseline_target_and_actual(cast: Cast, shelf: Path) -> None:
    """One that people enter: what it began with, what was agreed, what it is."""
    period = of_months(AUGUST, OCTOBER, today())
    assert "indicators" not in [table.name for table in programme(cast.programme, period, timezone.now()).tables]
    row = ProgrammeIndicator.objects.create(
        programme=cast.programme, name="Taken #actions [1]", level="outcome", unit="number", method="counted by hand",
        added_by=cast.staff,
    )  # fmt: skip
    days = {"first": date(2026, 5, 1), "last": date(2026, 5, 28)}
    Baseline.objects.create(indicator=row, value=12.5, n=1, frozen_by=cast.staff, **days)
    Target.objects.create(indicator=row, value=40, due_on=date(2027, 6, 30), reason="Agreed", set_by=cast.staff)
    ManualValue.objects.create(
        indicator=row, on=date(2026, 10, 20), value=41, source="minutes", entered_by=cast.staff
    )  # fmt: skip
    report = made(cast)
    (line,) = reading.tables(body(report, "zip", shelf))["indicators"]
    assert (line["Indicator"], line["Baseline"], line["Target"], line["Actual"]) == (
        "Taken #actions [1]", "12.5", "40", "41"
    )  # fmt: skip
    assert (line["until"], line["Standing"]) == ("2027-06-30", "Reached")
    printed = reading.pdf(body(report, "pdf", shelf)).text
    assert "Taken #actions [1]: counted by hand" in printed
    assert "12.5" in printed


def test_a_programme_without_municipalities_makes_a_report_that_says_so(cast: Cast, shelf: Path) -> None:
    Enrolment.objects.all().delete()
    assert "no municipality took part" in reading.pdf(body(made(cast), "pdf", shelf)).text


def test_staff_ask_for_it_and_nobody_else_sees_it(cast: Cast) -> None:
    filled(cast)
    client = sign_in(cast.staff)
    asked = {"programme": cast.programme.pk, "first": "2026-08", "last": "2026-10", "language": "sr"}
    page = client.post("/programme/reports/ask/", asked).headers["Location"]
    tasks.generate_reports()
    got = client.get(f"{page}pdf/")
    assert got.headers["Content-Disposition"] == 'attachment; filename="programme-2026-08-2026-10-sr.pdf"'
    assert client.get("/programme/reports/").status_code == 200
    other = person("other")
    Programme.objects.create(name="Other").staff.add(other)
    assert sign_in(other).get(f"{page}pdf/").status_code == 404
    assert sign_in(other).post("/programme/reports/ask/", asked).status_code == 422
    assert sign_in(cast.officer).get(page).status_code == 404
    assert sign_in(cast.administrator).get(page).status_code == 404


def test_months_the_wrong_way_round_are_refused_in_words(cast: Cast) -> None:
    asked = {"programme": cast.programme.pk, "first": "2026-10", "last": "2026-08", "language": "en"}
    answer = sign_in(cast.staff).post("/programme/reports/ask/", asked)
    assert answer.status_code == 422
    assert "The last month lies before the first." in answer.text


@pytest.mark.parametrize("size", [30, pytest.param(145, marks=pytest.mark.slow)])
def test_many_municipalities_cost_the_same_questions_and_a_few_seconds(cast: Cast, size: int) -> None:
    counts, report = [], None
    for target in (2, size):
        for number in range(Enrolment.objects.count(), target):
            place = enrolled(cast, f"mesto-{number}", 5_000 + 1_700 * number)
            numbers.month(place, cast.officer, OCTOBER, posts=1, followers=None)
        with translation.override("sr"), CaptureQueriesContext(connection) as captured:
            report = programme(cast.programme, of_months(AUGUST, OCTOBER, today()), timezone.now())
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert report is not None
    began = time.thread_time()
    bodies = [write(report) for write in (pdf.write, sheets.write, tables.write)]
    took = time.thread_time() - began
    assert took < 5, f"{took:.1f} s"
    printed = reading.pdf(bodies[0])
    assert f"Mesto-{size - 1}" in printed.text
    assert 3 <= printed.pages <= 15


def test_the_sheets_of_a_serbian_workbook_have_serbian_names(cast: Cast, shelf: Path) -> None:
    names = reading.xlsx(body(made(cast, language="sr"), "xlsx", shelf)).sheetnames
    assert "Општине и градови" in names
    assert not {"indicators", "sizes", "municipalities", "posts"} & set(names)


def test_a_number_in_csv_has_four_decimals_at_most() -> None:
    assert [cells.plain(number) for number in (41.428571428, 0.5, 12.0, 1234567.891011)] == [
        "41.4286", "0.5", "12", "1234567.891",
    ]  # fmt: skip
