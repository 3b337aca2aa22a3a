"""One period from the address to the last cell: the page, the PDF, Excel and CSV say the same of the same months, and a
report of months that are over says the same for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from django.test import override_settings
from django.urls import reverse
from django.utils import timezone, translation

from analytics import reporting_period
from analytics.indicators.domain import baselines, definitions, measure, targets
from analytics.indicators.domain.targets import Wanted
from analytics.indicators.queries import programme as queries
from analytics.models import ProgrammeIndicator
from common import languages
from common.models import AuditEvent
from common.sentences import sentence
from municipalities.models import Cohort, Enrolment, Municipality
from reports import kept, tasks
from reports.contents.programme import programme
from reports.domain import keep, make
from reports.models import KeptContent, ProgrammeReport
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, post, posts
from tests.module_data import written_once
from tests.people import Cast, make_cast, municipality, sign_in
from tests.reports import reading

pytestmark = pytest.mark.usefixtures("db")
AUGUST, OCTOBER = date(2026, 8, 1), date(2026, 10, 1)
MADE, A_YEAR_LATER = "2026-11-10T10:00:00Z", "2027-11-10T10:00:00Z"
OF_MONTHS = {"days": "own", "from": "2026-08", "to": "2026-10"}


@pytest.fixture(autouse=True)
def in_november() -> Iterator[Any]:
    with translation.override("en"), time_machine.travel(MADE, tick=True) as traveller:
        yield traveller


@dataclass
class WrittenProgramme:
    cast: Cast
    places: list[Municipality]
    logframe: list[ProgrammeIndicator]
    report: ProgrammeReport


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: Any, shelf: Path) -> Iterator[WrittenProgramme]:
    """Three municipalities with six posts in each month from June to October; from August on, half of them ask people
    to do something, and in November, after the report, all do and get many likes. One report is made."""
    with (
        written_once(django_db_blocker),
        override_settings(REPORTS_ROOT=shelf),
        translation.override("en"),
        time_machine.travel(MADE, tick=True),
    ):
        cast = make_cast()
        third = municipality("kragujevac", "Крагујевац", "Kragujevac")
        Enrolment.objects.create(cohort=Cohort.objects.get(), municipality=third, starts_on=date(2026, 5, 1))
        places = [cast.cuprija, cast.novi_pazar, third]
        for number, place in enumerate(places, 1):
            place.joined_on = date(2026, 1, 1)
            channel = factories.channel(peopled(place), cast.officer)
            days = [date(2026, month, day) for month in (6, 7, 8, 9, 10) for day in range(2, 8)]
            with_call = [day for day in days if day.month >= 8 and day.day % 2]
            later = [date(2026, 11, day) for day in range(1, 7)]
            likes = dict.fromkeys(days, 10 * number) | dict.fromkeys(later, 500)
            posts(channel, likes, calls=[*with_call, *later])
        definitions.choose(cast.programme, ["OC1", "OP1", "OP2"], by=cast.staff)
        rows = list(ProgrammeIndicator.objects.order_by("code"))
        for row in rows:
            baselines.freeze(row, places, date(2026, 6, 1), date(2026, 6, 28), by=cast.staff)
        wanted = Wanted("value", 80, date(2027, 6, 30), is_milestone=False, reason="Agreed")
        targets.set_target(next(row for row in rows if row.code == "OP1"), wanted, by=cast.staff)
        measure.renew()
        yield WrittenProgramme(cast, places, rows, made(cast))


@pytest.fixture
def known(written: WrittenProgramme, db: None, settings: Any, shelf: Path) -> WrittenProgramme:
    settings.REPORTS_ROOT = shelf
    return deepcopy(written)


@pytest.fixture
def cast(known: WrittenProgramme) -> Cast:
    return known.cast


@pytest.fixture
def places(known: WrittenProgramme) -> list[Municipality]:
    return known.places


@pytest.fixture
def logframe(known: WrittenProgramme) -> list[ProgrammeIndicator]:
    return known.logframe


@pytest.fixture
def report(known: WrittenProgramme) -> ProgrammeReport:
    """In English, of the three months, made in November."""
    return known.report


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def more_posts(cast: Cast, places: list[Municipality], likes: int = 1) -> None:
    """In each municipality, of October, all of which ask people to do something."""
    days = [date(2026, 10, day) for day in range(10, 28)]
    for place in places:
        posts(factories.channel(place, cast.officer), dict.fromkeys(days, likes), calls=days)


def made(cast: Cast, language: str = "en", *, because: str = "") -> ProgrammeReport:
    row = make.ask_programme(cast.programme, AUGUST, OCTOBER, language, by=cast.staff, recount_because=because)
    tasks.generate_reports()
    row.refresh_from_db()
    assert row.state == "ready"
    return row


def bodies(row: ProgrammeReport, shelf: Path) -> dict[str, bytes]:
    return {name: (shelf / file["name"]).read_bytes() for name, file in row.files.items()}


def actual_on_the_page(cast: Cast, code: str) -> str:
    """What stands in the column *Actual* of the board."""
    page = sign_in(cast.staff).get(reverse("programme_indicators"), OF_MONTHS).content.decode()
    cells = re.search(rf">{code}</span>.*?</tr>", page, re.DOTALL)
    assert cells is not None
    return re.sub(r"<[^>]+>", " ", cells[0].split("</td>")[3]).split()[0]


# ---------------------------------------------------------------- one figure everywhere


def test_the_actual_value_is_of_the_months_of_the_report(cast: Cast, report: ProgrammeReport, shelf: Path) -> None:
    """OP1 by hand: of 18 posts in three months 9 ask people to do something, 50 %; in the last 28 days it is 100 %."""
    (rolling,) = [line for line in queries.dashboard(cast.programme).lines if line.indicator.code == "OP1"]
    assert rolling.actual is not None
    assert rolling.actual > 90
    by_name = {line["Indicator"]: line for line in reading.tables(bodies(report, shelf)["zip"])["indicators"]}
    assert float(by_name["OP1 Posts with a call to action"]["Actual"]) == 50
    # OC1 by hand, of Novi Pazar: 18 posts with 20 likes, of 10,000 people, in 92 days
    expected = 18 * 20 / 10_000 * 1000 * 30 / 92
    assert float(by_name["OC1 Interactions per 1,000 inhabitants"]["Actual"]) == pytest.approx(expected, abs=0.0001)


def test_page_pdf_excel_and_csv_say_the_same(cast: Cast, report: ProgrammeReport, shelf: Path) -> None:
    files = bodies(report, shelf)
    printed = reading.pdf(files["pdf"]).text
    sheet = reading.xlsx(files["xlsx"])["Indicators"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    in_excel = {row[0]: row[rows[0].index("Actual")] for row in rows[1:]}
    for line in reading.tables(files["zip"])["indicators"]:
        value = float(line["Actual"])
        assert in_excel[line["Indicator"]] == pytest.approx(value, abs=0.0001)
        code = line["Indicator"].split()[0]
        assert float(actual_on_the_page(cast, code)) == pytest.approx(value, rel=0.005)  # three figures
        assert re.search(rf"{code}\b.{{0,200}}?\b{value:.1f}".replace(".0", r"(\.0)?"), printed), (code, value)


def test_the_tile_and_the_table_of_municipalities_are_of_the_same_months(
    cast: Cast, report: ProgrammeReport, shelf: Path
) -> None:
    tables = reading.tables(bodies(report, shelf)["zip"])
    tiles = {line["Measure"]: line["Value"] for line in tables["tiles"]}
    assert [float(value) for label, value in tiles.items() if "call to action" in label.lower()] == [50]
    assert [line["Posts"] for line in tables["municipalities"]] == ["18", "18", "18"]
    page = sign_in(cast.staff).get(reverse("programme"), OF_MONTHS)
    assert page.context["period"].first == AUGUST
    assert page.context["period"].last == date(2026, 10, 31)


def test_an_indicator_and_its_municipalities_are_of_the_chosen_period(
    cast: Cast, logframe: list[ProgrammeIndicator], places: list[Municipality]
) -> None:
    op1 = next(row for row in logframe if row.code == "OP1")
    known = queries.whole(op1, reporting_period.parse(OF_MONTHS, date(2026, 11, 10)))
    assert known.line.actual == 50
    assert [line.actual for line in known.places] == [50, 50, 50]
    assert [line.n for line in known.places] == [18, 18, 18]
    assert known.line.judged_on == date(2026, 10, 31)
    assert {(group.way, group.value) for group in known.groups if group.way == "size"} == {("size", 50)}


def test_values_are_measured_once_for_a_page_and_anew_for_a_report(
    cast: Cast, logframe: list[ProgrammeIndicator], places: list[Municipality]
) -> None:
    period = reporting_period.of_months(AUGUST, OCTOBER, date(2026, 11, 10))

    def op1(*, kept: bool) -> float | None:
        lines = queries.dashboard(cast.programme, period, kept=kept).lines
        return next(line.actual for line in lines if line.indicator.code == "OP1")

    assert op1(kept=True) == 50
    more_posts(cast, places)
    assert op1(kept=True) == 50
    assert op1(kept=False) == 75


# ---------------------------------------------------------------- the same for ever


def test_a_report_made_a_year_later_is_the_same_byte_for_byte(
    cast: Cast, report: ProgrammeReport, places: list[Municipality], shelf: Path, in_november: Any
) -> None:
    first = bodies(report, shelf)
    as_of = KeptContent.objects.get().as_of
    in_november.move_to(A_YEAR_LATER)
    # all that moves figures: corrections, later posts, another population, a municipality that left
    more_posts(cast, places, 999)
    Municipality.objects.filter(pk=places[0].pk).update(population=55_555)
    Enrolment.objects.filter(municipality=places[2]).update(ends_on=date(2027, 1, 1))
    measure.renew()
    later = made(cast)
    assert bodies(later, shelf) == first
    assert later.ready_at == as_of  # metrics as of then
    assert later.expires_at is not None
    assert later.expires_at > timezone.now()
    assert KeptContent.objects.count() == 1


def test_another_language_tells_the_same_figures_a_year_later(
    cast: Cast, report: ProgrammeReport, places: list[Municipality], shelf: Path, in_november: Any
) -> None:
    english = reading.tables(bodies(report, shelf)["zip"])["municipalities"]
    in_november.move_to(A_YEAR_LATER)
    post(factories.channel(places[0], cast.officer), date(2026, 10, 20), 999)
    serbian = reading.tables(bodies(made(cast, "sr-latn"), shelf)["zip"])["municipalities"]
    assert [list(row.values())[1:] for row in serbian] == [list(row.values())[1:] for row in english]


def test_counting_again_is_an_act_with_a_reason_that_stands_in_the_report(
    cast: Cast, places: list[Municipality], shelf: Path
) -> None:
    more_posts(cast, places)
    assert reading.tables(bodies(made(cast), shelf)["zip"])["municipalities"][0]["Posts"] == "18"
    again = made(cast, because="Posts of October were imported late")
    files = bodies(again, shelf)
    assert reading.tables(files["zip"])["municipalities"][0]["Posts"] == "36"
    printed = reading.pdf(files["pdf"]).text
    assert "Edition 2. It replaces earlier ones, because: Posts of October were imported late" in printed
    assert again.recount_because == ""
    assert bodies(made(cast), shelf) == files  # from now on this one
    assert [row.edition for row in KeptContent.objects.order_by("pk")] == [1, 2]
    event = AuditEvent.objects.get(verb="report.count_again")
    assert sentence(event).endswith("edition 2: Posts of October were imported late")


def test_months_that_are_not_over_are_not_kept(cast: Cast, report: ProgrammeReport, shelf: Path) -> None:
    row = make.ask_programme(cast.programme, OCTOBER, date(2026, 11, 1), "en", by=cast.staff)
    tasks.generate_reports()
    row.refresh_from_db()
    printed = reading.pdf(bodies(row, shelf)["pdf"]).text
    assert "The last month is not over: this counts to 9 November 2026." in printed
    assert KeptContent.objects.get().as_of == report.ready_at  # of the earlier months


def test_a_document_that_was_kept_is_read_back_as_it_was(cast: Cast, logframe: list[ProgrammeIndicator]) -> None:
    period = reporting_period.of_months(AUGUST, OCTOBER, date(2026, 11, 10))
    as_of = timezone.now()
    for language, _label in languages.choices():
        with translation.override(language):
            document = programme(cast.programme, period, as_of)
        plain = kept.to_plain(document)
        assert kept.to_plain(kept.from_plain(plain)) == plain
        assert kept.from_plain(plain).as_of == as_of
    with pytest.raises(TypeError):
        kept.to_plain(object())


def test_what_is_kept_cannot_be_changed(cast: Cast) -> None:
    from django.db import Error, transaction

    for change in (lambda rows: rows.update(edition=3), lambda rows: rows.delete()):
        with pytest.raises(Error), transaction.atomic():
            change(KeptContent.objects.all())
    period = reporting_period.of_months(AUGUST, OCTOBER, date(2026, 11, 10))
    latest = keep.latest_edition(cast.programme, period)
    assert latest is not None
    assert latest.edition == 1


# ---------------------------------------------------------------- from page to page


def test_the_period_goes_from_page_to_page(cast: Cast, logframe: list[ProgrammeIndicator]) -> None:
    client = sign_in(cast.staff)
    pages = ["programme", "programme_multiples", "programme_compare", "programme_districts", "programme_indicators"]
    query = "days=own&amp;from=2026-08&amp;to=2026-10"
    for name in pages:
        answer = client.get(reverse(name), OF_MONTHS)
        assert (answer.context["period"].first, answer.context["period"].last) == (AUGUST, date(2026, 10, 31)), name
        page = answer.content.decode()
        for other in ("programme", "programme_indicators", "programme_reports"):
            assert f'href="{reverse(other)}?{query}"' in page, (name, other)
    one = client.get(reverse("programme_indicator", args=[logframe[0].pk]), OF_MONTHS)
    assert f"{reverse('programme_indicators')}?programme={cast.programme.pk}&amp;{query}" in one.content.decode()


def test_a_page_without_a_period_passes_none_on(cast: Cast, logframe: list[ProgrammeIndicator]) -> None:
    page = sign_in(cast.staff).get(reverse("programme_indicators")).content.decode()
    assert f'href="{reverse("programme")}"' in page


def test_the_form_of_the_report_begins_with_the_months_of_the_page(cast: Cast) -> None:
    form = sign_in(cast.staff).get(reverse("programme_reports"), OF_MONTHS).context["form"]
    assert (form.initial["first"], form.initial["last"]) == ("2026-08", "2026-10")


def test_the_running_month_ends_yesterday() -> None:
    period = reporting_period.of_months(OCTOBER, date(2026, 11, 1), date(2026, 11, 10))
    assert (period.last, period.judged_on, period.is_over) == (date(2026, 11, 9), date(2026, 11, 10), False)
    days = reporting_period.parse({}, date(2026, 11, 10))
    assert (days.last, days.judged_on) == (date(2026, 11, 9), date(2026, 11, 10))
    over = reporting_period.of_months(AUGUST, OCTOBER, date(2026, 11, 1))
    assert (over.last, over.is_over, str(over)) == (date(2026, 10, 31), True, "August 2026 – October 2026")
    assert timedelta(days=1) == over.today - over.last
