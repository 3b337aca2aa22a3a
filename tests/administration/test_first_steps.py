"""First steps of a municipality: read from what is there, shown until they are done or put away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from administration.enums import FirstStep
from administration.models import PutAway
from administration.queries import first_steps as queries
from channels.models import Channel
from common.models import AuditEvent
from municipalities.domain.reference import load_services
from municipalities.models import (
    Enrolment,
    EService,
    GlossaryWord,
    Membership,
    Municipality,
    Pairing,
    ServiceAvailability,
)
from municipalities.tenancy import scope
from planning.models import Slot
from posts.models import Post
from tests.analytics.factories import channel
from tests.people import Cast, municipality, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/m/kula/first-steps/"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def kula(cast: Cast) -> Municipality:
    """A workspace that was opened this minute."""
    return municipality("kula", "Кула", "Kula")


@pytest.fixture
def approver(cast: Cast, kula: Municipality) -> Client:
    Membership.objects.create(user=cast.approver, municipality=kula, role="approver")
    return sign_in(cast.approver)


def done(place: Municipality) -> set[str]:
    with scope(place):
        (progress,) = queries.of_several([place])
    return {point.step.value for point in progress.points if point.is_done}


DEEDS: dict[str, Callable[[Cast, Municipality], Any]] = {
    "profile": lambda cast, it: Municipality.objects.filter(pk=it.pk).update(arms="x.png", website="https://kula.rs"),
    "rules": lambda cast, it: sign_in(cast.administrator).post(
        "/m/kula/settings/rules/save/",
        {"approval": "mentor", "primary_script": "Cyrl", "move_window_hours": 24, "not_after_minutes": 120,
         "emergency_review_hours": 24},
    ),
    "channel": lambda cast, it: channel(it, cast.administrator),
    "population": lambda cast, it: Municipality.objects.filter(pk=it.pk).update(
        population=39_000, population_year=2022, population_source="Census"
    ),
    "mentor": lambda cast, it: Pairing.objects.create(
        mentor=cast.mentor, municipality=it, starts_on=timezone.localdate()
    ),
    "services": lambda cast, it: _verify(cast, it),
    "words": lambda cast, it: GlossaryWord.objects.create(
        municipality=it, latin="Startit", cyrillic="Startit", added_by=cast.approver
    ),
    "times": lambda cast, it: Slot.objects.create(
        municipality=it, channel=channel(it, cast.administrator, state="disconnected"), weekday=0, at=time(9)
    ),
    "draft": lambda cast, it: Post.objects.create(municipality=it, author=cast.approver),
}  # fmt: skip


def _verify(cast: Cast, place: Municipality) -> None:
    load_services()
    today = timezone.localdate()
    ServiceAvailability.objects.create(
        municipality=place, service=EService.objects.first(), verified_on=today, verified_by=cast.approver
    )


@pytest.mark.parametrize("step", DEEDS)
def test_a_step_is_done_when_the_thing_is_there_and_only_that_one(cast: Cast, kula: Municipality, step: str) -> None:
    with scope(cast.cuprija, cast.novi_pazar):  # what others have is theirs
        GlossaryWord.objects.create(municipality=cast.cuprija, latin="X", cyrillic="X", added_by=cast.approver)
        Post.objects.create(municipality=cast.cuprija, author=cast.approver)
    assert done(kula) == set()
    with scope(kula):
        DEEDS[step](cast, kula)
    assert done(kula) == {step}


def test_people_are_there_when_one_writes_and_one_approves(cast: Cast, kula: Municipality) -> None:
    Membership.objects.create(user=cast.officer, municipality=kula, role="officer")
    assert done(kula) == set()
    approver = Membership.objects.create(user=cast.approver, municipality=kula, role="approver")
    assert done(kula) == {"people"}
    approver.ended_at = timezone.now()
    approver.save()
    assert done(kula) == set()


def test_every_step_has_a_way_to_come_true() -> None:
    assert {*DEEDS, "people"} == set(FirstStep.values) == {step.value for step in queries.KINDS}


def test_opening_a_workspace_leads_to_its_first_steps(cast: Cast) -> None:
    place = municipality("bor", "Бор", "Bor")
    Municipality.objects.filter(pk=place.pk).update(joined_on=None)
    answer = sign_in(cast.administrator).post("/installation/municipalities/bor/open/", {"on": "2026-01-15"})
    assert answer.headers["Location"] == "/m/bor/first-steps/"


def test_each_step_has_one_link_for_those_who_may_and_says_who_does_it_to_the_others(
    cast: Cast, approver: Client, kula: Municipality
) -> None:
    page = approver.get(PAGE).text
    for link in ("members/", "settings/", "settings/rules/", "channels/", "settings/services/", "settings/words/"):
        assert page.count(f'class="button button-small" href="/m/kula/{link}"') == 1, link
    assert "The programme or the administrator enters it." in page
    assert "The staff of the programme pair you." in page
    assert 'href="/installation/municipalities/population/"' in sign_in(cast.administrator).get(PAGE).text
    Membership.objects.create(user=cast.officer, municipality=kula, role="officer")
    officer = sign_in(cast.officer).get(PAGE).text
    assert "An approver or the administrator does this." in officer
    assert 'class="button button-small" href="/m/kula/posts/new/"' in officer
    assert "put-away" not in officer


def test_home_shows_the_progress_until_everything_is_done(cast: Cast, approver: Client, kula: Municipality) -> None:
    home = approver.get("/m/kula/").text
    assert "First steps" in home
    assert "0 / 10" in home
    Membership.objects.create(user=cast.officer, municipality=kula, role="officer")
    with scope(kula):
        for deed in DEEDS.values():
            deed(cast, kula)
    assert done(kula) == set(FirstStep.values)
    assert "First steps" not in approver.get("/m/kula/").text


def test_a_viewer_and_a_mentor_are_not_bothered(cast: Cast) -> None:
    for person in (cast.viewer, cast.mentor, cast.staff):
        assert "First steps</h2>" not in sign_in(person).get("/m/cuprija/").text


def test_what_a_municipality_does_not_need_is_put_away_and_comes_back(
    cast: Cast, approver: Client, kula: Municipality
) -> None:
    approver.post(f"{PAGE}words/put-away/")
    approver.post(f"{PAGE}words/put-away/")
    assert "1 / 10" in approver.get("/m/kula/").text
    assert "Nothing to add" in approver.get(PAGE).text
    assert done(kula) == set()  # put away is not done
    approver.post(f"{PAGE}words/bring-back/")
    assert "0 / 10" in approver.get("/m/kula/").text
    verbs = AuditEvent.objects.filter(municipality_id=kula.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["municipality.put_step_away", "municipality.bring_step_back"]


def test_what_nobody_can_do_without_is_not_put_away_alone(approver: Client) -> None:
    for step in ("people", "channel", "draft", "nothing"):
        assert approver.post(f"{PAGE}{step}/put-away/").status_code == 404


def test_the_whole_list_leaves_home_and_stays_where_it_is(approver: Client, kula: Municipality) -> None:
    assert approver.post(f"{PAGE}all/put-away/").headers["Location"] == "/m/kula/"
    assert "First steps" not in approver.get("/m/kula/").text
    assert "Show them on Home again" in approver.get(PAGE).text
    with scope(kula):
        assert PutAway.objects.get().step == PutAway.ALL


def test_staff_see_all_municipalities_of_their_programme_those_with_most_to_do_first(
    cast: Cast, kula: Municipality
) -> None:
    with scope(cast.cuprija):
        Post.objects.create(municipality=cast.cuprija, author=cast.approver)
    page = sign_in(cast.staff).get("/programme/first-steps/").text
    assert "Kula" not in page  # not of the programme
    assert page.index(">Novi Pazar</a>") < page.index(">Ćuprija</a>")
    assert "First draft" in page
    Enrolment.objects.create(
        cohort=cast.programme.cohorts.get(), municipality=kula, starts_on=timezone.localdate() - timedelta(days=1)
    )
    assert ">Kula</a>" in sign_in(cast.staff).get("/programme/first-steps/").text
    assert sign_in(cast.officer).get("/programme/first-steps/").status_code == 404


def counted(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_pages_ask_the_database_a_fixed_number_of_times(cast: Cast, approver: Client, kula: Municipality) -> None:
    staff = sign_in(cast.staff)
    pages = ((approver, PAGE), (approver, "/m/kula/"), (staff, "/programme/first-steps/"))
    for client, path in pages:
        client.get(path)
    before = [counted(client, path) for client, path in pages]
    cohort = cast.programme.cohorts.get()
    for slug in ("bor", "ada", "irig"):
        place = municipality(slug, slug, slug)
        Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=timezone.localdate())
    with scope(kula):
        GlossaryWord.objects.create(municipality=kula, latin="X", cyrillic="X", added_by=cast.approver)
        PutAway.objects.create(municipality=kula, step="times", by=cast.approver)
        assert Channel.objects.count() == 0
    assert [counted(client, path) for client, path in pages] == before
