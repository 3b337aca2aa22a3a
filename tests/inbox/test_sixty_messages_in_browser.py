"""Sixty mixed messages by keyboard, timed by a keystroke-level model.

A journey in Chromium works through twelve messages of mixed kinds and records every key that it presses. The model
(S. Card, T. Moran, A. Newell: The Keystroke-Level Model, 1980) turns this sequence into seconds of a practised person:
0.28 s per key (an average typist; Ctrl is a key of its own), 1.35 s to prepare before each decision, reading at 200
words a minute, and half a second for each page that follows. Of sixty messages each of the twelve stands for five, so
the twelve may take a fifth of twenty minutes. The machine that runs the test has no part in the figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from inbox.domain import saved_answers, sorting_rules, tags
from inbox.domain.sorting_rules import RuleInput
from inbox.enums import MessageKind, MessageState
from inbox.models import Message, Reply
from inbox.saved_answer_text import SavedAnswerInput
from municipalities.tenancy import scope
from tests.browsing import enter
from tests.inbox.conftest import MunicipalityInbox

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEY, PREPARE, WORDS_A_MINUTE, PAGE = 0.28, 1.35, 200, 0.5
SIXTY, MOST_SECONDS = 60, 20 * 60

MESSAGES = (
    "Када ради шалтер за личне карте и да ли треба заказати унапред преко интернета?",
    "Улица Карађорђева број 12 већ трећи дан има огромну рупу на путу, поломили смо точак, кад ћете то поправити?",
    "Хвала вам на новом игралишту, деца су одушевљена!",
    "Купите злато најповољније, кредити без камате и без провере, пишите у инбокс одмах!",
    "Нема воде у Супској од јутрос, шта се дешава и докле ће ово трајати?",
    "Предлажем да поставите клупе и чесму поред кеја, старији људи немају где да седну кад шетају.",
    "Пожар у дворишту поред школе, гори трафо станица!",
    "Колико кошта улазница за базен викендом за децу и има ли попуста за ученике?",
    "Свака част комуналцима, снег је очишћен пре седам!",
    "Зарадите 500 евра дневно без улагања, кликните на линк и пратите нас!",
    "Контејнери у Његошевој нису испражњени две недеље, смрад је неподношљив а пацови шетају по дворишту.",
    "Где се предаје захтев за легализацију и која документа су потребна за помоћни објекат?",
)


@dataclass
class Typist:
    """Presses keys on a page, and counts what a practised person would need for them."""

    page: Any
    keys: int = 0
    decisions: int = 0
    words: int = 0
    pages: int = 0
    log: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        read = self.words * 60 / WORDS_A_MINUTE
        return self.keys * KEY + self.decisions * PREPARE + self.pages * PAGE + read

    def read(self, text: str) -> None:
        self.words += len(text.split())

    def decide(self, *keys: str, leads: bool = True) -> None:
        """One decision, carried out by these keys; the last one `leads` to another page, or only moves the focus."""
        self.decisions += 1
        for number, key in enumerate(keys, start=1):
            self.keys += key.count("+") + 1
            self.log.append(key)
            if leads and number == len(keys):
                self.pages += 1
                with self.page.expect_navigation():
                    self.page.keyboard.press(key)
            else:
                self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.decisions += 1
        self.keys += len(text)
        self.log.append(text)
        self.page.keyboard.type(text)


@pytest.fixture
def morning(municipality: MunicipalityInbox) -> list[Message]:
    """The twelve, each with a deadline of its own, in the order of the list; a rule proposes an answer for one."""
    cast = municipality.cast
    with scope(cast.cuprija):
        for name, text in (
            ("Шалтери", "Шалтери раде сваког радног дана од 7 до 15 часова. Заказивање није потребно."),
            ("Базен", "Цене улазница и попусти су на сајту Спортског центра."),
            ("Легализација", "Захтев се предаје на шалтеру 5, а списак докумената добијате на лицу места."),
            ("Вода", "Екипа водовода је на терену. Вода стиже чим се квар поправи, јавићемо овде."),
        ):
            saved = saved_answers.create(cast.cuprija, SavedAnswerInput(name, text), by=cast.officer)
        tag = tags.add(cast.cuprija, "Квар", by=cast.officer)
        water = RuleInput("Вода", words="нема воде", set_answer=saved, set_tags=[tag.pk], set_topic="water")
        sorting_rules.create(cast.cuprija, water, by=cast.officer)
    for text in MESSAGES:
        municipality.comment(f"@opstina {text}")
    municipality.fetch()
    by_text = {row.text: row for row in municipality.messages()}
    rows = [next(row for text, row in by_text.items() if wanted in text) for wanted in MESSAGES]
    with scope(cast.cuprija):
        for number, row in enumerate(rows):
            due_at = timezone.now() + timedelta(days=9, minutes=number)
            Message.objects.filter(pk=row.pk).update(due_at=due_at)
    return rows


def test_sixty_mixed_messages_take_at_most_twenty_minutes(
    page: Any, live_server: Any, municipality: MunicipalityInbox, morning: list[Message]
) -> None:
    page.set_default_timeout(20_000)
    enter(page, live_server, municipality.cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    typist = Typist(page)
    typist.decide("j", "Enter")

    def here(index: int) -> None:
        """The page is of this message, which is read."""
        expect(page).to_have_url(f"{live_server.url}/m/cuprija/inbox/{morning[index].pk}/?view=open")
        typist.read(MESSAGES[index])

    def saved_answer(name: str) -> None:
        typist.decide("a", leads=False)
        typist.type(f"/{name}")
        expect(page.locator("#slash-list [aria-selected=true]")).to_be_visible()
        typist.decide("Enter", leads=False)
        expect(page.locator("#answer-text")).not_to_have_value("")
        typist.decide("Control+Enter")

    def typed_answer(text: str) -> None:
        typist.decide("a", leads=False)
        typist.type(text)
        typist.decide("Control+Enter")

    here(0)
    saved_answer("šal")
    here(1)
    typist.decide("c")
    typed_answer("Putari stižu sutra. Hvala na prijavi!")
    here(2)
    typist.decide("r")
    typist.decide("d")
    here(3)
    typist.decide("s")
    typist.decide("d")
    here(4)  # the answer that the rule proposed is read, and sent
    proposed = page.locator("#answer-text").input_value()
    assert proposed.startswith("Екипа водовода")
    typist.read(proposed)
    typist.decide("a", leads=False)
    typist.decide("Control+Enter")
    here(5)
    typist.decide("p")
    typist.decide("z", leads=False)
    typist.decide("Tab", "Tab", "Enter")
    here(6)
    typist.decide("e")
    typed_answer("Vatrogasci su obavešteni. Udaljite se odatle.")
    here(7)
    saved_answer("baz")
    here(8)
    typist.decide("r")
    typist.decide("d")
    here(9)
    typist.decide("s")
    typist.decide("d")
    here(10)
    typist.decide("c")
    typist.decide("m")
    typed_answer("Komunalci dolaze do petka, javljamo kad bude gotovo.")
    here(11)
    saved_answer("leg")

    with scope(municipality.cast.cuprija):
        by_pk = Message.objects.in_bulk([row.pk for row in morning])
        states = [by_pk[row.pk].state for row in morning]
        kinds = [by_pk[row.pk].kind for row in morning]
        assert by_pk[morning[5].pk].is_snoozed
        replies = list(Reply.objects.order_by("pk").values_list("message", flat=True))
    answered, closed = {0, 1, 4, 6, 7, 10, 11}, {2, 3, 8, 9}
    assert replies == [morning[index].pk for index in sorted(answered)]
    assert {index for index, state in enumerate(states) if state == MessageState.WAITING} == answered
    assert {index for index, state in enumerate(states) if state == MessageState.CLOSED} == closed
    assert [kinds[index] for index in (1, 2, 3, 5, 6)] == [
        MessageKind.COMPLAINT, MessageKind.PRAISE, MessageKind.SPAM, MessageKind.PROPOSAL, MessageKind.EMERGENCY,
    ]  # fmt: skip
    total = typist.seconds * SIXTY / len(MESSAGES)
    assert total <= MOST_SECONDS, f"{total / 60:.1f} minutes, {typist.keys} keys: {' '.join(typist.log)}"
    print(f"{total / 60:.1f} minutes for sixty; {typist.keys} keys, {typist.decisions} decisions for twelve")
