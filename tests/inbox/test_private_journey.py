"""A citizen asks in private on two networks: the whole way to the answer, the need and the citizen's "yes".

Everything goes through the pages and the networks' own addresses: signed webhooks, the link in the department's mail,
the outbox. Nothing of the private words leaves the inbox.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from channels.domain import keys
from common.models import MailMessage
from delivery.dispatch import publish_due
from inbox.domain import answer, desk, ingest, satisfaction
from inbox.models import Conversation, Message, SatisfactionQuestion
from municipalities.tenancy import scope
from needs.models import Need, Supporter
from tests.delivery.conftest import connected
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.private import Citizen, citizen
from tests.inbox.test_meta_conversations import Page
from tests.people import Cast, named_reader, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET

ANA = "Ана Анић"
INBOX = "/m/cuprija/inbox/"
SECRET_WORDS = "муж ме туче, коме да се јавим за сигурну кућу"
ANSWER = "Јавите се Центру за социјални рад на 035 123 456, раде и ноћу."


@pytest.fixture
def page(municipality: MunicipalityInbox, cast: Cast, network: FakeServer) -> Page:
    """A page on Facebook beside the Mastodon account; the officer may read private messages."""
    cache.clear()
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    channel = connected(cast, network, "facebook")
    named_reader(cast)
    ingest.schedule()
    return Page(cast, network, channel)


def from_facebook(page: Page, text: str) -> Message:
    page.private.write(page.channel.remote_id, text, name=ANA)
    page.deliver(-1)
    with scope(page.cast.cuprija):
        return Message.objects.select_related("channel", "conversation").get(channel=page.channel, text=text)


def from_mastodon(municipality: MunicipalityInbox, ana: Citizen, text: str) -> Message:
    ana.write(text, "direct")
    municipality.fetch()
    with scope(municipality.cast.cuprija):
        return Message.objects.select_related("channel", "conversation").get(channel=municipality.channel)


def deliver() -> None:
    publish_due(timezone.now())
    answer.settle_delivered()


def test_from_the_private_question_to_the_citizens_yes(
    municipality: MunicipalityInbox, page: Page, cast: Cast, settings: Any
) -> None:
    officer, stranger = sign_in(cast.officer), Client()
    ana = citizen(municipality, "ana")
    first = from_facebook(page, f"Добар дан, {SECRET_WORDS}?")
    second = from_mastodon(municipality, ana, "писала сам Вам и на Фејсбуку, хитно је")

    # The officer sees both, and shows them together.
    listed = officer.get(INBOX).text
    assert f"{INBOX}{first.pk}/" in listed
    assert f"{INBOX}{second.pk}/" in listed
    assert first.conversation_id != second.conversation_id
    merging = {"other": second.conversation_id, "reason": "помиње исту пријаву"}
    assert officer.post(f"{INBOX}{first.pk}/same-person/", merging).status_code == 302
    assert f"{INBOX}{second.pk}/" in officer.get(f"{INBOX}{first.pk}/").text

    # A department answers by mail, without an account and without a private word.
    with scope(cast.cuprija):
        department = desk.add_department(cast.cuprija, "Центар", "centar@test.example", by=cast.officer)
    asked = officer.get(f"{INBOX}{first.pk}/ask/").text
    assert SECRET_WORDS in asked, "the officer reads it beside the form"
    form = {"department": department.pk, "question": "Ко ноћу прима жртве насиља?", "within": "240"}
    response = officer.post(f"{INBOX}{first.pk}/ask/", form)
    assert response.status_code == 302, response.text
    mail = MailMessage.objects.filter(to="centar@test.example").latest("pk").body
    (path,) = set(re.findall(r"/inbox-answer/[\w-]+/", mail))
    shown = stranger.get(path).text
    for words in (SECRET_WORDS, ANA, "Фејсбуку"):
        assert words not in mail + shown
    assert stranger.post(path, {"text": ANSWER, "name": "Мира"}).status_code == 302

    # The officer answers within the window; only she gets it.
    message_page = officer.get(f"{INBOX}{first.pk}/").text
    assert ANSWER.split(",", maxsplit=1)[0] in message_page
    assert officer.post(f"{INBOX}{first.pk}/answer/", {"text": ANSWER, "after": "0"}).status_code == 302
    deliver()
    assert page.sent(ANA) == [ANSWER]
    assert all(ANSWER not in post["text"] for post in municipality.public())

    # A need without her words or name.
    gathered = {"message": first.pk, "title": "Сигурна кућа ноћу"}
    assert officer.post("/m/cuprija/needs/gather/", gathered).status_code == 302
    with scope(cast.cuprija):
        need, supporter = Need.objects.get(), Supporter.objects.get()
        assert supporter.message_id == first.pk
        assert not supporter.quote
    for reader in (sign_in(cast.mentor), sign_in(cast.staff), officer):
        board = reader.get(f"/m/cuprija/needs/{need.pk}/")
        assert SECRET_WORDS not in board.text or reader is officer

    # She is asked whether it helped, and says yes.
    with scope(cast.cuprija):
        satisfaction.switch(cast.cuprija, is_on=True, by=cast.approver)
    midday = timezone.now().astimezone(satisfaction.BELGRADE).replace(hour=12, minute=0)
    with scope(cast.cuprija):
        replies = first.replies.filter(is_automatic=False)
        replies.update(arrived_at=midday - timedelta(minutes=30))
        Message.objects.filter(conversation=first.conversation_id).update(at=midday - timedelta(hours=1))
    with time_machine.travel(midday):
        assert satisfaction.ask_due(midday) == 1
        deliver()
    assert page.sent(ANA)[-1].startswith("Аутоматска порука:")
    with scope(cast.cuprija):
        SatisfactionQuestion.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    from_facebook(page, "Да, хвала Вам!")
    with scope(cast.cuprija):
        question = SatisfactionQuestion.objects.get()
        assert (question.value, question.word) == ("yes", "хвала Вам")
        assert Message.objects.get(text="Да, хвала Вам!").is_settled
        assert Conversation.objects.filter(citizen__isnull=False).count() == 2
    assert "хвала Вам" in officer.get(f"{INBOX}satisfaction/").text

    # Nobody else ever saw a private word.
    for person in (cast.mentor, cast.staff):
        for address in (INBOX, f"{INBOX}{first.pk}/", f"{INBOX}satisfaction/"):
            assert SECRET_WORDS not in sign_in(person).get(address).text
