"""The programme at a glance: Home of staff, with the figures of the indicators' own page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from analytics.enums import TargetStatus
from analytics.indicators.domain import baselines, definitions, manual_values, targets
from analytics.indicators.domain.targets import Wanted
from analytics.models import ProgrammeIndicator
from municipalities.models import Pairing
from municipalities.queries import today
from portal.programme_summary import Outcome, headline
from tests.people import Cast, sign_in
from tests.trainings.group import certificate_of, training_of

PAGE = "/programme/overview/"
pytestmark = pytest.mark.usefixtures("db")


def outcome(state: TargetStatus) -> Outcome:
    return Outcome("Reach", "/", state, "1", "2", "3", "On the way.")


def said(*states: TargetStatus) -> str:
    with translation.override("en"):
        return headline([outcome(state) for state in states])


def test_home_of_staff_is_the_overview(cast: Cast) -> None:
    answer = sign_in(cast.staff).get("/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "The programme at a glance" in answer.text


def test_nobody_else_reads_it(cast: Cast) -> None:
    for person in (cast.officer, cast.approver, cast.mentor, cast.trainer, cast.administrator, cast.stranger):
        assert sign_in(person).get(PAGE).status_code == 404


def test_the_sentence_counts_what_is_judged_and_names_what_is_not() -> None:
    states = TargetStatus
    assert said() == "No indicator has a target yet, so nothing can be said about progress."
    assert said(states.NO_DATA, states.NOT_DUE).startswith("No target can be judged yet")
    text = said(states.REACHED, states.ON_TRACK, states.BEHIND, states.WORSE, states.NO_DATA)
    assert text == (
        "Of 4 targets that can be judged, 1 are reached, 1 are on track and 2 are behind. That many cannot be judged "
        "yet: 1."
    )


def test_who_needs_something_comes_with_the_reason(cast: Cast) -> None:
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - timedelta(days=1))
    text = sign_in(cast.staff).get(PAGE).text
    assert "Ćuprija" in text.split('id="needs"')[1]


def changes(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page.partition('id="changes"')[2].partition("</section>")[0])


def test_nothing_changed_is_said_with_the_day(cast: Cast) -> None:
    text = " ".join(changes(sign_in(cast.staff).get(PAGE).text).split())
    assert re.search(r"Nothing has changed since \d+ \w+ \d{4}\.", text)


def test_an_outcome_that_caught_up_is_told_with_what_it_was(cast: Cast) -> None:
    """Its value of ten days ago was behind; that of three days ago is on track, and that of the other never changed."""
    first = today() - timedelta(days=60)
    for name, values in (("Reach", {10: 11, 3: 60}), ("Answers", {10: 70})):
        definition = definitions.Defined(name, "outcome", "percent", "up", "Counted", "Minutes")
        row = definitions.define(cast.programme, definition, by=cast.staff)
        baselines.enter(row, None, first, first, 10, source="Minutes", by=cast.staff)
        due_on = today() + timedelta(days=60)
        targets.set_target(row, Wanted("value", 90, due_on, is_milestone=False, reason="Agreed"), by=cast.staff)
        for days_ago, value in values.items():
            entered = manual_values.EnteredValue(today() - timedelta(days=days_ago), value, "Minutes")
            manual_values.enter(row, entered, by=cast.staff)
    page = sign_in(cast.staff).get(PAGE).text
    text = " ".join(changes(page).split())
    assert "Reach: On track, a week ago Behind" in text
    assert "Answers" not in text
    row = next(row for row in ProgrammeIndicator.objects.all() if row.name == "Reach")
    assert f'href="{reverse("programme_indicator", args=[row.pk])}?days=28"' in page.partition('id="changes"')[2]


def test_what_was_done_in_the_week_stands_beside_the_week_before(cast: Cast) -> None:
    for days_ago in (3, 4, 10):
        training_of(cast, days_ago=days_ago)
    training_of(cast, days_ago=40)
    text = " ".join(changes(sign_in(cast.staff).get(PAGE).text).split())
    assert "Trainings held: 2 in the last seven days, 1 in the seven days before" in text
    assert "Certificates" not in text


def test_the_period_goes_with_whoever_opens_an_indicator(cast: Cast) -> None:
    text = sign_in(cast.staff).get(PAGE, {"days": "90"}).text
    assert f"{reverse('programme_indicators')}?days=90" in text


def test_it_costs_a_fixed_number_of_queries(cast: Cast) -> None:
    client = sign_in(cast.staff)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    few = len(captured)
    training = training_of(cast)
    certificate_of(training, cast)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    assert len(captured) <= few + 2, "people and municipalities of check-ins and attendance, once there are some"
