"""Posts that promote an eService: texts to start from, and a warning where nobody has looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone

from municipalities.domain import services as catalogue
from municipalities.domain.reference import load_services
from municipalities.models import EService, GlossaryWord, ServiceAvailability
from municipalities.queries import glossary, offer, offers
from posts.draft import CallToAction, Draft
from posts.editing.domain.submit import submit
from posts.editing.eservices import link_notes, promotion, service_notes
from tests.people import sign_in
from tests.posts.desk import Desk

TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def services(db: None) -> None:
    load_services()


def keep(desk: Desk, *, verified: bool = True, **values: Any) -> ServiceAvailability:
    service = EService.objects.get(key="evrtic")
    return catalogue.keep(desk.municipality, service, values, verified=verified, by=desk.cast.officer)


DRAFT = Draft(service="evrtic")


# ---- what is said


def test_a_post_without_a_service_hears_nothing(desk: Desk) -> None:
    assert service_notes(Draft(), None) == []
    assert promotion(Draft(), desk.municipality) is None


def test_a_verified_service_is_promoted_without_a_word(desk: Desk) -> None:
    keep(desk)
    assert service_notes(DRAFT, offer("evrtic")) == []


@pytest.mark.parametrize(
    ("values", "verified", "sentence"),
    [
        ({}, False, "It has not been verified that this eService works here"),
        ({"is_offered": False}, True, "is not available in this municipality"),
        ({"starts_on": 5}, True, "can be used here only from"),
        ({"ends_on": -5}, True, "ended here on"),
    ],
)
def test_anything_else_warns(desk: Desk, values: dict[str, Any], verified: bool, sentence: str) -> None:
    days = {name: TODAY() + timedelta(days=value) for name, value in values.items() if name != "is_offered"}
    keep(desk, verified=verified, **{**values, **days})
    [note] = service_notes(DRAFT, offer("evrtic"))
    assert sentence in note
    assert "Kindergarten enrolment" in note


def test_what_nobody_entered_what_is_old_and_what_ended_everywhere_warns(desk: Desk) -> None:
    assert "It has not been entered" in service_notes(DRAFT, offer("evrtic"))[0]
    row = keep(desk)
    ServiceAvailability.objects.filter(pk=row.pk).update(verified_on=TODAY() - timedelta(days=400))
    assert "has not been verified since" in service_notes(DRAFT, offer("evrtic"))[0]
    EService.objects.filter(key="evrtic").update(is_active=False)
    assert "is no longer offered" in service_notes(DRAFT, offer("evrtic"))[0]
    assert "not in the catalogue" in service_notes(Draft(service="no-such"), None)[0]


def test_a_link_that_cannot_be_counted_says_why() -> None:
    assert link_notes(Draft(link="https://cuprija.rs/", tracked=True)) == []
    assert link_notes(Draft(link="http://10.0.0.7/a.html")) == []
    assert "cannot be counted" in link_notes(Draft(link="http://10.0.0.7/a.html", tracked=True))[0]


# ---- texts to start from


def test_the_gaps_are_filled_with_what_is_known_here(desk: Desk) -> None:
    desk.house_rule(forms={"genitive": "Opštine Ćuprija", "locative": "u Ćupriji"})
    last = TODAY() + timedelta(days=30)
    keep(desk, ends_on=last, url="https://cuprija.rs/evrtic")
    offer = promotion(DRAFT, desk.municipality)
    assert offer is not None
    first = offer.starts[0]
    assert first.text.startswith("Почео је упис у вртиће у Ћуприји.")
    assert f"{last.day}. " in first.text
    assert str(last.year) in first.call_words
    assert "{{" not in first.text + first.call_words
    assert first.latin.startswith("Počeo je upis u vrtiće u Ćupriji.")
    assert (offer.link, offer.deadline, first.call_kind) == ("https://cuprija.rs/evrtic", last.isoformat(), "apply")


def test_texts_in_latin_follow_the_words_of_the_house(desk: Desk) -> None:
    by = desk.cast.officer
    GlossaryWord.objects.create(municipality=desk.municipality, latin="eVrtiće", cyrillic="вртиће", added_by=by)
    offer = promotion(replace(DRAFT, glossary=glossary(desk.municipality.pk)), desk.municipality)
    assert offer is not None
    assert offer.starts[0].latin.startswith("Počeo je upis u eVrtiće u")


def test_a_day_that_nobody_knows_stays_a_gap_and_the_post_s_own_day_wins(desk: Desk) -> None:
    offer = promotion(DRAFT, desk.municipality)
    assert offer is not None
    assert "{{рок}}" in offer.starts[0].text
    own = promotion(Draft(service="evrtic", call=CallToAction("apply", "", "2027-03-15")), desk.municipality)
    assert own is not None
    assert "до 15. марта 2027. овде" in own.starts[0].text


def test_a_promotion_takes_one_query_beside_the_list_and_three_alone(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    among = offers()
    with django_assert_num_queries(1):
        promotion(DRAFT, desk.municipality, among)
    with django_assert_num_queries(3):
        promotion(DRAFT, desk.municipality)


# ---- pages


@pytest.fixture
def officer(desk: Desk) -> Client:
    return sign_in(desk.cast.officer)


def test_the_composer_offers_the_services_with_their_state(desk: Desk, officer: Client) -> None:
    keep(desk)
    page = officer.get("/m/cuprija/posts/new/").text
    assert '<option value="evrtic">Kindergarten enrolment · Available and verified</option>' in page
    assert '<option value="lpa">Property tax (LPA portal) · Not entered yet</option>' in page


def test_the_preview_answers_with_texts_and_a_warning(desk: Desk, officer: Client) -> None:
    sent = {"text-sr-Cyrl": "Вест", "service": "evrtic", "channels": desk.mastodon.pk}
    answer = officer.post("/m/cuprija/posts/preview/", sent).text
    assert 'id="service-offer"' in answer
    assert "data-service-start" in answer
    assert "It has not been entered whether this eService can be used here" in answer


def test_the_review_page_warns_the_approver_too(desk: Desk) -> None:
    post = submit(desk.write(service="evrtic"), by=desk.cast.officer)
    assert "It has not been entered whether" in sign_in(desk.cast.approver).get(f"/m/cuprija/posts/{post.pk}/").text


def test_a_service_that_left_the_catalogue_is_not_lost_by_saving(desk: Desk, officer: Client) -> None:
    post = desk.write(service="evrtic")
    EService.objects.filter(key="evrtic").update(is_active=False)
    page = officer.get(f"/m/cuprija/posts/{post.pk}/edit/").text
    assert '<option value="evrtic" selected>evrtic</option>' in page
    assert "is no longer offered" in page
