"""Sorting and answering: who may, what is refused, what is told of it, and that no answer goes out twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.models import Delivery
from inbox.domain import answer, retention, triage
from inbox.enums import MessageKind, MessageState
from inbox.models import Message, Note, Reply
from municipalities.models import Pause
from municipalities.tenancy import scope
from tests.inbox.conftest import Town
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def test_an_answer_reaches_the_network_once_below_the_message(town: Town) -> None:
    message = town.heard("@opstina До када?")
    client = sign_in(town.cast.officer)
    page = f"{LIST}{message.pk}/"
    assert client.get(page).status_code == 200
    sent = client.post(f"{page}answer/", {"text": "До 14 часова.", "after": "0"})
    assert sent.headers["Location"] == page
    assert town.again(message).state == MessageState.WAITING
    town.publish()
    town.publish()
    ours = [each for each in town.public() if each["reply_to"]]
    assert [(each["text"], each["reply_to"]) for each in ours] == [("@gradjanka До 14 часова.", message.remote_id)]
    after = town.again(message)
    assert after.state == MessageState.ANSWERED
    assert after.first_answer_at is not None
    assert "До 14 часова." in client.get(page).text


def test_two_who_answer_at_once_do_not_both(town: Town) -> None:
    message = town.heard("@opstina До када?")
    with scope(town.cast.cuprija):
        answer.answer(message, "Прва", by=town.cast.officer)
    second = sign_in(town.cast.approver).post(f"{LIST}{message.pk}/answer/", {"text": "Друга", "after": "0"})
    assert second.status_code == 422
    assert "Officer has answered meanwhile" in second.text
    assert "Друга</textarea>" in second.text
    with scope(town.cast.cuprija):
        assert Delivery.objects.filter(kind="reply").count() == 1
        first = Reply.objects.get()
    again = sign_in(town.cast.approver).post(f"{LIST}{message.pk}/answer/", {"text": "Друга", "after": first.pk})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("text", "says"), [("", "Write the answer first"), ("  ", "Write the answer first"), ("я" * 600, "500 are allowed")]
)
def test_what_the_network_would_not_take_is_said_before(town: Town, text: str, says: str) -> None:
    message = town.heard("@opstina До када?")
    told = sign_in(town.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": text, "after": "0"})
    assert told.status_code == 422
    assert says in told.text
    with scope(town.cast.cuprija):
        assert not Reply.objects.exists()


def test_a_pause_holds_answers_back_but_those_to_an_emergency(town: Town) -> None:
    calm, urgent = town.heard("@opstina Када је базар?"), town.heard("@opstina Гори депонија!")
    with scope(town.cast.cuprija):
        Pause.objects.create(municipality=town.cast.cuprija, reason="Жалост", by=town.cast.approver)
        triage.set_kind(urgent, MessageKind.EMERGENCY, by=town.cast.officer)
        answer.answer(calm, "У суботу.", by=town.cast.officer)
        answer.answer(urgent, "Ватрогасци су на путу.", by=town.cast.officer)
    town.publish()
    assert [each["text"] for each in town.public() if each["reply_to"]] == ["@gradjanka Ватрогасци су на путу."]


def test_an_answer_whose_outcome_is_unknown_is_not_sent_again(town: Town, network: Any) -> None:
    message = town.heard("@opstina До када?")
    network.plan("commit_then_drop", "/api/v1/statuses", method="POST")
    with scope(town.cast.cuprija):
        answer.answer(message, "До 14 часова.", by=town.cast.officer)
    for _ in range(3):
        town.publish()
    assert len([each for each in town.public() if each["reply_to"]]) == 1


def test_sorting_sets_the_time_and_says_so(town: Town) -> None:
    message = town.heard("@opstina Предлог: клупе у парку")
    sign_in(town.cast.officer).post(f"{LIST}{message.pk}/sort/", {"kind": "proposal"})
    sorted_ = town.again(message)
    assert sorted_.kind == MessageKind.PROPOSAL
    assert sorted_.due_at is not None
    assert sorted_.due_at > sorted_.at + timedelta(days=4)
    told = AuditEvent.objects.get(verb="message.sort")
    assert "клупе" not in f"{told.target_label}{told.detail}"


def test_a_message_is_given_to_a_colleague_and_to_nobody_else(town: Town) -> None:
    message = town.heard("@opstina Хало")
    client, path = sign_in(town.cast.officer), f"{LIST}{message.pk}/assign/"
    client.post(path, {"assignee": town.cast.approver.pk})
    assert town.again(message).assignee == town.cast.approver
    assert client.post(path, {"assignee": town.cast.stranger.pk}).status_code == 404
    with scope(town.cast.cuprija), pytest.raises(ActionNotAllowed):
        triage.assign(message, town.cast.mentor, by=town.cast.officer)
    client.post(path, {"assignee": ""})
    assert town.again(message).assignee is None


def test_waiting_closing_and_opening_again(town: Town) -> None:
    message = town.heard("@opstina Хвала!")
    client = sign_in(town.cast.officer)
    for act, state in (("wait", MessageState.WAITING), ("close", MessageState.CLOSED), ("reopen", MessageState.OPEN)):
        client.post(f"{LIST}{message.pk}/{act}/")
        assert town.again(message).state == state
    assert client.post(f"{LIST}{message.pk}/explode/").status_code == 404


def test_notes_stay_among_colleagues(town: Town) -> None:
    message = town.heard("@opstina Рупа у Карађорђевој")
    client = sign_in(town.cast.officer)
    client.post(f"{LIST}{message.pk}/note/", {"text": "Питао сам путаре."})
    assert "Питао сам путаре." in client.get(f"{LIST}{message.pk}/").text
    assert client.post(f"{LIST}{message.pk}/note/", {"text": " "}).status_code == 422
    town.publish()
    assert "путаре" not in str(town.public())


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_citizens_words_are_for_those_who_answer_them(town: Town, who: str, status: int) -> None:
    message = town.heard("@opstina Хало")
    client = sign_in(getattr(town.cast, who))
    assert client.get(LIST).status_code == status
    assert client.get(f"{LIST}{message.pk}/").status_code == status
    assert client.post(f"{LIST}{message.pk}/answer/", {"text": "x"}).status_code == status


def test_the_list_finds_in_either_script_and_by_kind(town: Town) -> None:
    water, road = town.heard("@opstina Нема воде у Мућави"), town.heard("@opstina Rupa u Cupriji")
    with scope(town.cast.cuprija):
        triage.set_kind(road, MessageKind.COMPLAINT, by=town.cast.officer)
    client = sign_in(town.cast.officer)
    assert str(water) in client.get(LIST, {"q": "mucavi"}).text
    found = client.get(LIST, {"q": "ћуприји"}).text
    assert "Rupa u Cupriji" in found
    assert "воде" not in found
    assert "Rupa" in client.get(LIST, {"kind": "complaint"}).text
    assert "Rupa" not in client.get(LIST, {"kind": "none"}).text
    assert client.get(LIST, {"view": "nonsense", "kind": "nonsense", "page": "x"}).status_code == 200


def test_words_are_forgotten_when_their_time_is_over(town: Town, settings: Any) -> None:
    old, fresh = town.heard("@opstina Старо питање"), town.heard("@opstina Ново питање")
    with scope(town.cast.cuprija):
        answer.answer(old, "Одговор", by=town.cast.officer)
        triage.add_note(old, "Белешка", by=town.cast.officer)
        town.publish()
        Message.objects.filter(pk=old.pk).update(settled_at=timezone.now() - timedelta(days=366))
    assert retention.purge_expired() == 1
    gone = town.again(old)
    assert (gone.text, gone.author_name, gone.author_id, gone.url, gone.search_key) == ("", "", "", "", "")
    assert gone.first_answer_at is not None  # it still counts
    with scope(town.cast.cuprija):
        assert not Note.objects.exists()
        assert Delivery.objects.get(kind="reply").payload["text"] == ""
    assert town.again(fresh).text
    assert sign_in(town.cast.officer).get(f"{LIST}{old.pk}/").status_code == 200
    town.hear()
    assert town.again(old).text == ""


def test_a_person_who_asks_is_erased_at_once(town: Town) -> None:
    message = town.heard("@opstina Моје име је Петар")
    path = f"{LIST}{message.pk}/erase/"
    assert sign_in(town.cast.officer).post(path).status_code == 403
    assert sign_in(town.cast.approver).post(path).status_code == 302
    assert town.again(message).text == ""
    assert AuditEvent.objects.get(verb="message.erase_author").detail == {"messages": 1}
