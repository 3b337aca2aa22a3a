"""The page a month: asked for on a page, made by a worker, read back in three languages and three formats."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analytics.models import ChannelDay, Subject
from common import job_progress
from common.models import AuditEvent
from municipalities.models import Municipality
from municipalities.tenancy import scope
from reports import tasks
from reports.contents.monthly import monthly
from reports.domain import make
from reports.enums import State, Trouble
from reports.files import pdf
from reports.models import MonthlyReport
from tests.people import Cast, sign_in
from tests.reports import numbers, reading

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


def body(row: MonthlyReport, fmt: str, shelf: Path) -> bytes:
    return (shelf / row.files[fmt]["name"]).read_bytes()


def made(cast: Cast, month: date = OCTOBER, language: str = "en", place: Municipality | None = None) -> MonthlyReport:
    place = place or cast.cuprija
    with scope(place):
        row = make.ask_monthly(place, month, language, by=cast.officer)
    tasks.generate_reports()
    with scope(place):
        return MonthlyReport.objects.get(pk=row.pk)


def filled(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(
        population=30645, population_year=2022, population_source="census"
    )
    numbers.month(cast.cuprija, cast.officer, date(2026, 9, 1), posts=5)
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6, call="pay")


# ---- what it says


@pytest.mark.parametrize(
    ("language", "tag", "place", "month"),
    [("sr", "sr-Cyrl", "Ћуприја", "октобар 2026."), ("sr-latn", "sr-Latn", "Ćuprija", "oktobar 2026."),
     ("en", "en", "Ćuprija", "October 2026")],
)  # fmt: skip
def test_it_is_read_back_in_every_language(
    cast: Cast, shelf: Path, language: str, tag: str, place: str, month: str
) -> None:
    filled(cast)
    row = made(cast, language=language)
    printed = reading.pdf(body(row, "pdf", shelf))
    assert (printed.language, printed.is_tagged) == (tag, True)
    assert place in printed.title
    assert month in printed.title
    assert place in printed.text
    assert "135" in printed.text  # 20 + 21 + … + 25
    assert {"Table", "TH", "Figure", "H1", "H2"} <= printed.kinds
    assert len(printed.alts) == 3
    assert all(len(alt) > 30 for alt in printed.alts)


def test_every_format_says_the_same(cast: Cast, shelf: Path) -> None:
    filled(cast)
    row = made(cast)
    tables = reading.tables(body(row, "zip", shelf))
    tiles = {line["Measure"]: line["Value"] for line in tables["tiles"]}
    assert (tiles["Posts"], tiles["Interactions"], tiles["Interactions per post"]) == ("6", "135", "22.5")
    assert float(tiles["Interactions per 1,000 inhabitants"]) == round(135 / 30.645, 4)
    book = reading.xlsx(body(row, "xlsx", shelf))
    sheet = {cell[0].value: cell[1].value for cell in book["The month in numbers"].iter_rows(min_row=2, max_row=4)}
    assert sheet == {"Posts": 6, "Interactions": 135, "Interactions per post": 22.5}
    printed = reading.pdf(body(row, "pdf", shelf)).text
    assert "22.5" in printed
    assert [line["Interactions"] for line in tables["best-posts"]] == ["25", "24", "23", "22", "21"]
    assert {line["Network"] for line in tables["best-posts"]} == {"Mastodon"}
    assert "Views" not in tables["best-posts"][0], "the network reports none"
    assert len(tables["days"]) == 31
    assert tables["calls"][0]["What people are asked to do"] == "Pay"


def test_best_posts_have_views_where_a_network_reports_them(cast: Cast, shelf: Path) -> None:
    filled(cast)
    with scope(cast.cuprija):
        best = Subject.objects.order_by("-interactions").exclude(interactions=None).first()
        assert best is not None
        Subject.objects.filter(pk=best.pk).update(views=1234)
    views = [line["Views"] for line in reading.tables(body(made(cast), "zip", shelf))["best-posts"]]
    assert views == ["1234", "", "", "", ""]


def test_it_begins_with_the_month_in_a_sentence(cast: Cast) -> None:
    filled(cast)
    assert made(cast).summary == (
        "In October 2026, Ćuprija published 6 posts on 1 channel. They received 135 interactions, "
        "23\u00a0% more than in the 31 days before."
    )


def test_a_tile_with_a_tiny_base_has_the_earlier_number_and_no_per_cent(cast: Cast, shelf: Path) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6, likes=100)
    numbers.month(cast.cuprija, cast.officer, date(2026, 9, 1), posts=5, likes=1, on=page)
    row = made(cast)
    printed = reading.pdf(body(row, "pdf", shelf)).text
    assert "15 in the 31 days before" in printed
    assert "5 in the 31 days before" in printed
    assert "%" not in row.summary
    tiles = {line["Measure"]: line["Change in per cent"] for line in reading.tables(body(row, "zip", shelf))["tiles"]}
    assert tiles["Interactions"] == ""


def test_a_month_that_was_hardly_measured_is_not_compared_with(cast: Cast, shelf: Path) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6, likes=100)
    numbers.month(cast.cuprija, cast.officer, date(2026, 9, 1), posts=1, likes=24, on=page)
    row = made(cast)
    printed = reading.pdf(body(row, "pdf", shelf)).text
    assert "Not compared with the 31 days before: they had 1 post, and a comparison takes 5." in printed
    assert "than in the 31 days before" not in printed
    assert "in the 31 days before" not in row.summary
    tiles = reading.tables(body(row, "zip", shelf))["tiles"]
    assert [line["Change in per cent"] for line in tiles] == [""] * len(tiles)


def test_days_of_which_nothing_is_known_are_not_compared_with(cast: Cast, shelf: Path) -> None:
    """Six posts, but all of the last days of September: the municipality had only begun."""
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6, likes=100)
    numbers.month(cast.cuprija, cast.officer, date(2026, 9, 1), posts=6, likes=20, on=page)
    with scope(cast.cuprija):
        september = {"day__lt": date(2026, 9, 20)}
        ChannelDay.objects.filter(**september).delete()
        Subject.objects.filter(published_on__lt=date(2026, 10, 1)).update(published_on=date(2026, 9, 21))
    printed = reading.pdf(body(made(cast), "pdf", shelf)).text
    assert "Not compared with the 31 days before: anything is known of only 11 of them." in printed


def test_a_kind_with_few_posts_is_marked_where_its_figures_stand(cast: Cast, shelf: Path) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=4, category="emergency")
    assert "Of fewer than 5 posts nothing can be concluded." in reading.pdf(body(made(cast), "pdf", shelf)).text


def test_a_month_without_data_says_so_and_is_no_zero(cast: Cast, shelf: Path) -> None:
    row = made(cast)
    text = reading.pdf(body(row, "pdf", shelf)).text
    assert "In October 2026 nothing was published in the name of Ćuprija." in text
    assert "No channel is connected, so no metrics are fetched." in text
    tiles = {line["Measure"]: line["Value"] for line in reading.tables(body(row, "zip", shelf))["tiles"]}
    assert (tiles["Posts"], tiles["Interactions"]) == ("0", "")


def test_without_a_population_nothing_is_reckoned_per_inhabitant(cast: Cast, shelf: Path) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER)
    text = reading.pdf(body(made(cast), "pdf", shelf)).text
    assert "population not entered" in text
    assert "The population is not entered, so nothing is reckoned per inhabitant." in text


def test_gaps_are_named_with_their_reason(cast: Cast, shelf: Path) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER)
    with scope(cast.cuprija):
        ChannelDay.objects.filter(channel=page, day__in=["2026-10-10", "2026-10-11"]).update(
            followers=None, gap="needs_consent"
        )
    row = made(cast)
    text = reading.pdf(body(row, "pdf", shelf)).text
    assert "On 2 days no channel could be read" in text
    assert "10 October, 11 October" in text
    days = {line["Day"]: line["Followers"] for line in reading.tables(body(row, "zip", shelf))["days"]}
    assert (days["2026-10-09"], days["2026-10-10"]) == ("408", "")


def test_the_running_month_counts_to_yesterday_and_says_so(cast: Cast, shelf: Path) -> None:
    numbers.month(cast.cuprija, cast.officer, NOVEMBER)
    row = made(cast, NOVEMBER)
    assert "The month is not over: this counts to 24 November 2026." in reading.pdf(body(row, "pdf", shelf)).text
    assert len(reading.tables(body(row, "zip", shelf))["days"]) == 24


def test_hostile_titles_stay_titles(cast: Cast, shelf: Path) -> None:
    title = '=cmd|"/c calc" #set page() $x$ 🎉 مرحبا \\ <b> Чварци'
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=1, title=title)
    row = made(cast)
    assert '=cmd|"/c calc" #set page() $x$ [] [] \\ <b> Чварци' in reading.pdf(body(row, "pdf", shelf)).text
    assert reading.tables(body(row, "zip", shelf))["best-posts"][0]["Post"] == f"'{title}"
    cell = reading.xlsx(body(row, "xlsx", shelf))["Best posts"]["A2"]
    assert (cell.value, cell.data_type) == (title, "s")


def test_nothing_of_another_municipality_is_in_it(cast: Cast, shelf: Path) -> None:
    filled(cast)
    numbers.month(cast.novi_pazar, cast.stranger, OCTOBER, posts=2, title="Foreignmark")
    row = made(cast)
    assert "Foreignmark" not in reading.pdf(body(row, "pdf", shelf)).text
    tiles = {line["Measure"]: line["Value"] for line in reading.tables(body(row, "zip", shelf))["tiles"]}
    assert tiles["Posts"] == "6"


def test_the_same_month_again_is_the_same_document(cast: Cast) -> None:
    filled(cast)
    as_of = timezone.now()
    with scope(cast.cuprija), translation.override("sr"):
        first, second = (monthly(cast.cuprija, OCTOBER, as_of) for _ in range(2))
    assert pdf.write(first) == pdf.write(second)


def test_it_costs_the_same_at_any_size(cast: Cast) -> None:
    counts = []
    for posts in (1, 25):
        numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=posts)
        with scope(cast.cuprija), translation.override("sr"), CaptureQueriesContext(connection) as captured:
            monthly(cast.cuprija, OCTOBER, timezone.now())
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


# ---- how it is made


def test_an_officer_asks_and_fetches_it(cast: Cast) -> None:
    filled(cast)
    client = sign_in(cast.officer)
    answer = client.post("/m/cuprija/reports/ask/", {"month": "2026-10", "language": "sr"})
    page = answer.headers["Location"]
    waiting = client.get(page).text
    assert 'hx-trigger="every 2s"' in waiting
    assert "<progress max=" in waiting
    with scope(cast.cuprija):
        job = make.job(MonthlyReport.objects.get())
    job_progress.record(job, 2, 4)
    assert '<progress value="2" max="4">' in client.get(page).text
    assert client.get(f"{page}pdf/").status_code == 404
    tasks.generate_reports()
    part = client.get(page, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "hx-trigger" not in part
    for fmt, kind in (("pdf", "application/pdf"), ("zip", "application/zip"), ("xlsx", "application/vnd.openxml")):
        got = client.get(f"{page}{fmt}/")
        assert got.status_code == 200
        assert got.headers["Content-Type"].startswith(kind)
        assert got.headers["Content-Disposition"] == f'attachment; filename="cuprija-2026-10-sr.{fmt}"'
        assert "no-store" in got.headers["Cache-Control"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert len(b"".join(got.streaming_content)) > 1000  # type: ignore[attr-defined]
    assert client.get(f"{page}exe/").status_code == 404
    verbs = list(AuditEvent.objects.filter(verb__startswith="report.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["report.ask", "report.make", *["report.download"] * 3]


@pytest.mark.parametrize("fields", [{"month": "2026-12"}, {"month": "2099-01"}, {"month": "x"}, {"month": ""},
                                    {"month": "2026-10", "language": "de"}])  # fmt: skip
def test_a_month_that_has_not_begun_is_no_month(cast: Cast, fields: dict[str, str]) -> None:
    answer = sign_in(cast.officer).post("/m/cuprija/reports/ask/", {"language": "sr", **fields})
    assert answer.status_code == 422
    with scope(cast.cuprija):
        assert not MonthlyReport.objects.exists()


def test_who_may_see_the_numbers_may_fetch_it_and_nobody_else(cast: Cast) -> None:
    filled(cast)
    row = made(cast)
    path = f"/m/cuprija/reports/{row.pk}/pdf/"
    for person in (cast.viewer, cast.mentor, cast.staff, cast.administrator):
        assert sign_in(person).get(path).status_code == 200
    assert sign_in(cast.stranger).get(path).status_code == 404
    assert sign_in(cast.stranger).get(f"/m/novi-pazar/reports/{row.pk}/pdf/").status_code == 404


def test_asking_twice_makes_one(cast: Cast) -> None:
    with scope(cast.cuprija):
        first = make.ask_monthly(cast.cuprija, OCTOBER, "sr", by=cast.officer)
        assert make.ask_monthly(cast.cuprija, OCTOBER, "sr", by=cast.viewer) == first
        assert make.ask_monthly(cast.cuprija, OCTOBER, "en", by=cast.viewer) != first


def test_what_a_dead_worker_left_is_made_by_another(cast: Cast) -> None:
    with scope(cast.cuprija):
        row = make.ask_monthly(cast.cuprija, OCTOBER, "sr", by=cast.officer)
        assert make._claim(MonthlyReport, row.pk) is not None
        assert make._claim(MonthlyReport, row.pk) is None
    assert make.due() == []
    with time_machine.travel(timezone.now() + make.LEASE + timedelta(seconds=1)):
        tasks.generate_reports()
    with scope(cast.cuprija):
        assert MonthlyReport.objects.get().state == State.READY


def test_a_disk_that_is_full_is_tried_three_times_and_then_told(cast: Cast, shelf: Path) -> None:
    shelf.write_text("a file where the folder should be")
    with scope(cast.cuprija):
        row = make.ask_monthly(cast.cuprija, OCTOBER, "en", by=cast.officer)
    now = timezone.now()
    for number in range(make.MAX_ATTEMPTS + 1):
        with time_machine.travel(now + number * (make.LEASE + timedelta(seconds=1))):
            tasks.generate_reports()
    with scope(cast.cuprija):
        row.refresh_from_db()
    assert (row.state, row.trouble) == (State.FAILED, Trouble.GIVEN_UP)
    assert "It was tried three times" in sign_in(cast.officer).get(f"/m/cuprija/reports/{row.pk}/").text


def test_a_document_that_cannot_be_written_is_told_and_never_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that Typst refuses: the fault of a release, not of this report."""
    monkeypatch.setattr(pdf, "TEMPLATE", b"#let x = (")
    with scope(cast.cuprija):
        row = make.ask_monthly(cast.cuprija, OCTOBER, "en", by=cast.officer)
    tasks.generate_reports()
    with scope(cast.cuprija):
        row.refresh_from_db()
    assert (row.state, row.trouble, row.attempts) == (State.FAILED, Trouble.BROKEN, 1)
    assert make.due() == []
    assert "This is an error of the portal" in sign_in(cast.officer).get(f"/m/cuprija/reports/{row.pk}/").text


def test_files_are_deleted_when_their_days_are_over(cast: Cast, shelf: Path, settings: Any) -> None:
    row = made(cast)
    assert len(list(shelf.iterdir())) == 3
    with time_machine.travel(timezone.now() + timedelta(days=settings.REPORT_DAYS, minutes=1)):
        client = sign_in(cast.officer)
        assert client.get(f"/m/cuprija/reports/{row.pk}/pdf/").status_code == 404
        tasks.purge_expired()
        assert "The files of this report are deleted" in client.get(f"/m/cuprija/reports/{row.pk}/").text
    assert list(shelf.iterdir()) == []


def test_what_no_row_names_is_swept_up_after_a_day(cast: Cast, shelf: Path) -> None:
    made(cast)
    half = shelf / "half.pdf.part"
    half.write_bytes(b"%PDF")
    os.utime(half, (time.time(), time.time()))  # files keep the machine's time, the test has its own
    make.purge_expired()
    assert half.exists()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        make.purge_expired()
    assert sorted(path.suffix for path in shelf.iterdir()) == [".pdf", ".xlsx", ".zip"]


def test_the_list_costs_the_same_at_any_length(cast: Cast) -> None:
    client, counts = sign_in(cast.officer), []
    client.get("/m/cuprija/reports/")
    for _ in range(2):
        for _ in range(4):
            made(cast)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/m/cuprija/reports/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_month_is_made_within_a_second(cast: Cast) -> None:
    filled(cast)
    with scope(cast.cuprija):
        make.ask_monthly(cast.cuprija, OCTOBER, "sr", by=cast.officer)
    began = time.thread_time()
    tasks.generate_reports()
    assert time.thread_time() - began < 5
