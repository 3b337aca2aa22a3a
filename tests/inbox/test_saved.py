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
from tests.inbox.conftest import Town
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
ANSWERS = f"{LIST}answers/"


def save(town: Town, name: str, text: str, **more: str) -> SavedAnswer:
    with scope(town.cast.cuprija):
        return saved_answers.create(town.cast.cuprija, SavedAnswerInput(name, text, **more), by=town.cast.officer)


def inserted(town: Town, message: Any, one: SavedAnswer | None, **fields: Any) -> str:
    """What the script of the page gets for a click."""
    body = {"insert": "saved", "saved": one.pk if one else "", "text": "", **fields}
    told = sign_in(town.cast.officer).post(f"{LIST}{message.pk}/fill/", body, headers={"Accept": "application/json"})
    assert told.status_code == 200
    return str(told.json()["text"])


def offer(town: Town, key: str, url: str) -> None:
    load_services()
    with scope(town.cast.cuprija):
        ServiceAvailability.objects.create(
            municipality=town.cast.cuprija, service=EService.objects.get(key=key), url=url
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
    assert [each.name for each in STARTERS if saved_answer_text.unknown_placeholders(each.text)] == []


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


def test_an_answer_is_refused_while_a_gap_is_open(town: Town) -> None:
    message = town.heard("@opstina Када радите?")
    with scope(town.cast.cuprija), pytest.raises(ActionNotAllowed, match="радно време"):
        answer.answer(message, "Радимо {{радно време}}.", by=town.cast.officer)
    with scope(town.cast.cuprija):
        assert not Reply.objects.exists()


def test_gaps_are_filled_with_what_is_known_and_stay_open_otherwise(town: Town) -> None:
    Municipality.objects.filter(pk=town.cast.cuprija.pk).update(website="https://cuprija.rs/", office_hours="07–15")
    one = save(town, "Све", "{{општина}}, {{место}}: {{radno vreme}}, {{сајт}} {{еПисарница}}")
    message = town.heard("@opstina Када радите?")
    assert inserted(town, message, one) == "Ћуприја, {{место}}: 07–15, https://cuprija.rs/ {{еПисарница}}"
    offer(town, "episarnica", "https://euprava.gov.rs/pisarnica")
    with scope(town.cast.cuprija):
        message.settlement = Settlement.objects.create(municipality=town.cast.cuprija, name="Супска")
        message.save()
    assert (
        inserted(town, message, one) == "Ћуприја, Супска: 07–15, https://cuprija.rs/ https://euprava.gov.rs/pisarnica"
    )


# ---- script


def test_it_is_offered_in_the_script_of_the_citizen_and_can_be_switched(town: Town) -> None:
    Municipality.objects.filter(pk=town.cast.cuprija.pk).update(website="https://cuprija.rs/њива")
    one = save(town, "Сајт", "Љубазно Вас упућујемо на {{сајт}}, у општини {{општина}}. #Ћуприја")
    latin = town.heard("@opstina Dokle da cekam vodu?")
    said = inserted(town, latin, one)
    assert said == "Ljubazno Vas upućujemo na https://cuprija.rs/њива, u opštini Ćuprija. #Ћуприја"
    assert inserted(town, latin, one, script="Cyrl").startswith("Љубазно")
    cyrillic = town.heard("@opstina Докле да чекам воду?")
    assert inserted(town, cyrillic, one).startswith("Љубазно")
    assert (
        inserted(town, cyrillic, None, insert="convert", script="Latn", text="Вода стиже у 14 h.")
        == "Voda stiže u 14 h."
    )


def test_words_of_the_house_keep_their_spelling(town: Town) -> None:
    from municipalities.models import GlossaryWord

    with scope(town.cast.cuprija):
        GlossaryWord.objects.create(
            municipality=town.cast.cuprija, latin="Telekom", cyrillic="Telekom", added_by=town.cast.officer
        )
    one = save(town, "Телеком", "Kvar popravlja Telekom, a ne opština.")
    assert inserted(town, town.heard("@opstina Када ће телефон?"), one) == "Квар поправља Telekom, а не општина."


# ---- on the page


def test_without_scripts_the_page_comes_back_with_both_what_was_typed_and_what_was_chosen(town: Town) -> None:
    one = save(town, "Хвала", "Хвала на пријави.")
    message = town.heard("@opstina Рупа!")
    client = sign_in(town.cast.officer)
    page = client.post(f"{LIST}{message.pk}/fill/", {"insert": "saved", "saved": one.pk, "text": "Добар дан."})
    assert page.status_code == 200
    assert "Добар дан. Хвала на пријави.</textarea>" in page.text
    assert f'name="used" value="{one.pk}"' in page.text
    refused = client.post(f"{LIST}{message.pk}/fill/", {"insert": "saved", "saved": "", "text": "Добар дан."})
    assert refused.status_code == 422
    assert "Добар дан.</textarea>" in refused.text


@pytest.mark.parametrize("what", ["saved-999", "saved-x", "service-nothing", "nonsense", ""])
def test_something_that_is_not_there_inserts_nothing(town: Town, what: str) -> None:
    message = town.heard("@opstina Рупа!")
    assert inserted(town, message, None, insert=what) == ""


def test_what_is_used_most_comes_first_and_what_fits_before_it(town: Town) -> None:
    rare, often = save(town, "Ретко", "А."), save(town, "Често", "Б.")
    fits = save(town, "О путевима", "В.", topic="roads")
    other = save(town, "О води", "Г.", topic="water")
    message = town.heard("@opstina Рупа!")
    with scope(town.cast.cuprija):
        message.topic = "roads"
        message.save()
    client = sign_in(town.cast.officer)
    client.post(f"{LIST}{message.pk}/answer/", {"text": "Б.", "used": f"{often.pk},999,x"})
    with scope(town.cast.cuprija):
        assert SavedAnswer.objects.get(pk=often.pk).use_count == 1
    page = client.get(f"{LIST}{message.pk}/").text
    places = [page.index(f'<option value="{each.pk}">') for each in (fits, often, other, rare)]
    assert places == sorted(places)
    assert page.index("They fit this message") < places[0]


def test_saved_answers_are_written_changed_and_taken_away(town: Town) -> None:
    client = sign_in(town.cast.officer)
    assert "No saved answers yet" in client.get(ANSWERS).text
    assert client.post(f"{ANSWERS}new/", {"name": "Сајт", "text": "{{сајт}}"}).headers["Location"] == ANSWERS
    bad = client.post(f"{ANSWERS}new/", {"name": "Лоше", "text": "Зовите {{телефон}}"})
    assert bad.status_code == 422
    assert "Nothing is known for the gap “телефон”" in bad.text
    assert "Зовите {{телефон}}</textarea>" in bad.text
    assert client.post(f"{ANSWERS}new/", {"name": "Сајт", "text": "Још једном"}).status_code == 422
    with scope(town.cast.cuprija):
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


def test_starters_are_taken_over_once(town: Town) -> None:
    client = sign_in(town.cast.officer)
    assert "Take them over" in client.get(ANSWERS).text
    for _time in range(2):
        client.post(f"{ANSWERS}begin/")
    with scope(town.cast.cuprija):
        assert SavedAnswer.objects.count() == 5
    assert "Take them over" not in client.get(ANSWERS).text


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_only_those_who_answer_keep_answers(town: Town, who: str, status: int) -> None:
    client, one = sign_in(getattr(town.cast, who)), save(town, "Хвала", "Хвала.")
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


def test_services_that_fit_are_offered_with_the_address_of_the_municipality(town: Town) -> None:
    offer(town, "evrtic", "https://cuprija.rs/vrtic")
    offer(town, "lpa", "https://lpa.gov.rs/")
    offer(town, "episarnica", "https://euprava.gov.rs/pisarnica")
    message = town.heard("@opstina Podneo sam zahtev za vrtić, dokle da čekam?")
    page = sign_in(town.cast.officer).get(f"{LIST}{message.pk}/").text
    assert "It sounds like a formal request" in page
    assert 'value="service-episarnica"' in page
    assert 'value="service-evrtic"' in page
    assert 'value="service-lpa"' not in page
    said = inserted(town, message, None, insert="service-evrtic")
    assert said == "To možete da završite i preko interneta, eVrtić: https://cuprija.rs/vrtic"
    assert inserted(town, message, None, insert="service-lpa") == ""


def test_a_service_that_is_not_here_is_not_offered(town: Town) -> None:
    load_services()
    message = town.heard("@opstina Како да упишем дете у вртић?")
    assert "service-evrtic" not in sign_in(town.cast.officer).get(f"{LIST}{message.pk}/").text


# ---- queries


def test_the_pages_ask_as_much_for_many_as_for_one(town: Town, django_assert_max_num_queries: Any) -> None:
    message = town.heard("@opstina Рупа!")
    client = sign_in(town.cast.officer)
    counts = []
    for many in (1, 30):
        for number in range(many):
            save(town, f"Одговор {many} {number}", "Хвала.")
        found = []
        for path, most in ((ANSWERS, 12), (f"{LIST}{message.pk}/", 12)):
            client.get(path)
            with django_assert_max_num_queries(most) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
