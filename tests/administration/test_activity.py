"""Administrators read who did what in the whole installation, find it, and take it with them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.audit import record
from common.models import AuditEvent
from tests.people import Cast, sign_in

PAGE, FILE = "/installation/activity/", "/installation/activity/export/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def events(cast: Cast) -> None:
    AuditEvent.objects.all()
    here, there = cast.cuprija.pk, cast.novi_pazar.pk
    record("post.approve", by=cast.approver, municipality_id=here, label="Вода у Његошевој")
    record("channel.pause", by=cast.approver, municipality_id=there, label="Страница <b>")
    record("installation.issue_code", by=None)


def texts(cast: Cast, **query: str) -> str:
    return str(sign_in(cast.administrator).get(PAGE, query).text)


def test_nobody_but_an_administrator_reads_it(cast: Cast) -> None:
    for person in (cast.officer, cast.approver, cast.staff, cast.mentor, cast.trainer):
        for path in (PAGE, FILE):
            assert sign_in(person).get(path).status_code == 404


def test_everything_is_there_newest_first(cast: Cast, events: None) -> None:
    text = texts(cast)
    places = [text.index(words) for words in ("Generated a code", "Страница &lt;b&gt;", "Вода у Његошевој")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "here", "gone"),
    [
        ({"municipality": "cuprija"}, "Вода у Његошевој", "Страница"),
        ({"municipality": "installation"}, "Generated a code", "Вода"),
        ({"area": "channels"}, "Страница", "Вода"),
        ({"words": "njegosevoj"}, "", "Вода"),
        ({"words": "Njegoševoj"}, "Вода у Његошевој", "Страница"),
        ({"words": "njegoševoj voda"}, "Вода у Његошевој", "Страница"),
        ({"first": "01.01.2020", "last": "02.01.2020"}, "Nothing of that kind", "Вода"),
        ({"municipality": "no-such", "area": "<b>"}, "Вода у Његошевој", "<b>"),
    ],
)
def test_it_is_found(cast: Cast, events: None, query: dict[str, str], here: str, gone: str) -> None:
    text = texts(cast, **query).split('class="stack"', 1)[1]
    assert here in text
    assert gone not in text.split("</form>", 1)[1]


@pytest.mark.parametrize("query", [{"first": "32.13.2026"}, {"last": "yesterday"}])
def test_what_is_no_day_is_said_at_its_field(cast: Cast, events: None, query: dict[str, str]) -> None:
    answer = sign_in(cast.administrator).get(PAGE, query)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert sign_in(cast.administrator).get(FILE, query).status_code == 422


def test_days_in_the_wrong_order_are_said(cast: Cast, events: None) -> None:
    assert "The last day is before the first one" in texts(cast, first="02.01.2026", last="01.01.2026")


def test_pages_go_back_in_time_without_counting(cast: Cast) -> None:
    for number in range(60):
        record("post.approve", by=cast.approver, municipality_id=cast.cuprija.pk, label=f"mark{number:02}")
    client = sign_in(cast.administrator)
    first = client.get(PAGE, {"area": "posts"}).text
    assert "mark59" in first
    assert "mark05" not in first
    older = first.split("Older")[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "area=posts" in older
    second = client.get(f"{PAGE}?{older}").text
    assert "mark05" in second
    assert "mark59" not in second


def test_the_file_holds_what_is_shown_and_no_formula(cast: Cast, events: None) -> None:
    record("post.approve", by=cast.approver, municipality_id=cast.cuprija.pk, label="=cmd")
    answer = sign_in(cast.administrator).get(FILE, {"municipality": "cuprija"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["Time", "Person", "Municipality", "What was done"]
    assert {row[2] for row in rows[1:]} == {"Ćuprija"}
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert AuditEvent.objects.filter(verb="installation.export_activity").count() == 1


def test_it_costs_the_same_at_any_size(cast: Cast) -> None:
    def counted() -> int:
        client: Any = sign_in(cast.administrator)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    record("post.approve", by=cast.approver, municipality_id=cast.cuprija.pk, label="one")
    few = counted()
    for number in range(100):
        place = (cast.cuprija, cast.novi_pazar)[number % 2]
        record("post.approve", by=cast.approver, municipality_id=place.pk, label=str(number))
    assert counted() == few
