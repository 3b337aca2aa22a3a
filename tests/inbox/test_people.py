"""Access requests: a person is found in either script over all channels, shown, exported and erased; nobody above the
municipality ever reads a name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import AuditEvent
from inbox.domain import answer, department_questions, desk, handover, legal_hold, triage
from inbox.models import Message
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.architecture.test_urls import OURS, Address, make, sampled
from tests.inbox.conftest import MunicipalityInbox
from tests.people import Cast, sign_in

PAGE = "/m/cuprija/inbox/people/"


def says(municipality: MunicipalityInbox, name: str, text: str, *, channel: Any = None, author: str = "") -> Message:
    """A message of somebody of this name, on our channel or another one."""
    now, channel = timezone.now(), channel or municipality.channel
    with scope(municipality.cast.cuprija):
        return Message.objects.create(
            municipality=municipality.cast.cuprija, channel=channel, remote_id=f"{channel.pk}:{text}",
            author_id=author or name, author_name=name, author_handle=f"{name[:4].lower()}@primer",
            text=text, visibility="public", at=now, received_at=now, counts_from=now,
        )  # fmt: skip


@pytest.fixture
def second(municipality: MunicipalityInbox) -> Any:
    return factories.channel(municipality.cast.cuprija, municipality.cast.approver)


def test_a_name_is_found_in_either_script_over_all_channels(municipality: MunicipalityInbox, second: Any) -> None:
    says(municipality, "Љиљана Ђурић", "Прва")
    says(municipality, "Ljiljana Djuric", "Друга", channel=second, author="7")
    says(municipality, "Марко", "Поздрав за Љиљану Ђурић")
    response = sign_in(municipality.cast.approver).post(PAGE, {"q": "ljiljana đurić"})
    assert response.status_code == 200
    assert response.text.count('name="of"') == 2
    assert "Марко" not in response.text
    assert "no-store" in response.headers["Cache-Control"]


def test_what_is_searched_for_stands_in_no_address_and_in_no_event(municipality: MunicipalityInbox) -> None:
    row = says(municipality, "Петар Петровић", "Реч")
    client = sign_in(municipality.cast.approver)
    assert 'name="of"' not in client.get(PAGE, {"q": "Петар"}).text
    client.post(PAGE, {"q": "Петар"})
    client.get(f"{PAGE}held/?of={row.pk}")
    client.post(f"{PAGE}export/", {"of": row.pk})
    client.post(f"{PAGE}erase/", {"of": row.pk, "sure": "yes"})
    events = AuditEvent.objects.filter(verb__startswith="message.")
    assert [event.verb for event in events.order_by("pk")] == ["message.export_author", "message.erase_author"]
    assert all("Петар" not in f"{event.target_label}{event.detail}" for event in events)


def test_everything_of_a_person_is_shown_and_in_the_file(municipality: MunicipalityInbox) -> None:
    cast, mine = municipality.cast, municipality.receive("@opstina Нема воде")
    says(municipality, "Неко Други", "Туђе речи")
    with scope(cast.cuprija):
        answer.answer(mine, "Долази цистерна.", by=cast.officer)
        triage.add_note(mine, "Наша белешка", by=cast.officer)
        waterworks = desk.add_department(cast.cuprija, "Водовод", "vodovod@test.example", by=cast.officer)
        asked = handover.QuestionInput("Када ће доћи?", shown="Нема воде")
        row = handover.ask(
            mine, waterworks, asked, until=department_questions.after_working_minutes(60), by=cast.officer
        )
        handover.answer(row, "Сутра.", "Мира")
        legal_hold.place(mine, "П 12/2026", by=cast.approver)
    client = sign_in(cast.approver)
    page = client.get(f"{PAGE}held/?of={mine.pk}").text
    file = client.post(f"{PAGE}export/", {"of": mine.pk})
    assert file.headers["Content-Type"].startswith("application/json")
    assert "attachment" in file.headers["Content-Disposition"]
    for part in ("Нема воде", "Долази цистерна.", "Наша белешка", "Када ће доћи?", "Сутра.", "П 12/2026"):
        assert part in page
        assert part in file.text
    assert "Туђе речи" not in page + file.text
    (exported,) = json.loads(file.content)["messages"]
    assert exported["author"] == mine.author_name
    assert exported["departments_asked"][0]["answer"] == "Сутра."


def test_erasing_asks_twice_and_keeps_what_is_held(municipality: MunicipalityInbox, second: Any) -> None:
    message = says(municipality, "Петар", "Обично", author="1")
    held = says(municipality, "Петар", "Спорно", author="1")
    other = says(municipality, "Petar", "На другом каналу", channel=second, author="9")
    stranger = says(municipality, "Ана", "Туђе", author="2")
    with scope(municipality.cast.cuprija):
        legal_hold.place(held, "П 12/2026", by=municipality.cast.approver)
    client, of = sign_in(municipality.cast.approver), [held.pk, other.pk]
    first = client.post(f"{PAGE}erase/", {"of": of})
    assert first.status_code == 200
    assert "1 message is protected from being erased" in first.text
    assert client.post(f"{PAGE}erase/", {"of": of, "sure_asked": "yes"}).status_code == 422
    assert municipality.reload(message).text
    done = client.post(f"{PAGE}erase/", {"of": of, "sure_asked": "yes", "sure": "yes"}, follow=True)
    assert "Erased: 2 messages" in done.text
    assert "therefore kept: 1" in done.text
    assert [bool(municipality.reload(message).text) for message in (message, other, held, stranger)] == [
        False,
        False,
        True,
        True,
    ]
    assert AuditEvent.objects.get(verb="message.erase_author").detail == {"messages": 2}


@pytest.mark.parametrize("of", ["", "x", "0", "9" * 30, "\x00"])
def test_nonsense_leads_back_to_the_search(municipality: MunicipalityInbox, of: str) -> None:
    client = sign_in(municipality.cast.approver)
    for response in (client.get(f"{PAGE}held/", {"of": of}), client.post(f"{PAGE}erase/", {"of": of, "sure": "yes"})):
        assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    assert client.post(PAGE, {"q": "\x00 % _ '"}).status_code == 200
    assert not AuditEvent.objects.filter(verb__startswith="message.").exists()


def test_a_number_of_another_municipality_says_nothing(municipality: MunicipalityInbox) -> None:
    cast, now = municipality.cast, timezone.now()
    with scope(cast.novi_pazar):
        foreign = Message.objects.create(
            municipality=cast.novi_pazar, channel=factories.channel(cast.novi_pazar, cast.stranger), remote_id="1",
            author_id="1", author_name="Петар", text="Туђе", at=now, received_at=now, counts_from=now,
        )  # fmt: skip
    client = sign_in(cast.approver)
    assert client.get(f"{PAGE}held/", {"of": foreign.pk}).status_code == 302
    assert "Петар" not in client.post(PAGE, {"q": "Петар"}).text.replace('value="Петар"', "")
    client.post(f"{PAGE}erase/", {"of": foreign.pk, "sure": "yes"})
    with scope(cast.novi_pazar):
        assert Message.objects.get().text == "Туђе"


@pytest.mark.parametrize("who", ["officer", "viewer", "mentor", "staff", "administrator"])
def test_only_who_answers_for_data_may(municipality: MunicipalityInbox, who: str) -> None:
    client = sign_in(getattr(municipality.cast, who))
    for path in ("", "held/"):
        assert client.get(PAGE + path).status_code == 403
    for path in ("export/", "erase/"):
        assert client.post(PAGE + path).status_code == 403


def test_pages_cost_the_same_at_one_and_at_many(municipality: MunicipalityInbox) -> None:
    row = says(municipality, "Петар", "Прва", author="1")
    client = sign_in(municipality.cast.approver)

    def queries() -> tuple[int, int]:
        counts = []
        for ask in (lambda: client.post(PAGE, {"q": "Петар"}), lambda: client.get(f"{PAGE}held/?of={row.pk}")):
            with CaptureQueriesContext(connection) as captured:
                assert ask().status_code == 200
            counts.append(len(captured))
        return counts[0], counts[1]

    queries()
    few = queries()
    for number in range(12):
        says(municipality, "Петар", f"Још {number}", author="1")
        says(municipality, f"Петар {number}", f"Друго {number}", author=f"x{number}")
    assert queries() == few
    assert few[0] <= 12
    assert few[1] <= 35  # one or two for each place of the list (inbox.personal_data)


# ---- above the municipality


ABOVE = ("mentor", "staff", "administrator", "viewer", "trainer")


@pytest.mark.slow
@pytest.mark.parametrize("who", ABOVE)
def test_nobody_above_the_municipality_reads_the_name_of_who_wrote(cast: Cast, who: str) -> None:
    """Every page of the portal that opens to them, while the inbox has a message of somebody with a rare name."""
    assert _shows_no_name(cast, who, OURS) > 20


@pytest.mark.parametrize("who", ABOVE)
def test_nobody_above_the_municipality_reads_the_name_at_a_sample_of_pages(cast: Cast, who: str) -> None:
    _shows_no_name(cast, who, sampled(10))


def _shows_no_name(cast: Cast, who: str, addresses: list[Address]) -> int:
    """How many pages opened."""
    things = make(cast)
    things.role = who
    now = timezone.now()
    with scope(cast.cuprija):
        Message.objects.create(
            municipality=cast.cuprija, channel=things.channel, remote_id="named", publication=things.publication,
            author_id="id-zvezdana", author_name="Звездана Необична", author_handle="zvezdana", text="Кажемнештотајно",
            kind="question", at=now - timedelta(hours=1), received_at=now, counts_from=now,
        )  # fmt: skip
    client, opened = sign_in(getattr(cast, who)), 0
    for address in addresses:
        if address.name == "inbox_answer":
            continue
        response = client.get(address.path(things))
        if response.status_code != 200 or response.streaming:
            continue
        opened += 1
        for hidden in ("Звездана", "Zvezdana", "zvezdana", "Кажемнештотајно", "Kažemneštotajno"):
            assert hidden not in response.content.decode(errors="replace"), f"{address.route} shows {hidden}"
    return opened
