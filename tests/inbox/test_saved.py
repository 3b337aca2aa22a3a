"""Saved answers: their gaps, the script in which the citizen wrote, hints beside the answer, and who may keep them."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox import saved_answer_text
from inbox.domain import answer, saved_answers
from inbox.hints import is_formal
from inbox.models import Reply, SavedAnswer, Settlement
from inbox.saved_answer_text import STARTERS, SavedAnswerInput
from municipalities.domain.reference import load_services
from municipalities.models import EService, Municipality, ServiceAvailability
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
ANSWERS = f"{LIST}answers/"


def save(municipality: MunicipalityInbox, name: str, text: str, **more: str) -> SavedAnswer:
    with scope(municipality.cast.cuprija):
        return saved_answers.create(
            municipality.cast.cuprija, SavedAnswerInput(name, text, **more), by=municipality.cast.officer
        )


def inserted(municipality: MunicipalityInbox, message: Any, one: SavedAnswer | None, **fields: Any) -> str:
    """What the script of the page gets for a click."""
    body = {"insert": "saved", "saved": one.pk if one else "", "text": "", **fields}
    response = sign_in(municipality.cast.officer).post(
        f"{LIST}{message.pk}/fill/", body, headers={"Accept": "application/json"}
    )
    assert response.status_code == 200
    return str(response.json()["text"])


def offer(municipality: MunicipalityInbox, key: str, url: str) -> None:
    load_services()
    with scope(municipality.cast.cuprija):
        ServiceAvailability.objects.create(
            municipality=municipality.cast.cuprija, service=EService.objects.get(key=key), url=url
        )


# ---- gaps


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("Јавите се {{служби}}", ["служби"]),
        ("Сајт је {сајт}", ["{", "}"]),
        ("Сајт је {{сајт", ["{{"]),
        ("Сајт је {{}}", ["{{}}"]),
        ("Сајт је {{ sajt }}, радно време {{Radno vreme}}, {{ИМЕ}}", []),
        ("Ништа", []),
    ],
)
def test_a_gap_that_nothing_is_known_of_is_named(text: str, bad: list[str]) -> None:
    assert saved_answer_text.unknown_placeholders(text) == bad


def test_starters_have_only_gaps_that_are_known() -> None:
    assert len(STARTERS) == 5
    assert [starter.name for starter in STARTERS if saved_answer_text.unknown_placeholders(starter.text)] == []


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ана Петровић", "Ана Петровић"),
        ("Петар  Перић", "Петар Перић"),
        ("@svima", ""),
        ("Купите на https://prevara.example", ""),
        ("prevara.example/x", ""),
        ("{{сајт}}", ""),
        ("а" * 61, ""),
        ("Ана\nПетровић", ""),
    ],
)
def test_a_name_that_would_call_others_or_lead_elsewhere_is_no_name(author: str, name: str) -> None:
    assert saved_answer_text.public_name(author) == name


def test_an_answer_is_refused_while_a_gap_is_open(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Када радите?")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="радно време"):
        answer.answer(message, "Радимо {{радно време}}.", by=municipality.cast.officer)
    with scope(municipality.cast.cuprija):
        assert not Reply.objects.exists()


def test_gaps_are_filled_with_what_is_known_and_stay_open_otherwise(municipality: MunicipalityInbox) -> None:
    Municipality.objects.filter(pk=municipality.cast.cuprija.pk).update(
        website="https://cuprija.rs/", office_hours="07–15"
    )
    one = save(municipality, "Све", "{{општина}}, {{место}}: {{radno vreme}}, {{сајт}} {{еПисарница}}")
    message = municipality.receive("@opstina Када радите?")
    assert inserted(municipality, message, one) == "Ћуприја, {{место}}: 07–15, https://cuprija.rs/ {{еПисарница}}"
    offer(municipality, "episarnica", "https://euprava.gov.rs/pisarnica")
    with scope(municipality.cast.cuprija):
        message.settlement = Settlement.objects.create(municipality=municipality.cast.cuprija, name="Супска")
        message.save()
    assert (
        inserted(municipality, message, one)
        == "Ћуприја, Супска: 07–15, https://cuprija.rs/ https://euprava.gov.rs/pisarnica"
    )


# ---- script


def test_it_is_offered_in_the_script_of_the_citizen_and_can_be_switched(municipality: MunicipalityInbox) -> None:
    Municipality.objects.filter(pk=municipality.cast.cuprija.pk).update(website="https://cuprija.rs/њива")
    one = save(municipality, "Сајт", "Љубазно Вас упућујемо на {{сајт}}, у општини {{општина}}. #Ћуприја")
    latin = municipality.receive("@opstina Dokle da cekam vodu?")
    filled = inserted(municipality, latin, one)
    assert filled == "Ljubazno Vas upućujemo na https://cuprija.rs/њива, u opštini Ćuprija. #Ћуприја"
    assert inserted(municipality, latin, one, script="Cyrl").startswith("Љубазно")
    cyrillic = municipality.receive("@opstina Докле да чекам воду?")
    assert inserted(municipality, cyrillic, one).startswith("Љубазно")
    assert (
        inserted(municipality, cyrillic, None, insert="convert", script="Latn", text="Вода стиже у 14 h.")
        == "Voda stiže u 14 h."
    )


def test_words_of_the_house_keep_their_spelling(municipality: MunicipalityInbox) -> None:
    from municipalities.models import GlossaryWord

    with scope(municipality.cast.cuprija):
        GlossaryWord.objects.create(
            municipality=municipality.cast.cuprija,
            latin="Telekom",
            cyrillic="Telekom",
            added_by=municipality.cast.officer,
        )
    one = save(municipality, "Телеком", "Kvar popravlja Telekom, a ne opština.")
    assert (
        inserted(municipality, municipality.receive("@opstina Када ће телефон?"), one)
        == "Квар поправља Telekom, а не општина."
    )


# ---- on the page


def test_without_scripts_the_page_comes_back_with_both_what_was_typed_and_what_was_chosen(
    municipality: MunicipalityInbox,
) -> None:
    one = save(municipality, "Хвала", "Хвала на пријави.")
    message = municipality.receive("@opstina Рупа!")
    client = sign_in(municipality.cast.officer)
    page = client.post(f"{LIST}{message.pk}/fill/", {"insert": "saved", "saved": one.pk, "text": "Добар дан."})
    assert page.status_code == 200
    assert "Добар дан. Хвала на пријави.</textarea>" in page.text
    assert f'name="used" value="{one.pk}"' in page.text
    refused = client.post(f"{LIST}{message.pk}/fill/", {"insert": "saved", "saved": "", "text": "Добар дан."})
    assert refused.status_code == 422
    assert "Добар дан.</textarea>" in refused.text


@pytest.mark.parametrize("what", ["saved-999", "saved-x", "service-nothing", "nonsense", ""])
def test_something_that_is_not_there_inserts_nothing(municipality: MunicipalityInbox, what: str) -> None:
    message = municipality.receive("@opstina Рупа!")
    assert inserted(municipality, message, None, insert=what) == ""


def test_what_is_used_most_comes_first_and_what_fits_before_it(municipality: MunicipalityInbox) -> None:
    rare, often = save(municipality, "Ретко", "А."), save(municipality, "Често", "Б.")
    fits = save(municipality, "О путевима", "В.", topic="roads")
    other = save(municipality, "О води", "Г.", topic="water")
    message = municipality.receive("@opstina Рупа!")
    with scope(municipality.cast.cuprija):
        message.topic = "roads"
        message.save()
    client = sign_in(municipality.cast.officer)
    client.post(f"{LIST}{message.pk}/answer/", {"text": "Б.", "used": f"{often.pk},999,x"})
    with scope(municipality.cast.cuprija):
        assert SavedAnswer.objects.get(pk=often.pk).use_count == 1
    page = client.get(f"{LIST}{message.pk}/").text
    places = [page.index(f'<option value="{answer.pk}">') for answer in (fits, often, other, rare)]
    assert places == sorted(places)
    assert page.index("They fit this message") < places[0]


def test_saved_answers_are_written_changed_and_taken_away(municipality: MunicipalityInbox) -> None:
    client = sign_in(municipality.cast.officer)
    assert "No saved answers yet" in client.get(ANSWERS).text
    assert client.post(f"{ANSWERS}new/", {"name": "Сајт", "text": "{{сајт}}"}).headers["Location"] == ANSWERS
    bad = client.post(f"{ANSWERS}new/", {"name": "Лоше", "text": "Зовите {{телефон}}"})
    assert bad.status_code == 422
    assert "Nothing is known for the gap “телефон”" in bad.text
    assert "Зовите {{телефон}}</textarea>" in bad.text
    assert client.post(f"{ANSWERS}new/", {"name": "Сајт", "text": "Још једном"}).status_code == 422
    with scope(municipality.cast.cuprija):
        row = SavedAnswer.objects.get()
    client.post(f"{ANSWERS}{row.pk}/", {"name": "Наш сајт", "text": "Наш сајт: {{сајт}}", "kind": "question"})
    assert "Наш сајт" in client.get(ANSWERS).text
    client.post(f"{ANSWERS}{row.pk}/retire/")
    assert "Наш сајт: " not in client.get(ANSWERS).text
    assert client.get(f"{ANSWERS}{row.pk}/").status_code == 404
    client.post(f"{ANSWERS}{row.pk}/restore/")
    assert "Наш сајт: " in client.get(ANSWERS).text
    verbs = AuditEvent.objects.filter(verb__startswith="answer.").order_by("pk").values_list("verb", flat=True)
    assert [verb.rpartition(".")[2] for verb in verbs] == ["create", "edit", "retire", "restore"]


def test_starters_are_taken_over_once(municipality: MunicipalityInbox) -> None:
    client = sign_in(municipality.cast.officer)
    assert "Take them over" in client.get(ANSWERS).text
    for _time in range(2):
        client.post(f"{ANSWERS}begin/")
    with scope(municipality.cast.cuprija):
        assert SavedAnswer.objects.count() == 5
    assert "Take them over" not in client.get(ANSWERS).text


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_only_those_who_answer_keep_answers(municipality: MunicipalityInbox, who: str, status: int) -> None:
    client, one = sign_in(getattr(municipality.cast, who)), save(municipality, "Хвала", "Хвала.")
    for path in ("", "new/", f"{one.pk}/"):
        assert client.get(f"{ANSWERS}{path}").status_code == status
    for path in ("begin/", f"{one.pk}/retire/", f"{one.pk}/restore/"):
        assert client.post(f"{ANSWERS}{path}").status_code == status


# ---- hints


@pytest.mark.parametrize(
    ("text", "formal"),
    [
        ("Поднела сам захтев пре месец дана", True),
        ("Hocu da se zalim na resenje", True),
        ("Који је рок?", True),
        ("Рокери свирају у парку", False),
        ("Када ће бити воде?", False),
    ],
)
def test_what_sounds_formal(text: str, formal: bool) -> None:
    assert is_formal(text) is formal


def test_services_that_fit_are_offered_with_the_address_of_the_municipality(municipality: MunicipalityInbox) -> None:
    offer(municipality, "evrtic", "https://cuprija.rs/vrtic")
    offer(municipality, "lpa", "https://lpa.gov.rs/")
    offer(municipality, "episarnica", "https://euprava.gov.rs/pisarnica")
    message = municipality.receive("@opstina Podneo sam zahtev za vrtić, dokle da čekam?")
    page = sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/").text
    assert "It sounds like a formal request" in page
    assert 'value="service-episarnica"' in page
    assert 'value="service-evrtic"' in page
    assert 'value="service-lpa"' not in page
    filled = inserted(municipality, message, None, insert="service-evrtic")
    assert filled == "To možete da završite i preko interneta, eVrtić: https://cuprija.rs/vrtic"
    assert inserted(municipality, message, None, insert="service-lpa") == ""


def test_a_service_that_is_not_here_is_not_offered(municipality: MunicipalityInbox) -> None:
    load_services()
    message = municipality.receive("@opstina Како да упишем дете у вртић?")
    assert "service-evrtic" not in sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/").text


# ---- queries


def test_the_pages_ask_as_much_for_many_as_for_one(
    municipality: MunicipalityInbox, django_assert_max_num_queries: Any
) -> None:
    message = municipality.receive("@opstina Рупа!")
    client = sign_in(municipality.cast.officer)
    counts = []
    for many in (1, 30):
        for number in range(many):
            save(municipality, f"Одговор {many} {number}", "Хвала.")
        numbers = []
        for path, most in ((ANSWERS, 12), (f"{LIST}{message.pk}/", 12)):
            client.get(path)
            with django_assert_max_num_queries(most) as queries:
                assert client.get(path).status_code == 200
            numbers.append(len(queries))
        counts.append(numbers)
    assert counts[0] == counts[1]
