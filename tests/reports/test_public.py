"""What everybody may read: off until switched on, sums alone, no cookies, and gone at once when it is switched off."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.models import MonthlyFact
from channels.models import Channel
from common.models import AuditEvent
from municipalities.models import Municipality
from municipalities.tenancy import scope
from reports.domain import public_page
from reports.models import PublicPage
from tests.people import Cast, sign_in
from tests.reports import numbers

OCTOBER = date(2026, 10, 1)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


def switch(cast: Cast, *, on: bool = True, place: Municipality | None = None, contact: str = "info@cuprija.rs") -> None:
    place = place or cast.cuprija
    with scope(place):
        public_page.choose(place, is_on=on, contact=contact, by=cast.approver)


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_nobody_sees_it_until_it_is_switched_on(cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER)
    for path in ("/p/cuprija/", "/p/cuprija/en/", "/p/no-such-place/", "/p/novi-pazar/sr-Latn/"):
        answer = Client().get(path)
        assert answer.status_code == 404, path
        assert "Ćuprija" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "language", "texts"),
    [
        ("/p/cuprija/", "sr-Cyrl", ("Ћуприја", "октобар 2026.")),
        ("/p/cuprija/sr-Cyrl/", "sr-Cyrl", ("Ћуприја", "октобар 2026.")),
        ("/p/cuprija/sr-Latn/", "sr-Latn", ("Ćuprija", "oktobar 2026.")),
        ("/p/cuprija/en/", "en", ("Ćuprija", "October 2026")),
    ],
)
def test_it_speaks_both_scripts_and_english(cast: Cast, path: str, language: str, texts: tuple[str, ...]) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6)
    switch(cast)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    for word in (*texts, "135", "info@cuprija.rs"):
        assert word in answer.text
    assert Client().get("/p/cuprija/de/").status_code == 404


def test_a_municipality_that_writes_latin_first_is_shown_so(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(primary_script="Latn")
    switch(cast)
    assert '<html lang="sr-Latn">' in Client().get("/p/cuprija/").text


def test_there_is_no_post_and_nobody_on_it(cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER, title="Secretmark")
    switch(cast)
    everything = Client().get("/p/cuprija/en/").text + Client().get("/open-data/months.csv").text
    for word in ("Secretmark", "Officer", "officer@test.example", "Approver"):
        assert word not in everything


def test_it_sets_no_cookie_and_asks_for_none(cast: Cast) -> None:
    switch(cast)
    client = sign_in(cast.officer)
    before = dict(client.cookies)
    for path in ("/p/cuprija/", "/open-data/", "/open-data/months.csv", "/open-data/datapackage.json", "/p/x/"):
        answer = client.get(path)
        assert not answer.cookies, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
    assert dict(client.cookies) == before


def test_it_may_be_kept_and_who_has_it_is_told_so(cast: Cast) -> None:
    switch(cast)
    for path in ("/p/cuprija/en/", "/open-data/", "/open-data/months.csv"):
        answer = Client().get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=600"
        again = Client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path


def test_a_kept_page_costs_two_questions_and_is_gone_at_once_when_switched_off(cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER)
    switch(cast)
    Client().get("/p/cuprija/en/")
    with CaptureQueriesContext(connection) as captured:
        assert Client().get("/p/cuprija/en/").status_code == 200
    assert len(captured) == 2
    switch(cast, on=False)
    assert Client().get("/p/cuprija/en/").status_code == 404
    cache.clear()
    assert rows(Client().get("/open-data/months.csv").content) == []


def test_it_costs_the_same_at_any_size(cast: Cast) -> None:
    counts = []
    switch(cast)
    for _ in range(2):
        for number in range(3):
            page = numbers.month(cast.cuprija, cast.officer, date(2026, 8 + number, 1))
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert page.name in Client().get("/p/cuprija/en/").text
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_comes_too_often_waits(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_PAGES_PER_MINUTE = 2
    switch(cast)
    assert [Client().get("/p/cuprija/").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get("/open-data/months.csv").headers["Retry-After"] == "60"


def test_a_practice_municipality_is_not_indexed(cast: Cast) -> None:
    switch(cast)
    assert "X-Robots-Tag" not in Client().get("/p/cuprija/").headers
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_practice=True)
    cache.clear()
    answer = Client().get("/p/cuprija/")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_practice_numbers_are_not_public(cast: Cast) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER)
    with scope(cast.cuprija):
        Channel.objects.filter(pk=page.pk).update(is_practice=True)
    switch(cast)
    assert "No number has been read yet." in Client().get("/p/cuprija/en/").text
    assert rows(Client().get("/open-data/months.csv").content) == []


def test_a_month_that_is_not_over_is_not_shown(cast: Cast) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER)
    numbers.month(cast.cuprija, cast.officer, date(2026, 11, 1), on=page)
    switch(cast)
    assert "November 2026" not in Client().get("/p/cuprija/en/").text
    assert {row["month"] for row in rows(Client().get("/open-data/months.csv").content)} == {"2026-10"}


def test_a_number_that_was_not_told_is_a_dash_and_an_empty_cell(cast: Cast) -> None:
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER, followers=None)
    with scope(cast.cuprija):
        MonthlyFact.objects.filter(channel=page).update(views=None, interactions=None)
    switch(cast)
    (row,) = rows(Client().get("/open-data/months.csv").content)
    assert (row["posts"], row["views"], row["interactions"], row["followers"]) == ("6", "", "", "")
    assert "–" in Client().get("/p/cuprija/en/").text


# ---- open data


def test_the_open_data_fit_their_schema(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(
        population=30645, population_year=2022, population_source="=census"
    )
    page = numbers.month(cast.cuprija, cast.officer, OCTOBER)
    with scope(cast.cuprija):
        Channel.objects.filter(pk=page.pk).update(handle="@=cuprija")
    numbers.month(cast.novi_pazar, cast.stranger, OCTOBER)
    switch(cast)
    package = json.loads(Client().get("/open-data/datapackage.json").content)
    assert package["licenses"] == [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}]
    for resource in package["resources"]:
        answer = Client().get(f"/open-data/{resource['path']}")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        table_rows = rows(answer.content)
        fields = resource["schema"]["fields"]
        assert list(table_rows[0]) == [field["name"] for field in fields]
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in table_rows]
        assert len(set(keys)) == len(keys) == 1
        for field in fields:
            values = [row[field["name"]] for row in table_rows if row[field["name"]]]
            if field["type"] == "integer":
                assert all(value.isdigit() for value in values), field
            assert not any(value.startswith(("=", "+", "-", "@")) for value in values), field
    (place,) = rows(Client().get("/open-data/municipalities.csv").content)
    assert list(place)[-1] == "official_code"
    assert place["official_code"] == "71200"
    (month,) = rows(Client().get("/open-data/months.csv").content)
    assert (month["municipality"], month["month"], month["interactions"]) == ("cuprija", "2026-10", "135")


def test_open_data_cost_the_same_for_many_municipalities(cast: Cast) -> None:
    counts = []
    for place, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        numbers.month(place, by, OCTOBER)
        switch(cast, place=place)
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            Client().get("/open-data/months.csv")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_of_the_open_data_names_who_takes_part_and_the_licence(cast: Cast) -> None:
    switch(cast)
    text = Client().get("/open-data/").text
    for word in ("Ћуприја", "Ćuprija", "CC-BY-4.0", 'href="/open-data/months.csv"', "yearmonth"):
        assert word in text
    assert "Нови Пазар" not in text
    assert Client().get("/open-data/passwords.csv").status_code == 404
    assert Client().post("/open-data/months.csv").status_code == 405


# ---- the switch


def test_an_approver_switches_it_and_everybody_can_read_that_they_did(cast: Cast) -> None:
    client, path = sign_in(cast.approver), "/m/cuprija/settings/public/"
    assert "Not public" in client.get(path).text
    client.post(f"{path}save/", {"is_on": "on", "contact": "info@cuprija.rs"})
    assert "/p/cuprija/" in client.get(path).text
    client.post(f"{path}save/", {"is_on": "on", "contact": "035 123"})
    client.post(f"{path}save/", {"is_on": "on", "contact": "035 123"})
    client.post(f"{path}save/", {"contact": "035 123"})
    verbs = AuditEvent.objects.filter(verb__startswith="numbers.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["numbers.open", "numbers.change_contact", "numbers.close"]
    with scope(cast.cuprija):
        assert not PublicPage.objects.get().is_on


def test_an_officer_sees_the_switch_but_cannot_turn_it(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert client.get("/m/cuprija/settings/public/").status_code == 200
    assert client.post("/m/cuprija/settings/public/save/", {"is_on": "on"}).status_code == 403
    assert Client().get("/p/cuprija/").status_code == 404


def test_a_contact_is_words_and_nothing_else(cast: Cast) -> None:
    switch(cast, contact='<script>alert("x")</script>')
    assert "<script>alert" not in Client().get("/p/cuprija/").text
    assert sign_in(cast.approver).post(
        "/m/cuprija/settings/public/save/", {"contact": "x" * 201}
    ).status_code == 422  # fmt: skip
