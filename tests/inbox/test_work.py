"""Sorting and answering: who may, what is refused, what is told of it, and that no answer goes out twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.models import Delivery
from inbox.domain import answer, retention, triage
from inbox.enums import MessageKind, MessageState
from inbox.models import Message, Note, Reply
from municipalities.models import Pause
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def test_an_answer_reaches_the_network_once_below_the_message(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    client = sign_in(municipality.cast.officer)
    page = f"{LIST}{message.pk}/"
    assert client.get(page).status_code == 200
    sent = client.post(f"{page}answer/", {"text": "До 14 часова.", "after": "0"})
    assert sent.headers["Location"] == page
    assert municipality.reload(message).state == MessageState.WAITING
    municipality.publish()
    municipality.publish()
    ours = [post for post in municipality.public() if post["reply_to"]]
    assert [(post["text"], post["reply_to"]) for post in ours] == [("@gradjanka До 14 часова.", message.remote_id)]
    after = municipality.reload(message)
    assert after.state == MessageState.ANSWERED
    assert after.first_answer_at is not None
    assert "До 14 часова." in client.get(page).text


def test_two_who_answer_at_once_do_not_both(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    with scope(municipality.cast.cuprija):
        answer.answer(message, "Прва", by=municipality.cast.officer)
    second = sign_in(municipality.cast.approver).post(f"{LIST}{message.pk}/answer/", {"text": "Друга", "after": "0"})
    assert second.status_code == 422
    assert "Officer has answered in the meantime" in second.text
    assert "Друга</textarea>" in second.text
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.filter(kind="reply").count() == 1
        first = Reply.objects.get()
    again = sign_in(municipality.cast.approver).post(
        f"{LIST}{message.pk}/answer/", {"text": "Друга", "after": first.pk}
    )
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("text", "says"), [("", "Write the answer first"), ("  ", "Write the answer first"), ("я" * 600, "500 are allowed")]
)
def test_what_the_network_would_not_take_is_said_before(municipality: MunicipalityInbox, text: str, says: str) -> None:
    message = municipality.receive("@opstina До када?")
    response = sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": text, "after": "0"})
    assert response.status_code == 422
    assert says in response.text
    with scope(municipality.cast.cuprija):
        assert not Reply.objects.exists()


def test_no_answer_is_offered_where_the_channel_is_not_connected_and_no_draft_is_lost(
    municipality: MunicipalityInbox,
) -> None:
    message = municipality.receive("@opstina До када?")
    with scope(municipality.cast.cuprija):
        Channel.objects.update(state=ChannelState.DISCONNECTED)
    client, page = sign_in(municipality.cast.officer), f"{LIST}{message.pk}/"
    shown = client.get(page).text
    assert "The channel is not connected" in shown
    assert 'id="answer-form"' not in shown
    refused = client.post(f"{page}answer/", {"text": "До 14 часова.", "after": "0"})
    assert refused.status_code == 422
    assert "До 14 часова.</textarea>" in refused.text


def test_a_pause_holds_answers_back_but_those_to_an_emergency(municipality: MunicipalityInbox) -> None:
    calm, urgent = municipality.receive("@opstina Када је базар?"), municipality.receive("@opstina Гори депонија!")
    with scope(municipality.cast.cuprija):
        Pause.objects.create(municipality=municipality.cast.cuprija, reason="Жалост", by=municipality.cast.approver)
        triage.set_kind(urgent, MessageKind.EMERGENCY, by=municipality.cast.officer)
        answer.answer(calm, "У суботу.", by=municipality.cast.officer)
        answer.answer(urgent, "Ватрогасци су на путу.", by=municipality.cast.officer)
    municipality.publish()
    assert [post["text"] for post in municipality.public() if post["reply_to"]] == ["@gradjanka Ватрогасци су на путу."]


def test_an_answer_whose_outcome_is_unknown_is_not_sent_again(municipality: MunicipalityInbox, network: Any) -> None:
    message = municipality.receive("@opstina До када?")
    network.plan("commit_then_drop", "/api/v1/statuses", method="POST")
    with scope(municipality.cast.cuprija):
        answer.answer(message, "До 14 часова.", by=municipality.cast.officer)
    for _ in range(3):
        municipality.publish()
    assert len([post for post in municipality.public() if post["reply_to"]]) == 1


def test_sorting_sets_the_time_and_says_so(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Предлог: клупе у парку")
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/sort/", {"kind": "proposal"})
    sorted_ = municipality.reload(message)
    assert sorted_.kind == MessageKind.PROPOSAL
    assert sorted_.due_at is not None
    assert sorted_.due_at > sorted_.at + timedelta(days=4)
    event = AuditEvent.objects.get(verb="message.sort")
    assert "клупе" not in f"{event.target_label}{event.detail}"


def test_a_message_is_given_to_a_colleague_and_to_nobody_else(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Хало")
    client, path = sign_in(municipality.cast.officer), f"{LIST}{message.pk}/assign/"
    client.post(path, {"assignee": municipality.cast.approver.pk})
    assert municipality.reload(message).assignee == municipality.cast.approver
    assert client.post(path, {"assignee": municipality.cast.stranger.pk}).status_code == 404
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed):
        triage.assign(message, municipality.cast.mentor, by=municipality.cast.officer)
    client.post(path, {"assignee": ""})
    assert municipality.reload(message).assignee is None


def test_waiting_closing_and_opening_again(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Хвала!")
    client = sign_in(municipality.cast.officer)
    for act, state in (("wait", MessageState.WAITING), ("close", MessageState.CLOSED), ("reopen", MessageState.OPEN)):
        client.post(f"{LIST}{message.pk}/{act}/")
        assert municipality.reload(message).state == state
    assert client.post(f"{LIST}{message.pk}/explode/").status_code == 404


def test_notes_stay_among_colleagues(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Рупа у Карађорђевој")
    client = sign_in(municipality.cast.officer)
    client.post(f"{LIST}{message.pk}/note/", {"text": "Питао сам путаре."})
    assert "Питао сам путаре." in client.get(f"{LIST}{message.pk}/").text
    assert client.post(f"{LIST}{message.pk}/note/", {"text": " "}).status_code == 422
    municipality.publish()
    assert "путаре" not in str(municipality.public())


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_citizens_words_are_for_those_who_answer_them(municipality: MunicipalityInbox, who: str, status: int) -> None:
    message = municipality.receive("@opstina Хало")
    client = sign_in(getattr(municipality.cast, who))
    assert client.get(LIST).status_code == status
    assert client.get(f"{LIST}{message.pk}/").status_code == status
    assert client.post(f"{LIST}{message.pk}/answer/", {"text": "x"}).status_code == status


def test_the_list_finds_in_either_script_and_by_kind(municipality: MunicipalityInbox) -> None:
    water, road = municipality.receive("@opstina Нема воде у Мућави"), municipality.receive("@opstina Rupa u Cupriji")
    with scope(municipality.cast.cuprija):
        triage.set_kind(road, MessageKind.COMPLAINT, by=municipality.cast.officer)
    client = sign_in(municipality.cast.officer)
    assert str(water) in client.get(LIST, {"q": "mucavi"}).text
    page_text = client.get(LIST, {"q": "ћуприји"}).text
    assert "Rupa u Cupriji" in page_text
    assert "воде" not in page_text
    assert "Rupa" in client.get(LIST, {"kind": "complaint"}).text
    assert "Rupa" not in client.get(LIST, {"kind": "none"}).text
    assert client.get(LIST, {"view": "nonsense", "kind": "nonsense", "page": "x"}).status_code == 200


def test_words_are_forgotten_when_their_time_is_over(municipality: MunicipalityInbox, settings: Any) -> None:
    old, fresh = municipality.receive("@opstina Старо питање"), municipality.receive("@opstina Ново питање")
    with scope(municipality.cast.cuprija):
        answer.answer(old, "Одговор", by=municipality.cast.officer)
        triage.add_note(old, "Белешка", by=municipality.cast.officer)
        municipality.publish()
        Message.objects.filter(pk=old.pk).update(settled_at=timezone.now() - timedelta(days=366))
    assert retention.purge_expired() == 1
    current = municipality.reload(old)
    assert (current.text, current.author_name, current.author_id, current.url, current.search_key) == (
        "",
        "",
        "",
        "",
        "",
    )
    assert current.first_answer_at is not None  # it still counts
    with scope(municipality.cast.cuprija):
        assert not Note.objects.exists()
        assert Delivery.objects.get(kind="reply").payload["text"] == ""
    assert municipality.reload(fresh).text
    assert sign_in(municipality.cast.officer).get(f"{LIST}{old.pk}/").status_code == 200
    municipality.fetch()
    assert municipality.reload(old).text == ""


def test_a_person_who_asks_is_erased_at_once(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Моје име је Петар")
    path = f"{LIST}{message.pk}/erase/"
    assert sign_in(municipality.cast.officer).post(path).status_code == 403
    assert sign_in(municipality.cast.approver).post(path).status_code == 302
    assert municipality.reload(message).text == ""
    assert AuditEvent.objects.get(verb="message.erase_author").detail == {"messages": 1}
