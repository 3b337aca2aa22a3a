"""Answering all who asked: each once, whatever is pressed twice, stops half-way or is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from administration.domain import end_restore
from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent, Restore
from delivery.domain import reconcile, restored
from delivery.domain.cancel import cancel
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import answer as answering
from inbox.domain import retention
from inbox.models import Message, Reply
from municipalities.tenancy import everywhere, scope
from needs.domain import decide, notify, supporters
from needs.domain.merge import merge
from needs.models import Need, Supporter
from needs.queries.recipients import find_recipients
from portal.conditions import CONDITIONS
from tests.inbox.conftest import MunicipalityInbox
from tests.needs.conftest import again, at_once, done_of, messages_with, need_of
from tests.people import sign_in

WORDS = "Клупе су постављене. Хвала што сте јавили."


@pytest.fixture
def done(municipality: MunicipalityInbox, three: list[Message]) -> Need:
    return done_of(municipality, *three)


def path(need: Need) -> str:
    return f"/m/cuprija/needs/{need.pk}/tell/"


def answers(municipality: MunicipalityInbox) -> list[str]:
    """To which messages our answers stand on the network."""
    return sorted(post["reply_to"] for post in municipality.public() if post["reply_to"])


def publish(municipality: MunicipalityInbox) -> None:
    """A channel sends one after the other."""
    for _ in range(5):
        municipality.publish()


def voices_of(municipality: MunicipalityInbox, need: Need) -> list[Supporter]:
    with scope(municipality.cast.cuprija):
        return list(Supporter.objects.filter(need=need).select_related("message", "reply__delivery").order_by("pk"))


def test_everybody_who_asked_is_answered_once_on_the_network(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    sent = sign_in(municipality.cast.officer).post(path(done), {"text": WORDS})
    assert sent.headers["Location"] == f"/m/cuprija/needs/{done.pk}/"
    assert not answers(municipality)  # the request sends nothing
    assert CONDITIONS["need-answers"]()
    assert notify.send_pending() == 3
    publish(municipality)
    assert not CONDITIONS["need-answers"]()
    assert notify.send_pending() == 0
    publish(municipality)
    assert answers(municipality) == sorted(message.remote_id for message in three)
    assert all(supporter.reply_id for supporter in voices_of(municipality, done))
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.filter(kind="reply").count() == 3
    assert AuditEvent.objects.get(verb="need.tell").detail == {"people": 3}


def test_pressing_again_reaches_nobody_twice(municipality: MunicipalityInbox, done: Need) -> None:
    officer, approver = sign_in(municipality.cast.officer), sign_in(municipality.cast.approver)
    assert officer.post(path(done), {"text": WORDS}).status_code == 302
    again_ = officer.post(path(done), {"text": WORDS})
    assert again_.status_code == 422
    assert "No one is left to inform: everyone" in again_.text
    notify.send_pending()
    second = approver.post(path(done), {"text": "Другим речима."})
    assert second.status_code == 422
    assert "Другим речима.</textarea>" in second.text
    notify.send_pending()
    with scope(municipality.cast.cuprija):
        assert Reply.objects.count() == 3


def test_a_second_round_reaches_those_who_asked_later(municipality: MunicipalityInbox, done: Need) -> None:
    client = sign_in(municipality.cast.officer)
    client.post(path(done), {"text": WORDS})
    notify.send_pending()
    (late,) = messages_with(municipality, "@opstina А клупе?")
    with scope(municipality.cast.cuprija):
        supporters.gather(done, [late], by=municipality.cast.officer)
    assert client.post(path(done), {"text": WORDS}).status_code == 302
    assert notify.send_pending() == 1
    with scope(municipality.cast.cuprija):
        assert Reply.objects.filter(message=late).count() == 1
        assert Reply.objects.count() == 4


def test_who_wrote_three_times_is_told_once_below_the_newest(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk__in=[row.pk for row in three]).update(author_id="one-person")
        Message.objects.filter(pk=three[1].pk).update(at=timezone.now() + timedelta(days=2))
    need = done_of(municipality, *three)
    with scope(municipality.cast.cuprija):
        assert len(find_recipients(need).reached) == 1
        notify.start_round(need, WORDS, by=municipality.cast.officer)
    assert notify.send_pending() == 1
    with scope(municipality.cast.cuprija):
        reply = Reply.objects.get()
        assert reply.message_id == three[1].pk
        assert {supporter.reply_id for supporter in voices_of(municipality, need)} == {reply.pk}
        with pytest.raises(ActionNotAllowed):
            notify.start_round(need, WORDS, by=municipality.cast.officer)


def test_one_who_cannot_be_answered_holds_nobody_up(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        Message.objects.filter(pk=three[1].pk).update(erased_at=timezone.now())
    assert notify.send_pending() == 2
    assert notify.send_pending() == 0
    second = voices_of(municipality, done)[1]
    assert (second.reply_id, "deleted" in second.error) == (None, True)
    assert "their message was deleted" in sign_in(municipality.cast.officer).get(path(done)).text


def test_a_failure_nobody_thought_of_holds_nobody_up_either(
    municipality: MunicipalityInbox, done: Need, three: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = answering.answer

    def broken(message: Message, *args: Any, **options: Any) -> Reply:
        reply = real(message, *args, **options)
        if message.pk == three[0].pk:
            raise RuntimeError("the disk is full")
        return reply

    monkeypatch.setattr(answering, "answer", broken)
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
    assert notify.send_pending() == 2
    monkeypatch.undo()
    first = voices_of(municipality, done)[0]
    assert (first.reply_id, bool(first.error)) == (None, True)
    with scope(municipality.cast.cuprija):
        assert Reply.objects.count() == 2  # what was half done was taken back
        notify.start_round(done, WORDS, by=municipality.cast.officer)
    assert notify.send_pending() == 1
    publish(municipality)
    assert answers(municipality) == sorted(message.remote_id for message in three)


def test_a_worker_that_dies_half_way_tells_nobody_twice(
    municipality: MunicipalityInbox, done: Need, three: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    real, begun = answering.answer, []

    def dying(message: Message, *args: Any, **options: Any) -> Reply:
        reply = real(message, *args, **options)
        begun.append(message.pk)
        if len(begun) == 2:
            raise Killed  # the answer is written, the voice is not
        return reply

    monkeypatch.setattr(answering, "answer", dying)
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
    with pytest.raises(Killed):
        notify.send_pending()
    monkeypatch.undo()
    assert [bool(supporter.reply_id) for supporter in voices_of(municipality, done)] == [True, False, False]
    assert notify.send_pending() == 2
    publish(municipality)
    assert answers(municipality) == sorted(message.remote_id for message in three)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_and_two_workers_tell_each_person_once(
    municipality: MunicipalityInbox, done: Need
) -> None:
    people = (municipality.cast.officer, municipality.cast.approver)
    outcomes = at_once(municipality, *(lambda by=by: bool(notify.start_round(done, WORDS, by=by)) for by in people))
    assert sorted(map(str, outcomes)) == ["True", "refused"]
    assert sum(at_once(municipality, notify.send_pending, notify.send_pending, notify.send_pending)) <= 3
    notify.send_pending()
    publish(municipality)
    assert len(answers(municipality)) == len(set(answers(municipality))) == 3
    with scope(municipality.cast.cuprija):
        assert Reply.objects.count() == 3


def test_the_page_says_who_is_reached_and_who_is_not_and_why(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    with scope(municipality.cast.cuprija):
        supporters.add(done, "phone", timezone.localdate(), by=municipality.cast.officer)
        Message.objects.filter(pk=three[0].pk).update(erased_at=timezone.now())
    client = sign_in(municipality.cast.officer)
    page_text = client.get(path(done)).text
    assert "2 people, each below what they wrote last" in page_text
    assert "their message was deleted" in page_text
    assert "they called, came by or wrote a letter" in page_text
    with scope(municipality.cast.cuprija):
        Channel.objects.filter(pk=municipality.channel.pk).update(state="needs_consent")
    page = client.get(path(done))
    assert "has to be connected again" in page.text
    assert "Answer 0" not in page.text
    refused = client.post(path(done), {"text": WORDS})
    assert refused.status_code == 422
    with scope(municipality.cast.cuprija):
        assert not Reply.objects.exists()


@pytest.mark.parametrize(("text", "says"), [("", "required"), ("  ", "required"), ("я" * 600, "500 are allowed")])
def test_what_a_network_would_not_take_is_said_before_anybody_is_told(
    municipality: MunicipalityInbox, done: Need, text: str, says: str
) -> None:
    response = sign_in(municipality.cast.officer).post(path(done), {"text": text})
    assert response.status_code == 422
    assert says in response.text
    assert notify.send_pending() == 0


def test_nobody_is_told_of_what_is_not_settled(municipality: MunicipalityInbox, three: list[Message]) -> None:
    need = need_of(municipality, "Клупе", *three)
    response = sign_in(municipality.cast.officer).post(path(need), {"text": WORDS})
    assert response.status_code == 422
    assert "There is nothing to publish yet" in response.text
    with scope(municipality.cast.cuprija):
        decide.decide(need, "declined", reason="Парк се гради изнова.", by=municipality.cast.officer)
    assert sign_in(municipality.cast.officer).post(path(need), {"text": WORDS}).status_code == 302


def test_opening_it_again_stops_what_was_not_sent_and_begins_anew(municipality: MunicipalityInbox, done: Need) -> None:
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        decide.reopen(done, by=municipality.cast.officer)
    assert notify.send_pending() == 0
    with scope(municipality.cast.cuprija):
        decide.done(done, "Сада јесу.", on=timezone.localdate(), by=municipality.cast.officer)
        notify.start_round(done, "Сада јесу.", by=municipality.cast.officer)
    assert notify.send_pending() == 3


def test_answers_that_did_not_go_out_are_tried_anew_and_only_those(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        notify.send_pending()
        cancelled, failed, unknown = (supporter.reply.delivery for supporter in voices_of(municipality, done))
        cancel(cancelled, by=municipality.cast.officer)
        Delivery.objects.filter(pk=failed.pk).update(state="failed")
        Delivery.objects.filter(pk=unknown.pk).update(state="unconfirmed", unknown_since=timezone.now())
    assert "their previous answer was not sent" in sign_in(municipality.cast.officer).get(path(done)).text
    with scope(municipality.cast.cuprija):
        assert notify.start_round(done, WORDS, by=municipality.cast.officer).people == 2
    assert notify.send_pending() == 2
    publish(municipality)
    assert answers(municipality) == sorted(message.remote_id for message in three[:2])
    with scope(municipality.cast.cuprija):
        states = dict(Delivery.objects.filter(kind="reply").values_list("pk", "state"))
        assert (states[cancelled.pk], states[failed.pk], states[unknown.pk]) == (
            "cancelled",
            "cancelled",
            "unconfirmed",
        )
        with pytest.raises(ActionNotAllowed):
            notify.start_round(done, WORDS, by=municipality.cast.officer)


def test_opening_it_again_keeps_answers_back_that_have_not_left(municipality: MunicipalityInbox, done: Need) -> None:
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        notify.send_pending()
        decide.reopen(done, by=municipality.cast.officer)
    publish(municipality)
    assert answers(municipality) == []


def test_who_was_told_stays_with_that_need(municipality: MunicipalityInbox, done: Need, three: list[Message]) -> None:
    other = need_of(municipality, "Канте")
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        notify.send_pending()
    supporter = voices_of(municipality, done)[0]
    with scope(municipality.cast.cuprija):
        for act in (
            lambda: supporters.gather(other, [three[0]], by=municipality.cast.officer),
            lambda: supporters.remove(supporter, by=municipality.cast.officer),
            lambda: merge(done, other, by=municipality.cast.officer),
        ):
            with pytest.raises(ActionNotAllowed):
                act()
        assert merge(other, done, by=municipality.cast.officer).size == 3


def test_a_person_who_is_erased_meanwhile_is_not_told(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    with scope(municipality.cast.cuprija):
        notify.start_round(done, WORDS, by=municipality.cast.officer)
        retention.erase_authors(
            municipality.cast.cuprija,
            [(municipality.channel.pk, f"person-{three[0].pk}")],
            by=municipality.cast.approver,
        )
    assert notify.send_pending() == 2


@pytest.fixture(params=[40, pytest.param(200, marks=pytest.mark.long)])
def many(municipality: MunicipalityInbox, three: list[Message], request: pytest.FixtureRequest) -> Need:
    with scope(municipality.cast.cuprija):
        first = Message.objects.get(pk=three[0].pk)
        for number in range(request.param):
            first.pk, first.remote_id, first.author_id = None, f"copy-{number}", f"copy-{number}"
            first.save(force_insert=True)
        rows = list(Message.objects.filter(remote_id__startswith="copy"))
    return done_of(municipality, *rows)


def test_many_take_as_many_queries_in_the_request_as_three(
    municipality: MunicipalityInbox, many: Need, request: pytest.FixtureRequest
) -> None:
    client = sign_in(municipality.cast.officer)
    with CaptureQueriesContext(connection) as asked_for:
        assert client.post(path(many), {"text": WORDS}).status_code == 302
    assert len(asked_for) <= 25
    with CaptureQueriesContext(connection) as shown:
        client.get(path(many))
    assert len(shown) <= 12
    while notify.send_pending():
        pass
    size = request.node.callspec.params["many"]
    with scope(municipality.cast.cuprija):
        assert Reply.objects.count() == size
    assert again(municipality, many).size == size


def test_answers_that_went_out_before_a_restore_are_not_sent_a_second_time(
    municipality: MunicipalityInbox, done: Need, three: list[Message]
) -> None:
    sign_in(municipality.cast.officer).post(path(done), {"text": WORDS})
    backup = transaction.savepoint()
    assert notify.send_pending() == 3
    publish(municipality)
    transaction.savepoint_rollback(backup)
    assert len(answers(municipality)) == 3
    now = timezone.now()
    Restore.objects.create(made_at=now - timedelta(hours=1), restored_at=now)
    restored.prepare()
    end_restore.end(by=municipality.cast.administrator)
    assert notify.send_pending() == 3
    publish(municipality)
    with everywhere("a test"):
        for pk in reconcile.claim_reconciliations(timezone.now()):
            reconcile.reconcile(pk)
    publish(municipality)
    assert answers(municipality) == sorted(message.remote_id for message in three)
    assert {supporter.reply.delivery.state for supporter in voices_of(municipality, done)} == {State.PUBLISHED}


def test_only_those_whose_answer_arrived_are_called_informed(municipality: MunicipalityInbox, done: Need) -> None:
    client = sign_in(municipality.cast.officer)
    client.post(path(done), {"text": WORDS})
    notify.send_pending()
    page = client.get(f"/m/cuprija/needs/{done.pk}/").text
    assert "0 of 3 have it." in page
    assert "<span>informed of the outcome</span>" not in page
    publish(municipality)
    with scope(municipality.cast.cuprija):
        failed = Delivery.objects.filter(kind="reply").order_by("pk")[:1].get()
        Delivery.objects.filter(pk=failed.pk).update(state=State.FAILED)
    page = client.get(f"/m/cuprija/needs/{done.pk}/").text
    assert "2 of 3 have it." in page
    assert page.count("<span>informed of the outcome</span>") == 2
    assert "not informed: Not published" in " ".join(page.split())
