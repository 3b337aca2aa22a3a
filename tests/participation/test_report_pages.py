"""The page of a report for every role, and its files for everybody."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from municipalities.tenancy import scope
from participation.domain import editions
from participation.domain.editions import EditionContent
from participation.models import Consultation, Edition, EditionFile
from tests.participation import reported as make
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def closed(cast: Cast) -> Consultation:
    row = make.consultation(cast.cuprija, cast.officer, approver=cast.approver)
    make.contribution(row)
    return row


def path(row: Consultation, rest: str = "", place: str = "cuprija") -> str:
    return f"/m/{place}/consultations/{row.pk}/report/{rest}"


def made(row: Consultation, cast: Cast, changes: str = "") -> Edition:
    with scope(cast.cuprija), translation.override("en"):
        edition = editions.ask(row, EditionContent("Постављамо расвету.", changes), by=cast.officer)
        editions.make(edition.pk)
        return Edition.objects.get(pk=edition.pk)


def test_an_officer_asks_and_an_approver_publishes(cast: Cast, closed: Consultation) -> None:
    officer, approver = sign_in(cast.officer), sign_in(cast.approver)
    assert "Make the report" in officer.get(path(closed)).text
    answer = officer.post(path(closed, "ask/"), {"outcome": "Постављамо расвету."})
    assert answer.status_code == 302
    page = officer.get(path(closed)).text
    assert "A worker makes the files" in page
    assert 'hx-trigger="every 2s"' in page
    assert "It takes less than a minute" in officer.post(path(closed, "ask/"), {"outcome": "Још"}).text
    with scope(cast.cuprija):
        edition = Edition.objects.get()
    editions.make(edition.pk)
    assert "An approver publishes it." in officer.get(path(closed)).text
    publish = path(closed, f"{edition.pk}/publish/")
    assert officer.post(publish).status_code == 403
    assert "Publish the report" in approver.get(path(closed)).text
    assert approver.post(publish).status_code == 302
    assert approver.post(publish).status_code == 422
    # the next one has to say what changed
    assert officer.post(path(closed, "ask/"), {"outcome": "Још"}).status_code == 422
    assert officer.post(path(closed, "ask/"), {"outcome": "Још", "changes": "Датум."}).status_code == 302


@pytest.mark.parametrize(
    ("role", "reads", "asks"),
    [
        ("officer", 200, 422), ("approver", 200, 422), ("viewer", 200, 403), ("mentor", 200, 403),
        ("stranger", 404, 404),
    ],
)  # fmt: skip
def test_who_may_what(cast: Cast, closed: Consultation, role: str, reads: int, asks: int) -> None:
    edition = made(closed, cast)
    with scope(cast.cuprija):
        file = EditionFile.objects.filter(edition=edition, kind="csv").get()
    client = sign_in(getattr(cast, role))
    assert client.get(path(closed)).status_code == reads
    assert client.get(path(closed, f"files/{file.pk}/")).status_code == reads
    assert client.post(path(closed, "ask/"), {"outcome": "x" * 7000}).status_code == asks


def test_another_municipality_has_no_report_of_ours(cast: Cast, closed: Consultation) -> None:
    edition = made(closed, cast)
    with scope(cast.cuprija):
        file = EditionFile.objects.filter(edition=edition).first()
    assert file is not None
    client = sign_in(cast.stranger)
    for rest in ("", f"files/{file.pk}/"):
        assert client.get(path(closed, rest, "novi-pazar")).status_code == 404
    for rest in ("ask/", f"{edition.pk}/publish/"):
        assert client.post(path(closed, rest, "novi-pazar"), {"outcome": "?"}).status_code in (403, 404)


def test_a_draft_has_no_report(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer, stage="draft", closed_at=None)
    assert sign_in(cast.officer).get(path(row)).status_code == 404


def test_a_fixed_number_of_queries(cast: Cast, closed: Consultation) -> None:
    client = sign_in(cast.officer)

    def queries() -> int:
        client.get(path(closed))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path(closed)).status_code == 200
        return len(captured)

    made(closed, cast)
    one = queries()
    with scope(cast.cuprija), translation.override("en"):
        for number in range(2, 5):
            newest = Edition.objects.filter(consultation=closed).select_related("consultation").first()
            assert newest is not None
            editions.publish(newest, by=cast.approver)
            made(closed, cast, f"Измена {number}.")
    assert queries() == one
    assert 0 < one <= 12


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("report-sr-Cyrl.pdf", "application/pdf"),
        ("report-sr-Latn.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("report-en.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("report.csv", "text/csv; charset=utf-8"),
        ("report.json", "application/json"),
    ],
)
def test_everybody_downloads_what_is_public(cast: Cast, closed: Consultation, name: str, mime: str) -> None:
    edition = made(closed, cast)
    public = f"/consultations/cuprija/{closed.slug}/report/1/{name}"
    assert Client().get(public).status_code == 404
    with scope(cast.cuprija):
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
    answer = Client().get(public)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == mime
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert not answer.cookies
    assert int(answer.headers["Content-Length"]) == len(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    again = Client().get(public, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name", ["report.pdf", "report-xx.pdf", "report-sr-Cyrl.csv", "report.exe", "..%2Freport.csv", "report-en.json"]
)
def test_names_that_no_report_has(cast: Cast, closed: Consultation, name: str) -> None:
    edition = made(closed, cast)
    with scope(cast.cuprija):
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
    assert Client().get(f"/consultations/cuprija/{closed.slug}/report/1/{name}").status_code == 404
    assert Client().get(f"/consultations/novi-pazar/{closed.slug}/report/1/report.csv").status_code == 404
    assert Client().get(f"/consultations/cuprija/{closed.slug}/report/2/report.csv").status_code == 404


def test_the_part_of_the_public_page(cast: Cast, closed: Consultation) -> None:
    edition = made(closed, cast)
    with scope(cast.cuprija):
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
        edition = Edition.objects.get(pk=edition.pk)
        context: dict[str, Any] = {
            "municipality": cast.cuprija, "consultation": closed, "edition": edition,
            "edition_files": list(edition.files.all()),
        }  # fmt: skip
        with translation.override("en"):
            html = render_to_string("participation/_public_report.html", context)
            assert f"/consultations/cuprija/{closed.slug}/report/1/report-sr-Cyrl.pdf" in html
            assert "Somebody withdrew" not in html
            waits = render_to_string("participation/_public_report.html", {**context, "edition_files": []})
            assert "Somebody withdrew a proposal" in waits
            assert not render_to_string("participation/_public_report.html", {**context, "edition": None}).strip()
