"""Answers to authors: each once for each decision, by their own way in, whatever stops half-way or is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from django.test import Client
from django.utils import timezone

from common import mail
from common.errors import ActionNotAllowed
from common.models import MailMessage
from delivery.domain.cancel import cancel
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import answer as answering
from inbox.domain import legal_hold, retention
from inbox.models import Message, Reply
from municipalities.tenancy import everywhere, scope
from participation.addresses import public_address
from participation.domain import answer, contribute, decide
from participation.domain.personal_data_stores import purge_expired
from participation.domain.publish import close
from participation.enums import AnswerState
from participation.models import Consultation, Contribution
from portal.conditions import CONDITIONS
from tests.inbox.conftest import MunicipalityInbox, allowed, english, municipality, network
from tests.participation.contributed import REASON, again, by_form, consultation_of, decided, meeting_of
from tests.people import sign_in

__all__ = ["allowed", "english", "municipality", "network"]


@pytest.fixture
def row(municipality: MunicipalityInbox) -> Consultation:
    return consultation_of(municipality.cast)


def path(row: Consultation) -> str:
    return f"/m/cuprija/consultations/{row.pk}/answers/"


def counted(
    municipality: MunicipalityInbox, row: Consultation, text: str = "@opstina Предлажем тротоар"
) -> Contribution:
    message = municipality.receive(text)
    with scope(municipality.cast.cuprija):
        return contribute.from_message(row, message, by=municipality.cast.officer)


def start(municipality: MunicipalityInbox, row: Consultation, who: Any = None) -> Any:
    client = sign_in(who or municipality.cast.officer)
    page = client.get(path(row))
    return client.post(path(row), {"seen": page.context["seen"]})


def sent_to_network(municipality: MunicipalityInbox) -> list[str]:
    return [post["text"] for post in municipality.public() if post["reply_to"]]


def publish(municipality: MunicipalityInbox) -> None:
    for _ in range(4):
        municipality.publish()
    answer.follow()


def replies(municipality: MunicipalityInbox) -> int:
    with scope(municipality.cast.cuprija):
        return Reply.objects.count()


def test_everybody_is_answered_by_their_own_way_in(
    municipality: MunicipalityInbox, row: Consultation, settings: Any
) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    cast = municipality.cast
    comment = decided(cast, counted(municipality, row))
    mailed = decided(cast, by_form(cast, row, contact="ana@test.example"))
    with_code = decided(cast, by_form(cast, row, "Без адресе"))
    meeting = meeting_of(cast, row)
    with scope(cast.cuprija):
        spoken = contribute.from_meeting(meeting, "Пут", speaker="citizen", by=cast.officer)
    spoken = decided(cast, spoken)
    shown = sign_in(cast.officer).get(path(row))
    assert REASON in shown.text
    assert "Answer 2 authors" in shown.text
    assert start(municipality, row).status_code == 302
    assert not sent_to_network(municipality)  # the request sends nothing
    assert CONDITIONS["proposal-answers"]()
    assert answer.send_pending() == 1
    publish(municipality)
    (text,) = sent_to_network(municipality)
    assert REASON in text
    assert f"?proposal={comment.number}" in text
    assert mail.send_waiting() == 1
    answer.follow()
    states = {one.pk: again(cast, one).answer_state for one in (comment, mailed, with_code, spoken)}
    assert list(states.values()) == [
        AnswerState.SENT, AnswerState.SENT, AnswerState.BY_CODE, AnswerState.UNREACHABLE,
    ]  # fmt: skip
    assert not CONDITIONS["proposal-answers"]()
    assert "No one is left to answer" in sign_in(cast.officer).get(path(row)).text


def test_nobody_is_answered_twice_for_one_decision(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    seen = sign_in(cast.officer).get(path(row)).context["seen"]
    assert start(municipality, row).status_code == 302
    again_ = sign_in(cast.approver).post(path(row), {"seen": seen})
    assert again_.status_code == 422
    assert (answer.send_pending(), answer.send_pending()) == (1, 0)
    publish(municipality)
    decided(cast, again(cast, one))  # the same decision, saved again
    assert start(municipality, row).status_code == 422
    assert replies(municipality) == 1
    assert again(cast, one).answer_state == AnswerState.SENT


def test_another_decision_answers_again(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    start(municipality, row)
    answer.send_pending()
    publish(municipality)
    decided(cast, again(cast, one), "accepted", "Ипак може.")
    assert again(cast, one).answer_state == AnswerState.NONE
    assert start(municipality, row).status_code == 302
    answer.send_pending()
    publish(municipality)
    assert ["Ипак може." in text for text in sent_to_network(municipality)].count(True) == 1
    assert replies(municipality) == 2


def test_a_decision_changed_before_its_answer_left_takes_it_back(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one, mailed = decided(cast, counted(municipality, row)), decided(cast, by_form(cast, row, contact="a@test.example"))
    start(municipality, row)
    answer.send_pending()
    decided(cast, again(cast, one), "partly", "Пола.")
    decided(cast, again(cast, mailed), "partly", "Пола.")
    publish(municipality)
    assert not sent_to_network(municipality)
    assert not MailMessage.objects.filter(to="a@test.example").exists()
    assert start(municipality, row).status_code == 302
    answer.send_pending()
    publish(municipality)
    assert len(sent_to_network(municipality)) == 1
    assert MailMessage.objects.filter(to="a@test.example").count() == 1


def test_something_decided_meanwhile_is_read_before_it_is_sent(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    decided(cast, counted(municipality, row))
    client = sign_in(cast.officer)
    seen = client.get(path(row)).context["seen"]
    decided(cast, by_form(cast, row, contact="ana@test.example"))
    refused = client.post(path(row), {"seen": seen})
    assert refused.status_code == 422
    assert "Read the answers again" in refused.text
    assert replies(municipality) == 0


def test_a_worker_that_is_killed_leaves_both_or_neither(
    municipality: MunicipalityInbox, row: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    start(municipality, row)

    class Killed(BaseException):
        pass

    real = answering.answer

    def killed(*args: Any, **options: Any) -> Reply:
        real(*args, **options)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(answering, "answer", killed)
        with pytest.raises(Killed):
            answer.send_pending()
    assert replies(municipality) == 0
    assert again(cast, one).answer_state == AnswerState.WAITING
    assert answer.send_pending() == 1
    publish(municipality)
    assert len(sent_to_network(municipality)) == 1


def test_what_is_refused_is_shown_and_tried_again(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    start(municipality, row)
    with scope(cast.cuprija):
        type(municipality.channel).objects.filter(pk=municipality.channel.pk).update(state="needs_consent")
    assert answer.send_pending() == 0
    one = again(cast, one)
    assert one.answer_state == AnswerState.FAILED
    assert "connected again" in one.answer_error
    assert one.answer_error in sign_in(cast.officer).get(path(row)).text
    with scope(cast.cuprija):
        type(municipality.channel).objects.filter(pk=municipality.channel.pk).update(state="connected")
    assert start(municipality, row).status_code == 302
    assert answer.send_pending() == 1
    with scope(cast.cuprija):
        cancel(Delivery.objects.get(kind="reply"), by=cast.officer)
    answer.follow()
    assert again(cast, one).answer_state == AnswerState.FAILED
    start(municipality, row)
    answer.send_pending()
    publish(municipality)
    assert again(cast, one).answer_state == AnswerState.SENT
    assert len(sent_to_network(municipality)) == 1


def test_an_approver_agrees_before_anything_is_sent(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    type(cast.cuprija).objects.filter(pk=cast.cuprija.pk).update(answers_need_approval=True, may_approve_own=False)
    one, two = decided(cast, counted(municipality, row)), decided(cast, by_form(cast, row, contact="ana@test.example"))
    assert "Waits for an approver" in sign_in(cast.officer).get(start(municipality, row).headers["Location"]).text
    assert answer.send_pending() == 0
    assert not MailMessage.objects.filter(to="ana@test.example").exists()
    assert again(cast, one).answer_state == AnswerState.NONE
    decided(cast, again(cast, two), "accepted", "Ипак.")  # no longer in the round
    page = sign_in(cast.approver).get(path(row))
    begun = page.context["waiting"]
    assert sign_in(cast.officer).post(f"{path(row)}{begun.pk}/approve/").status_code == 403
    assert sign_in(cast.approver).post(f"{path(row)}{begun.pk}/approve/").status_code == 302
    assert sign_in(cast.approver).post(f"{path(row)}{begun.pk}/approve/").status_code == 422
    assert answer.send_pending() == 1
    publish(municipality)
    assert len(sent_to_network(municipality)) == 1
    with scope(cast.cuprija):
        assert Reply.objects.get().approved_by == cast.approver
    assert not MailMessage.objects.filter(to="ana@test.example").exists()
    start(municipality, row)
    waiting = sign_in(cast.officer).get(path(row)).context["waiting"]
    assert sign_in(cast.officer).post(f"{path(row)}{waiting.pk}/back/").status_code == 302
    assert again(cast, two).answer_state == AnswerState.NONE


def test_joined_ones_are_answered_each(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    first, second = counted(municipality, row), counted(municipality, row, "@opstina Нема тротоара")
    with scope(cast.cuprija):
        decide.group(second, first, by=cast.officer)
    decided(cast, first)
    start(municipality, row)
    assert answer.send_pending() == 2
    publish(municipality)
    assert len(sent_to_network(municipality)) == 2
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed, match="answered"):
        decide.reopen(again(cast, first), by=cast.officer)


def test_a_comment_deleted_on_its_network_counts_and_is_not_quoted(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    with scope(cast.cuprija):
        Message.objects.filter(pk=one.message_id).update(remote_deleted_at=timezone.now())
    assert (answer.note_deleted(), answer.note_deleted()) == (1, 0)
    answer.follow()
    one = again(cast, one)
    assert one.gone_at is not None
    assert (one.public_text, one.decision, one.answer_state) == ("", "declined", AnswerState.UNREACHABLE)
    with scope(cast.cuprija):
        decide.decide(one, decide.Outcome("accepted", "", "", "Опет"), by=cast.officer)
    assert again(cast, one).public_text == ""


def test_answers_are_written_in_the_script_of_their_authors(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    latin = decided(cast, counted(municipality, row, "@opstina Predlažem da se uredi trotoar"))
    cyrillic = decided(cast, counted(municipality, row, "@opstina Предлажем да се уреди тротоар"))
    with scope(cast.cuprija):
        assert "Sredstva su već predviđena" in answer.text_for(row, latin).full
        assert REASON in answer.text_for(row, cyrillic).full


def test_the_address_in_an_answer_opens_in_the_language_of_its_author(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    one = decided(municipality.cast, by_form(municipality.cast, row))
    for language, words in (("sr", "Предлози и одлуке"), ("sr-latn", "Predlozi i odluke"), ("en", "Proposals and")):
        address = urlsplit(public_address(row, language)).path
        page = Client().get(address)
        assert page.status_code == 200, address
        assert words in page.text
    with scope(municipality.cast.cuprija):
        text = answer.text_for(row, one).full
    [path] = re.findall(r"https?://[^/]+(/consultations/[^#\s]+)", text)
    assert path.endswith(f"?proposal={one.number}")
    page = Client().get(path, follow=True)
    assert page.redirect_chain[0][0].endswith(f"#proposal-{one.number}")
    assert f'id="proposal-{one.number}"' in page.text


def test_a_long_reason_leads_to_the_public_page(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    decided(cast, counted(municipality, row), reason="Дугачко образложење. " * 100)
    start(municipality, row)
    assert answer.send_pending() == 1
    publish(municipality)
    (text,) = sent_to_network(municipality)
    assert "Дугачко" not in text
    assert "?proposal=1" in text


# ---- what is erased


def ended(row: Consultation, days: int) -> None:
    with everywhere("a test ends it"):
        at = timezone.now() - timedelta(days=days)
        Consultation.objects.filter(pk=row.pk).update(stage="reported", closed_at=at, reported_at=at)


def test_an_authors_request_erases_their_words_and_leaves_the_record(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    with scope(cast.cuprija):
        message = Message.objects.get(pk=one.message_id)
        retention.erase_authors(cast.cuprija, [(message.channel_id, message.author_id)], by=cast.approver)
    one = again(cast, one)
    assert (one.text, one.search_key, one.decision) == ("", "#1", "declined")
    assert one.public_text
    assert one.erased_at
    assert (
        "erased because" in sign_in(cast.officer).get(f"/m/cuprija/consultations/{row.pk}/contributions/{one.pk}/").text
    )


def test_retention_waits_until_the_consultation_has_ended(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    one = counted(municipality, row)
    with scope(cast.cuprija):
        old = timezone.now() - timedelta(days=400)
        Message.objects.filter(pk=one.message_id).update(state="closed", settled_at=old)
    assert retention.purge_expired() == 1
    purge_expired()
    assert again(cast, one).text  # it is still to be decided
    decided(cast, one)
    ended(row, 1)
    assert purge_expired() == 1
    assert again(cast, one).text == ""


def test_what_is_held_for_a_claim_stays(municipality: MunicipalityInbox, row: Consultation) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    ended(row, 500)
    with scope(cast.cuprija):
        message = Message.objects.get(pk=one.message_id)
        old = timezone.now() - timedelta(days=400)
        Message.objects.filter(pk=message.pk).update(state="closed", settled_at=old)
        legal_hold.place(message, "Спор", by=cast.approver)
    retention.purge_expired()
    purge_expired()
    assert again(cast, one).text


def test_forms_lose_their_contact_first_and_their_words_later(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = decided(cast, by_form(cast, row, contact="ana@test.example"))
    ended(row, 100)
    purge_expired()
    assert again(cast, one).contact
    ended(row, 200)
    purge_expired()
    assert (again(cast, one).contact, again(cast, one).text) == ("", one.text)
    ended(row, 400)
    purge_expired()
    one = again(cast, one)
    assert (one.text, one.public_text, one.reason) == ("", one.public_text, REASON)
    assert one.public_text


def never_ended(row: Consultation, days: int) -> None:
    """Its term was over so many days ago, and nobody closed it."""
    with scope(row.municipality_id):
        Consultation.objects.filter(pk=row.pk).update(closes_at=timezone.now() - timedelta(days=days))


def test_a_consultation_that_nobody_ends_loses_contacts_and_words_too(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = by_form(cast, row, "Више клупа у парку код школе", contact="ana@test.example")
    two = decided(cast, by_form(cast, row, "Нова расвета", contact="pera@test.example"))
    never_ended(row, 365 + 170)
    assert purge_expired() == 0
    never_ended(row, 365 + 190)
    assert purge_expired() == 2
    assert (again(cast, one).contact, again(cast, two).contact) == ("", "")
    assert again(cast, one).text
    never_ended(row, 365 + 370)
    assert purge_expired() == 2
    one, two = again(cast, one), again(cast, two)
    assert (one.text, one.search_key, one.number) == ("", "#1", 1)
    assert (two.text, two.decision, two.public_text) == ("", "declined", "Нова расвета")
    assert purge_expired() == 0
    # it can still be decided about and closed
    assert decided(cast, one).decision == "declined"
    with scope(cast.cuprija):
        assert close(row, by=cast.approver).stage == "closed"


def test_words_of_a_message_go_with_it_where_nobody_ends_the_consultation(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    early, late = counted(municipality, row), counted(municipality, row, "@opstina Уредите парк")
    old = timezone.now() - timedelta(days=400)
    with scope(cast.cuprija):
        Message.objects.filter(pk=early.message_id).update(state="closed", settled_at=old)
    never_ended(row, 360)
    assert retention.purge_expired() == 1
    purge_expired()
    assert again(cast, early).text
    never_ended(row, 366)
    purge_expired()
    assert (again(cast, early).text, again(cast, late).text) == ("", late.text)
    with scope(cast.cuprija):
        Message.objects.filter(pk=late.message_id).update(state="closed", settled_at=old)
    assert retention.purge_expired() == 1
    assert again(cast, late).text == ""


def test_what_is_held_stays_where_nobody_ends_the_consultation(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = counted(municipality, row)
    never_ended(row, 800)
    with scope(cast.cuprija):
        message = Message.objects.get(pk=one.message_id)
        Message.objects.filter(pk=message.pk).update(state="closed", settled_at=timezone.now() - timedelta(days=800))
        legal_hold.place(message, "Спор", by=cast.approver)
    retention.purge_expired()
    purge_expired()
    assert again(cast, one).text


def test_a_state_follows_a_delivery_that_is_sent_again_by_hand(
    municipality: MunicipalityInbox, row: Consultation
) -> None:
    cast = municipality.cast
    one = decided(cast, counted(municipality, row))
    start(municipality, row)
    answer.send_pending()
    for state, known in (
        (State.FAILED, AnswerState.FAILED), (State.WAITING, AnswerState.WAITING), (State.EXPIRED, AnswerState.FAILED),
    ):  # fmt: skip
        with scope(cast.cuprija):
            Delivery.objects.filter(kind="reply").update(state=state)
        answer.follow()
        assert again(cast, one).answer_state == known
