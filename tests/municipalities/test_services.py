"""eServices: the national catalogue, where each can be used, and who keeps that up to date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from common.models import AuditEvent
from municipalities import place_words, reference
from municipalities.availability import Offer, in_season, months_later, promotable, state
from municipalities.domain import services as verbs
from municipalities.domain.reference import load_services
from municipalities.enums import ServiceCall
from municipalities.forms import GAP
from municipalities.models import EService, Municipality, ServiceAvailability, ServiceTemplate
from municipalities.queries import counts_of_offers, offer, offers
from municipalities.tenancy import scope
from posts.enums import CallKind
from serbian.scripts import mixed_script_words
from serbian.transliteration import to_latin
from tests.people import Cast, sign_in

TODAY = date(2026, 3, 10)


@pytest.fixture
def catalogue(db: None) -> None:
    load_services()


def entry(**fields: Any) -> ServiceAvailability:
    return ServiceAvailability(**{"is_offered": True, **fields})


# ---- what is known of a service


def test_dates_decide_first_then_whether_somebody_looked_lately(subtests: pytest.Subtests) -> None:
    for fields, expected in [
        ({}, Offer.UNVERIFIED),
        ({"verified_on": date(2026, 3, 1)}, Offer.AVAILABLE),
        ({"verified_on": date(2025, 9, 10)}, Offer.AVAILABLE),
        ({"verified_on": date(2025, 9, 9)}, Offer.STALE),
        ({"is_offered": False, "verified_on": date(2026, 3, 1)}, Offer.NOT_HERE),
        ({"starts_on": date(2026, 3, 11), "verified_on": TODAY}, Offer.NOT_YET),
        ({"starts_on": date(2026, 3, 10), "verified_on": TODAY}, Offer.AVAILABLE),
        ({"ends_on": date(2026, 3, 9), "verified_on": TODAY}, Offer.ENDED),
        ({"ends_on": date(2026, 3, 10), "verified_on": TODAY}, Offer.AVAILABLE),
    ]:
        with subtests.test(fields=fields, expected=expected):
            assert state(entry(**fields), TODAY, 6) == expected
            assert promotable(expected) == (expected == Offer.AVAILABLE)


def test_where_nothing_is_written_nothing_is_known() -> None:
    assert state(None, TODAY, 6) == Offer.UNKNOWN


def test_months_end_where_the_calendar_does() -> None:
    assert months_later(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert months_later(date(2025, 12, 15), 1) == date(2026, 1, 15)
    assert (in_season([2, 3], TODAY), in_season([4], TODAY), in_season([], TODAY)) == (True, False, False)


# ---- names of places


@pytest.mark.parametrize(
    ("slug", "place", "of_place"),
    [
        ("cuprija", "у Ћуприји", "општине Ћуприја"),
        ("kragujevac", "у Крагујевцу", "града Крагујевца"),
        ("mali-zvornik", "у Малом Зворнику", "општине Мали Зворник"),
        ("novi-pazar", "у Новом Пазару", "града Новог Пазара"),
        ("vrnjacka-banja", "у Врњачкој Бањи", "општине Врњачка Бања"),
    ],
)
def test_a_place_is_declined_where_a_source_says_how(slug: str, place: str, of_place: str) -> None:
    record = next(row for row in reference.load().municipalities if row.slug == slug)
    values = place_words.gap_values(record)
    assert (values["у месту"], values["општине"]) == (place, of_place)


def test_without_a_source_the_kind_is_declined_and_the_name_left_alone() -> None:
    ada = Municipality(name_cyrl="Ада", kind="municipality", forms={})
    assert place_words.gap_values(ada) == {"назив": "Ада", "у месту": "у општини Ада", "општине": "општине Ада"}
    assert place_words.gap_values(Municipality(name_cyrl="Ниш", kind="city", forms={}))["у месту"] == "у граду Ниш"


# ---- the catalogue of a new installation


def test_the_catalogue_holds_every_service_of_the_research_once(catalogue: None) -> None:
    keys = set(EService.objects.values_list("key", flat=True))
    assert keys == {
        "ebeba", "evrtic", "eizvod", "edrz", "lpa", "episarnica", "eid", "porodilje", "vto", "lokacija", "komunalni",
        "inspekcije", "edozvole", "zakazivanje", "eplacanje", "konsultacije",
    }  # fmt: skip
    assert all(service.templates.exists() for service in EService.objects.all())
    EService.objects.filter(key="ebeba").update(name_en="Kept by the staff")
    assert load_services() == 0
    assert EService.objects.get(key="ebeba").name_en == "Kept by the staff"


def test_loading_the_reference_brings_the_catalogue(db: None) -> None:
    call_command("load_reference", verbosity=0, skip_checks=True)
    assert EService.objects.filter(key="evrtic").exists()


def test_texts_are_cyrillic_and_their_gaps_are_known() -> None:
    for record in reference.services():
        for template in record.templates:
            assert set(GAP.findall(template.text + template.call_text)) <= set(place_words.KNOWN), record.key
            assert mixed_script_words(template.text) == [], record.key
            assert not template.call_kind or template.call_kind in ServiceCall.values
            assert len(template.call_text) <= 120
        assert to_latin(record.names[0]) == record.names[1], record.key
        assert set(record.months) <= set(range(1, 13))


def test_calls_of_services_are_calls_of_posts() -> None:
    assert set(ServiceCall.values) <= set(CallKind.values)
    assert {call.value: call.label for call in ServiceCall} == {
        call.value: call.label for call in CallKind if call.value in ServiceCall.values
    }


def test_words_follow_the_script_of_the_reader(catalogue: None) -> None:
    service = EService.objects.get(key="evrtic")
    seen = {}
    for language in ("sr", "sr-latn", "en"):
        with translation.override(language):
            seen[language] = (str(service), service.text("angle"))
    assert seen["sr"] == ("еВртић", "Одбројавање до рока; документа нису потребна.")
    assert seen["sr-latn"] == ("eVrtić", "Odbrojavanje do roka; dokumenta nisu potrebna.")
    assert seen["en"] == ("Kindergarten enrolment", "A countdown to the deadline; no documents are needed.")


# ---- what a municipality says


def keep(cast: Cast, by: Any, *, verified: bool, **values: Any) -> ServiceAvailability:
    with scope(cast.cuprija):
        return verbs.keep(cast.cuprija, EService.objects.get(key="evrtic"), values, verified=verified, by=by)


@pytest.mark.usefixtures("catalogue")
def test_whoever_looked_stands_beside_it_until_somebody_changes_it_without_looking(cast: Cast) -> None:
    row = keep(cast, cast.officer, verified=True, url="https://cuprija.rs/evrtic")
    assert (row.verified_on, row.verified_by) == (timezone.localdate(), cast.officer)
    assert keep(cast, cast.approver, verified=False, url="https://cuprija.rs/evrtic").verified_by == cast.officer
    row = keep(cast, cast.approver, verified=False, url="https://cuprija.rs/drugo")
    assert (row.verified_on, row.verified_by) == (None, None)
    assert [event.verb for event in AuditEvent.objects.order_by("id")] == ["service.verify", "service.keep"]


@pytest.mark.usefixtures("catalogue")
def test_what_one_municipality_says_another_does_not_see(cast: Cast) -> None:
    keep(cast, cast.officer, verified=True)
    with scope(cast.cuprija):
        here = offer("evrtic")
    with scope(cast.novi_pazar):
        there = offer("evrtic")
    assert here is not None
    assert there is not None
    assert (here.state, there.state) == (Offer.AVAILABLE, Offer.UNKNOWN)
    with scope(cast.cuprija, cast.novi_pazar):
        assert counts_of_offers([cast.cuprija, cast.novi_pazar]) == {here.service.pk: 1}
        assert counts_of_offers([cast.novi_pazar]) == {}


def url(key: str = "") -> str:
    return f"/m/cuprija/settings/services/{key}"


ANSWERS = {"is_offered": "yes", "starts_on": "2026-03-09", "ends_on": "", "url": "", "note": "", "verified": "on"}


@pytest.mark.usefixtures("catalogue")
def test_the_page_shows_every_service_with_its_state_and_the_seasonal_ones_first(cast: Cast) -> None:
    keep(cast, cast.officer, verified=True, starts_on=timezone.localdate())
    EService.objects.filter(key="vto").update(months=[timezone.localdate().month])
    page = sign_in(cast.officer).get(url()).text
    assert page.index("Refund of costs of in vitro") < page.index("The others")
    assert "Available and verified" in page
    assert "Not entered yet" in page
    assert "Officer" in page


@pytest.mark.usefixtures("catalogue")
def test_an_officer_keeps_it_and_a_viewer_or_mentor_reads_it(cast: Cast) -> None:
    officer = sign_in(cast.officer)
    assert officer.post(url("evrtic/"), ANSWERS).status_code == 302
    with scope(cast.cuprija):
        row = ServiceAvailability.objects.get()
    assert (row.starts_on, row.verified_by) == (date(2026, 3, 9), cast.officer)
    for person in (cast.viewer, cast.mentor, cast.staff):
        client = sign_in(person)
        page = client.get(url("evrtic/")).text
        assert "Kindergarten enrolment" in page
        assert '<form class="form"' not in page
        assert client.post(url("evrtic/"), ANSWERS).status_code == 403
    assert sign_in(cast.stranger).get(url("evrtic/")).status_code == 404
    assert officer.get(url("no-such/")).status_code == 404


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-01"}, "The last day comes before the first one."),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"is_offered": "perhaps"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(cast: Cast, wrong: dict[str, str], words: str) -> None:
    answer = sign_in(cast.officer).post(url("evrtic/"), {**ANSWERS, "note": "само уторком", **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "само уторком" in answer.text
    with scope(cast.cuprija):
        assert not ServiceAvailability.objects.exists()


@pytest.mark.usefixtures("catalogue")
def test_the_page_takes_the_same_queries_however_much_is_written(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.officer)
    client.get(url())
    with scope(cast.cuprija):
        for service in EService.objects.all():
            verbs.keep(cast.cuprija, service, {}, verified=True, by=cast.officer)
        with translation.override("en"):
            assert {offer.state for offer in offers()} == {Offer.AVAILABLE}
    with django_assert_max_num_queries(12):
        page = client.get(url())
    assert len(page.content) < 60_000


# ---- the programme keeps the catalogue


def service_form(**changes: Any) -> dict[str, Any]:
    form = {
        "name_cyrl": "еТакса", "name_latn": "eTaksa", "name_en": "Tourist tax", "category": "money",
        "url": "https://euprava.gov.rs/", "months": ["6", "7"], "season": "", "season_en": "",
        "description": "Пријава боравишне таксе.", "description_en": "", "angle": "", "angle_en": "", "is_active": "on",
        "text-TOTAL_FORMS": "2", "text-INITIAL_FORMS": "0",
        "text-0-title": "Пред сезону", "text-0-text": "Пријавите боравишну таксу {{у месту}} до {{рок}}.",
        "text-0-call_kind": "pay", "text-0-call_text": "Платите до {{рок}}",
        "text-1-title": "", "text-1-text": "", "text-1-call_kind": "", "text-1-call_text": "",
    }  # fmt: skip
    return {**form, **changes}


def test_staff_add_a_service_with_its_text_and_end_it(cast: Cast) -> None:
    staff = sign_in(cast.staff)
    assert staff.post("/programme/services/new/", service_form(key="etaksa")).status_code == 302
    service = EService.objects.get(key="etaksa")
    assert (service.months, service.templates.get().call_kind) == ([6, 7], "pay")
    changed = service_form(name_en="Tourist tax online", is_active="", **{"text-INITIAL_FORMS": "1"})
    assert staff.post("/programme/services/etaksa/", changed).status_code == 302
    service.refresh_from_db()
    assert (service.name_en, service.is_active) == ("Tourist tax online", False)
    assert staff.post("/programme/services/etaksa/", changed).status_code == 302
    events = [(event.verb, event.detail.get("changed")) for event in AuditEvent.objects.order_by("id")]
    assert events == [("service.add", None), ("service.edit", ["name_en", "is_active"])]
    assert "Tourist tax online" in staff.get("/programme/services/").text


@pytest.mark.usefixtures("catalogue")
def test_a_text_without_words_is_removed_and_an_unknown_gap_is_named(cast: Cast) -> None:
    staff = sign_in(cast.staff)
    row = EService.objects.get(key="ebeba")
    stored = {name: getattr(row, name) for name in ("name_cyrl", "name_latn", "name_en", "category", "description")}
    stored["text-INITIAL_FORMS"] = "1"
    bad = service_form(**{**stored, "text-0-text": "До {{датум}}."})
    answer = staff.post("/programme/services/ebeba/", bad)
    assert answer.status_code == 422
    assert "The portal cannot fill {{датум}}" in answer.text
    assert "До {{датум}}." in answer.text
    assert staff.post("/programme/services/ebeba/", service_form(**{**stored, "text-0-text": " "})).status_code == 302
    assert not ServiceTemplate.objects.filter(service=row).exists()


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("key", ["evrtic", "new", "е-вртић", "A B", "../x"])
def test_a_key_that_is_taken_or_no_key_is_refused(cast: Cast, key: str) -> None:
    before = EService.objects.count()
    assert sign_in(cast.staff).post("/programme/services/new/", service_form(key=key)).status_code == 422
    assert EService.objects.count() == before


@pytest.mark.usefixtures("catalogue")
def test_staff_keep_it_for_a_municipality_of_their_programme_and_for_no_other(cast: Cast) -> None:
    staff = sign_in(cast.staff)
    assert staff.post("/programme/services/evrtic/cuprija/", ANSWERS).status_code == 302
    with scope(cast.cuprija):
        assert ServiceAvailability.objects.get().verified_by == cast.staff
    page = staff.get("/programme/services/evrtic/").text
    assert "/programme/services/evrtic/novi-pazar/" in page
    Municipality.objects.create(
        slug="ada", name_cyrl="Ада", name_latn="Ada", name_en="Ada", kind="municipality",
        district=cast.cuprija.district, joined_on=timezone.localdate() - timedelta(days=9),
    )  # fmt: skip
    assert staff.get("/programme/services/evrtic/ada/").status_code == 404


def test_nobody_else_opens_the_catalogue(cast: Cast) -> None:
    for person in (cast.officer, cast.approver, cast.mentor, cast.administrator):
        client: Client = sign_in(person)
        for page in ("", "new/", "evrtic/", "evrtic/cuprija/"):
            assert client.get(f"/programme/services/{page}").status_code == 404
