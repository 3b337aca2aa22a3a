"""Programme staff: cohorts, enrolments, pairings and mentors, within their own programmes only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone

from accounts.models import Invitation
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities import tasks
from municipalities.domain import programme as verbs
from municipalities.models import Cohort, Enrolment, Pairing, Programme
from municipalities.queries import known_mentors
from planning.domain import feeds
from planning.models import Feed
from tests.people import Cast, municipality, person, sign_in

pytestmark = pytest.mark.usefixtures("english")

TODAY = timezone.localdate()


@pytest.fixture
def other(cast: Cast) -> Cohort:
    """A cohort of a programme that is not the staff's."""
    return Cohort.objects.create(programme=Programme.objects.create(name="Other"), name="Theirs", training_on=TODAY)


def test_staff_see_their_cohorts_with_municipalities_and_mentors(cast: Cast, other: Cohort) -> None:
    page = sign_in(cast.staff).get("/programme/people/").text
    for text in ("First", "Ćuprija", "Novi Pazar", "Mentor"):
        assert text in page
    assert "Theirs" not in page


def test_staff_add_a_cohort_and_enrol_a_municipality(cast: Cast) -> None:
    client, kula = sign_in(cast.staff), municipality("kula", "Кула", "Kula")
    client.post(
        "/programme/people/cohorts/new/",
        {"programme": cast.programme.pk, "name": "Second", "training_on": "2026-09-01"},
    )
    cohort = Cohort.objects.get(name="Second")
    assert cohort.programme == cast.programme
    answers = {"cohort": cohort.pk, "municipality": kula.pk, "starts_on": "2026-09-01", "compares": "on"}
    assert client.post("/programme/people/enrol/", answers).status_code == 302
    assert Enrolment.objects.get(municipality=kula).compares
    again = client.post("/programme/people/enrol/", answers)
    assert again.status_code == 422
    assert "The periods overlap: one runs from 1 Sep 2026 with no end" in again.text


def test_another_programme_is_out_of_reach(cast: Cast, other: Cohort) -> None:
    client, kula = sign_in(cast.staff), municipality("kula", "Кула", "Kula")
    enrolment = Enrolment.objects.create(cohort=other, municipality=kula, starts_on=TODAY)
    pairing = Pairing.objects.create(mentor=cast.mentor, municipality=kula, starts_on=TODAY)
    answers = {"cohort": other.pk, "municipality": kula.pk, "starts_on": "2026-09-01"}
    assert client.post("/programme/people/enrol/", answers).status_code == 422
    cohort = {"programme": other.programme_id, "name": "Mine now", "training_on": "2026-09-01"}
    assert client.post("/programme/people/cohorts/new/", cohort).status_code == 422
    assert client.get(f"/programme/people/enrolments/{enrolment.pk}/").status_code == 404
    assert client.get(f"/programme/people/pairings/{pairing.pk}/end/").status_code == 404
    pair = {"municipality": kula.pk, "email": cast.mentor.email, "starts_on": "2026-09-01", "language": "en"}
    assert client.post("/programme/people/pair/", pair).status_code == 422


def test_a_municipality_without_a_workspace_is_not_enrolled(cast: Cast) -> None:
    kula = municipality("kula", "Кула", "Kula")
    kula.joined_on = None
    kula.save()
    with pytest.raises(ActionNotAllowed, match="no workspace yet"):
        verbs.enrol(Cohort.objects.get(), kula, TODAY, compares=True, by=cast.staff)


def test_agreement_to_comparison_and_the_last_day_are_changed(cast: Cast) -> None:
    row, client = Enrolment.objects.get(municipality=cast.cuprija), sign_in(cast.staff)
    path = f"/programme/people/enrolments/{row.pk}/"
    assert client.post(path, {"ends_on": TODAY.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert (row.compares, row.ends_on) == (False, TODAY)
    early = client.post(path, {"ends_on": (row.starts_on - timedelta(days=1)).isoformat()})
    assert (early.status_code, "before the first" in early.text) == (422, True)
    assert client.post(path, {"compares": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.compares, row.ends_on) == (True, None)


@pytest.mark.parametrize(
    ("starts", "ends", "overlaps"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 5, 31), None, True),
        (date(2026, 6, 1), None, False),
        (date(2026, 1, 1), date(2026, 2, 28), False),
        (date(2026, 1, 1), date(2026, 3, 1), True),
        (date(2026, 1, 1), None, True),
    ],
)
def test_overlapping_pairings_of_the_same_two_are_refused(
    cast: Cast, starts: date, ends: date | None, overlaps: bool
) -> None:
    mentor = person("second-mentor")
    verbs.pair(mentor, cast.cuprija, date(2026, 3, 1), date(2026, 5, 31), by=cast.staff)
    if overlaps:
        with pytest.raises(ActionNotAllowed, match="one runs from 1 Mar 2026 to 31 May 2026"):
            verbs.pair(mentor, cast.cuprija, starts, ends, by=cast.staff)
    else:
        verbs.pair(mentor, cast.cuprija, starts, ends, by=cast.staff)
    verbs.pair(mentor, cast.novi_pazar, starts, ends, by=cast.staff)


def test_a_known_person_is_paired_at_once_and_a_new_one_invited(cast: Cast) -> None:
    client, known = sign_in(cast.staff), person("known")
    answers = {"municipality": cast.cuprija.pk, "language": "en", "starts_on": TODAY.isoformat()}
    client.post("/programme/people/pair/", {**answers, "email": known.email})
    assert Pairing.objects.filter(mentor=known, municipality=cast.cuprija).exists()
    assert sign_in(known).get("/m/cuprija/").status_code == 200
    client.post("/programme/people/pair/", {**answers, "email": "new@test.example", "ends_on": "2031-01-01"})
    invitation = Invitation.objects.get()
    assert invitation.grants[0]["ends_on"] == "2031-01-01"
    assert "new@test.example" in client.get("/programme/people/").text
    assert client.post(f"/programme/people/invitations/{invitation.pk}/revoke/").status_code == 302
    assert "new@test.example" not in client.get("/programme/people/").text


def test_the_mentors_right_ends_with_the_last_day(cast: Cast) -> None:
    row = Pairing.objects.get(municipality=cast.cuprija)
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert sign_in(cast.mentor).get("/m/cuprija/").status_code == 200
    sign_in(cast.staff).post(f"/programme/people/pairings/{row.pk}/end/", {"ends_on": yesterday})
    assert sign_in(cast.mentor).get("/m/cuprija/").status_code == 404


def test_a_period_that_ends_before_it_starts_is_refused_in_words(cast: Cast) -> None:
    answers = {"municipality": cast.cuprija.pk, "language": "en", "starts_on": "2026-03-02", "ends_on": "2026-03-01"}
    page = sign_in(cast.staff).post("/programme/people/pair/", {**answers, "email": "new@test.example"})
    assert (page.status_code, "The last day lies before the first" in page.text) == (422, True)


def test_known_mentors_are_those_of_the_programme(cast: Cast, other: Cohort) -> None:
    kula = municipality("kula", "Кула", "Kula")
    Enrolment.objects.create(cohort=other, municipality=kula, starts_on=TODAY)
    Pairing.objects.create(mentor=person("elsewhere"), municipality=kula, starts_on=TODAY)
    assert known_mentors([cast.programme]) == [cast.mentor]


@pytest.mark.parametrize("path", ["", "enrol/", "pair/", "cohorts/new/"])
def test_pages_ask_a_fixed_number_of_queries(
    cast: Cast, path: str, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.staff)
    verbs.invite_mentor("first@test.example", cast.cuprija, TODAY, None, by=cast.staff)
    client.get(f"/programme/people/{path}")
    with django_assert_max_num_queries(12) as few:
        client.get(f"/programme/people/{path}")
    for number in range(12):
        place = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
        cohort = verbs.add_cohort(cast.programme, f"Cohort {number}", TODAY, by=cast.staff)
        verbs.enrol(cohort, place, TODAY, compares=True, by=cast.staff)
        verbs.pair(person(f"m{number}"), place, TODAY, None, by=cast.staff)
        verbs.invite_mentor(f"i{number}@test.example", place, TODAY, None, by=cast.staff)
    with django_assert_num_queries(len(few.captured_queries)):
        assert client.get(f"/programme/people/{path}").status_code == 200


def test_what_hung_on_a_right_that_ended_by_its_date_ends_within_the_day(cast: Cast) -> None:
    """Nobody acts on the day after the last: a worker looks."""
    link = feeds.make(cast.cuprija, by=cast.mentor)
    yesterday = timezone.localdate() - timedelta(days=1)
    verbs.invite_mentor("new@test.example", cast.cuprija, timezone.localdate(), None, by=cast.staff)
    tasks.end_lapsed()
    assert Feed.objects.get().revoked_at is None
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=yesterday)
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=yesterday)
    tasks.end_lapsed()
    assert Feed.objects.get().revoked_at is not None
    assert Client().get(f"/feeds/{link}/calendar.ics").status_code == 404
    assert Invitation.objects.get().state() == "stopped"
    page = sign_in(cast.staff).get("/programme/people/").text
    assert "Stopped: Staff, who sent the invitation, may no longer give this right" in page
    events = AuditEvent.objects.filter(verb__in=["feed.end", "invitation.stop"])
    assert set(events.values_list("actor_id", "municipality_id")) == {(None, cast.cuprija.pk)}
