"""The programme at a glance: Home of staff, with the figures of the indicators' own page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from analytics.enums import TargetStatus
from municipalities.models import Pairing
from municipalities.queries import today
from portal import programme_summary
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


def test_what_was_done_leads_to_its_rows(cast: Cast) -> None:
    certificate_of(training_of(cast), cast)
    with translation.override("en"):
        rows = {row.label: row.value for row in programme_summary.outputs(cast.programme, 2)}
    assert rows["Trainings held"] == "1"
    assert rows["Certificates that hold"] == "1"
    assert rows["People who attended"] == "1"
    text = sign_in(cast.staff).get(PAGE).text
    for name in ("train_list", "check_in_hours", "programme_kits", "programme_people", "programme_indicators"):
        assert reverse(name) in text, name


def test_who_needs_something_comes_with_the_reason(cast: Cast) -> None:
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - timedelta(days=1))
    text = sign_in(cast.staff).get(PAGE).text
    assert "Ćuprija" in text.split('id="needs"')[1]


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
