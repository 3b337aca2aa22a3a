"""The house rules: written by the portal, switched on by an approver, read by everybody, in three tongues."""

from __future__ import annotations

from typing import Any

import pytest

from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from common.models import AuditEvent
from inbox import house_rules_text, rules
from inbox.domain import house_rules, moderate
from inbox.domain.house_rules import HouseRulesInput
from inbox.enums import MessageKind
from inbox.models import HouseRules
from inbox.moderation_rules import ModerationReason, ModerationRequest
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import Cast, sign_in

PAGE = "/m/cuprija/inbox/house-rules/"
PUBLIC = "/rules/cuprija/"


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def switched_on(cast: Cast, **more: str) -> HouseRules:
    values = HouseRulesInput(is_on=True, **{"contact": "Писарница, 035 123 456", **more})
    with scope(cast.cuprija):
        return house_rules.save(cast.cuprija, values, by=cast.approver)


def test_every_reason_of_the_closed_list_is_told_in_plain_words(cast: Cast) -> None:
    with translation.override("en"):
        assert len(house_rules_text.unwelcome()) == len(ModerationReason)
        assert len(set(house_rules_text.unwelcome())) == len(ModerationReason)
        text = house_rules_text.plain(cast.cuprija, HouseRulesInput(contact="a@b.rs"))
    assert "We do not hide criticism" in text
    assert all(rule in text for rule in house_rules_text.unwelcome())


def test_the_promises_are_those_by_which_the_inbox_counts(cast: Cast, monkeypatch: Any) -> None:
    with translation.override("en"):
        assert house_rules_text.promises()[0] == "A question: within 1 working day."
        assert house_rules_text.promises()[2] == "A proposal: within 5 working days."
        monkeypatch.setitem(rules.WORKING_MINUTES, MessageKind.QUESTION, 3 * rules.WORKING_DAY)
        monkeypatch.setitem(rules.CLOCK_MINUTES, MessageKind.EMERGENCY, 90)
        assert house_rules_text.promises()[0] == "A question: within 3 working days."
        assert "within 90 minutes" in house_rules_text.promises()[3]


def test_the_hours_are_the_municipalitys_or_the_usual_ones(cast: Cast) -> None:
    with translation.override("en"):
        assert "07:00–15:00" in house_rules_text.plain(cast.cuprija, HouseRulesInput())
        cast.cuprija.office_hours = "08–16"
        assert "08–16" in house_rules_text.plain(cast.cuprija, HouseRulesInput())
        assert "How to object" not in house_rules_text.plain(cast.cuprija, HouseRulesInput()).title()


def test_own_words_are_derived_into_latin_and_addresses_stay(cast: Cast) -> None:
    values = HouseRulesInput(contact="Писарница, pisarnica@cuprija.rs", own_text="Добро дошли\nЈављајте се")
    with translation.override("sr-latn"):
        text = house_rules_text.plain(cast.cuprija, values)
        assert "Pisarnica, pisarnica@cuprija.rs" in text
        assert "Dobro došli" in text
    with translation.override("sr"):
        assert "Писарница, pisarnica@cuprija.rs" in house_rules_text.plain(cast.cuprija, values)


def test_it_says_how_long_a_copy_is_kept(cast: Cast, settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 400
    with translation.override("en"):
        assert "kept as evidence for 400 days" in house_rules_text.plain(cast.cuprija, HouseRulesInput())


def test_an_officer_reads_and_an_approver_changes(cast: Cast) -> None:
    officer, approver = sign_in(cast.officer), sign_in(cast.approver)
    page = officer.get(PAGE)
    assert page.status_code == 200
    assert "An approver of the municipality can change this" in page.text
    assert officer.post(f"{PAGE}save/", {"contact": "x"}).status_code == 403
    assert sign_in(cast.viewer).get(PAGE).status_code == 403
    assert sign_in(cast.stranger).get(PAGE).status_code == 404
    response = approver.post(f"{PAGE}save/", {"is_on": "on", "contact": "035 123 456", "own_text": "Добро дошли"})
    assert response.status_code == 302
    page = approver.get(PAGE).text
    assert "Visible to everyone" in page
    assert "Dobro došli" in page  # all three are previewed
    assert page.count("<textarea") == 4  # and can be copied
    assert len(page.encode()) < 60_000


def test_it_is_not_switched_on_without_a_way_to_object(cast: Cast) -> None:
    response = sign_in(cast.approver).post(f"{PAGE}save/", {"is_on": "on", "own_text": "Добро дошли"})
    assert response.status_code == 422
    assert "Enter a contact for objections" in response.text
    assert "Добро дошли</textarea>" in response.text
    with scope(cast.cuprija):
        assert not HouseRules.objects.exists()


def test_each_change_is_one_event_and_the_same_again_is_none(cast: Cast) -> None:
    for values in (
        HouseRulesInput(contact="a"),
        HouseRulesInput(contact="a"),
        HouseRulesInput(is_on=True, contact="a"),
        HouseRulesInput(contact="a"),
    ):
        with scope(cast.cuprija):
            house_rules.save(cast.cuprija, values, by=cast.approver)
    events = AuditEvent.objects.filter(verb__startswith="rules.").order_by("pk")
    assert [event.verb for event in events] == ["rules.change", "rules.open", "rules.close"]
    with scope(cast.cuprija):
        assert HouseRules.objects.get().on_since is None


def test_everybody_reads_them_once_they_are_on(cast: Cast) -> None:
    client = Client()
    assert client.get(PUBLIC).status_code == 404
    row = switched_on(cast)
    page = client.get(f"{PUBLIC}en/")
    assert page.status_code == 200
    assert "Писарница, 035 123 456" in page.text
    assert "In the last twelve months we hid nothing" in page.text
    assert not page.cookies
    assert "public" in page.headers["Cache-Control"]
    assert client.get(f"{PUBLIC}en/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    assert client.get(f"{PUBLIC}de/").status_code == 404
    assert client.get("/rules/novi-pazar/").status_code == 404
    assert client.get("/rules/nema/").status_code == 404
    with scope(cast.cuprija):
        house_rules.save(cast.cuprija, HouseRulesInput(contact=row.contact), by=cast.approver)
    assert client.get(PUBLIC).status_code == 404
    assert client.get(f"{PUBLIC}en/").status_code == 404


def test_the_tongue_is_the_municipalitys_script_unless_the_address_says_one(cast: Cast) -> None:
    switched_on(cast, own_text="Добро дошли")
    client = Client()
    for path, language, words in (
        (PUBLIC, "sr-Cyrl", "Добро дошли"),
        (f"{PUBLIC}sr-Cyrl/", "sr-Cyrl", "Добро дошли"),
        (f"{PUBLIC}sr-Latn/", "sr-Latn", "Dobro došli"),
    ):
        page = client.get(path)
        assert page.headers["Content-Language"] == language
        assert f'<html lang="{language}">' in page.text
        assert words in page.text


def test_who_asks_too_often_waits(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_PAGES_PER_MINUTE = 2
    switched_on(cast)
    client = Client()
    assert [client.get(f"{PUBLIC}en/").status_code for _ in range(3)] == [200, 200, 429]


def test_what_was_hidden_is_told_as_sums_without_words_and_names(municipality: MunicipalityInbox) -> None:
    switched_on(municipality.cast)
    message = municipality.receive("@opstina Одвратне речи")
    with scope(municipality.cast.cuprija):
        row = moderate.propose(
            message, ModerationRequest("insult", "hide", "Псује председника"), by=municipality.cast.officer
        )
        moderate.mark_done_manually(row, "Пријављено", by=municipality.cast.officer)
        moderate.record_objection(row, "Нисам псовао", timezone.localdate(row.at), by=municipality.cast.officer)
    page = Client().get(f"{PUBLIC}en/").text
    assert "Insult or defamation" in page
    assert "Objections" in page
    for fragment in ("Одвратне", "Псује", "Пријављено", "псовао", "gradjanka", "Officer"):
        assert fragment not in page


def test_hostile_words_of_a_municipality_do_no_harm(cast: Cast) -> None:
    switched_on(cast, own_text="<script>alert(1)</script> https://cuprija.rs")
    page = Client().get(f"{PUBLIC}en/").text
    assert "<script>alert" not in page
    assert '<a href="https://cuprija.rs"' in page
