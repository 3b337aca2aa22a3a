"""The programme at a glance as a PDF: the figures of the page, on two pages at most, and nothing over anything."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse

from analytics.indicators.domain import baselines, definitions, manual_values, targets
from analytics.indicators.domain.targets import Wanted
from common.models import AuditEvent
from municipalities.models import Pairing, Programme
from municipalities.queries import today
from tests.people import Cast, sign_in
from tests.reports import reading
from tests.trainings.group import certificate_of, training_of

PAGE, FILE = "/programme/overview/", "/programme/overview/pdf/"
LONGEST = "Удео подносилаца захтева који су о исходу предмета обавештени објавом у року"
LANGUAGES = ("sr", "sr-latn", "en")
pytestmark = pytest.mark.usefixtures("db")


def yesterday() -> date:
    """The last day that a page measures."""
    return today() - timedelta(days=1)


def outcomes(cast: Cast, count: int) -> None:
    """Entered indicators with names of 80 letters, most with a baseline and a value, every other one behind."""
    for number in range(count):
        definition = definitions.Defined(
            f"{LONGEST} {number:02}", "outcome", "percent", "up", "Од потписа на списку", "Записник"
        )
        row = definitions.define(cast.programme, definition, by=cast.staff)
        if number % 5:
            first = today() - timedelta(days=90)
            baselines.enter(
                row, None, first, first + timedelta(days=27), 10.5 + number, source="Записник", by=cast.staff
            )
        due_on = today() + timedelta(days=120)
        wanted = Wanted("value", 81.5 + number / 10, due_on, is_milestone=False, reason="Agreed")
        targets.set_target(row, wanted, by=cast.staff)
        if number % 3:
            value = 61.25 + number if number % 2 else 11.75 + number
            manual_values.enter(row, manual_values.EnteredValue(yesterday(), value, "Записник"), by=cast.staff)


def words(markup: str) -> str:
    """As a reader sees them: without tags, one space between words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def section(page: str, name: str) -> str:
    return page.split(f'aria-labelledby="{name}"')[1].split('<section class="stack', maxsplit=1)[0]


def both(client: Client, **query: str) -> tuple[str, reading.Printed, bytes]:
    """The page, and its file as an independent reader finds it."""
    page, file = client.get(PAGE, query), client.get(FILE, query)
    assert (page.status_code, file.status_code) == (200, 200)
    return page.text, reading.pdf(file.content), file.content


def rows(page: str) -> list[tuple[str, str, str, str, str]]:
    """Name, sentence, baseline, actual and target of each outcome on the page."""
    several = []
    for item in section(page, "outcomes").split("<li ")[1:]:
        name = re.search(r'class="list-link"[^>]*>(.*?)</a>', item, re.DOTALL)
        spans = re.findall(r"<span>(.*?)</span>", item.split("list-meta")[1], re.DOTALL)
        assert name is not None
        figures = re.fullmatch(r"baseline (.*), now (.*), target (.*)", words(spans[1]))
        assert figures is not None
        several.append((words(name[1]), words(spans[0]), figures[1], figures[2], figures[3]))
    return several


def test_every_figure_of_the_page_is_in_its_file(cast: Cast) -> None:
    outcomes(cast, 12)
    certificate_of(training_of(cast), cast)
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - timedelta(days=1))
    page, printed, _body = both(sign_in(cast.staff), days="90")
    listed = rows(page)
    assert len(listed) == 12
    for name, sentence, baseline, actual, target in listed:
        assert f"{name} {baseline} {actual} {target} {sentence}" in printed.text, name
    counted = [
        (words(label), words(value))
        for value, label in re.findall(r"<strong>(.*?)</strong>\s*<span>(.*?)</span>", section(page, "outputs"))
    ]
    assert len(counted) >= 7
    for label, value in counted:
        assert f"{label} {value}" in printed.text, label
    headline = re.search(r'class="overview-headline">(.*?)</p>', page)
    assert headline is not None
    assert words(headline[1]) in printed.text
    assert "Ćuprija" in words(section(page, "needs"))
    for reason in re.findall(r"<span>(.*?)</span>", section(page, "needs").partition('class="list"')[2], re.DOTALL):
        assert words(reason) in printed.text


def test_a_figure_that_differs_would_be_noticed(cast: Cast) -> None:
    """The comparison above can fail: between the page and the file a value is entered."""
    outcomes(cast, 3)
    client = sign_in(cast.staff)
    first = rows(client.get(PAGE).text)[0]
    row = next(one for one in definitions.ProgrammeIndicator.objects.all() if str(one) == first[0])
    manual_values.enter(row, manual_values.EnteredValue(yesterday(), 99.5, "Записник"), by=cast.staff)
    file = reading.pdf(client.get(FILE).content)
    name, sentence, baseline, actual, target = first
    assert f"{name} {baseline} {actual} {target} {sentence}" not in file.text


def test_thirty_outcomes_with_long_names_are_two_pages(cast: Cast, subtests: pytest.Subtests) -> None:
    outcomes(cast, 30)
    client = sign_in(cast.staff)
    for language in LANGUAGES:
        with subtests.test(language):
            cast.staff.language = language
            cast.staff.save(update_fields=["language"])
            printed = reading.pdf(client.get(FILE).content)
            assert printed.pages == 2
            assert printed.is_tagged


def test_it_is_of_the_period_and_the_programme_of_the_page(cast: Cast) -> None:
    other = Programme.objects.create(name="Another programme")
    other.staff.add(cast.staff)
    client = sign_in(cast.staff)
    page = client.get(PAGE, {"days": "7", "programme": str(other.pk)}).text
    address = re.search(rf'href="({FILE}[^"]*)"', page)
    assert address is not None
    printed = reading.pdf(client.get(html.unescape(address[1])).content)
    assert "Another programme" in printed.title
    assert printed.title != reading.pdf(client.get(FILE).content).title


def test_fetching_it_is_audited_and_asking_for_its_size_is_not(cast: Cast) -> None:
    client = sign_in(cast.staff)
    client.head(FILE)
    assert not AuditEvent.objects.filter(verb="report.download_overview").exists()
    answer: Any = client.get(FILE)
    assert answer["Cache-Control"] == "private, no-store"
    event = AuditEvent.objects.get(verb="report.download_overview")
    assert (event.actor_label, event.target_label) == (str(cast.staff), "Swiss PRO")
    # And nobody else fetches it.
    for person in (cast.officer, cast.approver, cast.mentor, cast.trainer, cast.administrator, cast.stranger):
        assert sign_in(person).get(reverse("programme_overview_file")).status_code == 404
