"""Answers that an approver sees first: every way they go, and that none leaves without."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from django.db import connection
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.models import Delivery
from inbox.domain import answer, propose, retention, triage
from inbox.enums import MessageKind, MessageState, ProposalState
from inbox.models import AnswerDraft, Message, ProposedAnswer, Reply
from municipalities.models import Delegation, EmergencyRight, Membership, Municipality
from municipalities.tenancy import scope
from notifications.models import Notification
from tests.inbox.conftest import MunicipalityInbox
from tests.people import person, sign_in

LIST = "/m/cuprija/inbox/"


@pytest.fixture
def strict(municipality: MunicipalityInbox) -> MunicipalityInbox:
    """The house asks for an approval of answers."""
    rule(municipality, answers_need_approval=True)
    return municipality


def rule(municipality: MunicipalityInbox, **rules: Any) -> None:
    Municipality.objects.filter(pk=municipality.cast.cuprija.pk).update(**rules)


def proposed(
    municipality: MunicipalityInbox, message: Message, text: str = "До 14 часова.", by: Any = None
) -> ProposedAnswer:
    with scope(municipality.cast.cuprija):
        return propose.submit(message, text, by=by or municipality.cast.officer)


def again(municipality: MunicipalityInbox, one: ProposedAnswer) -> ProposedAnswer:
    with scope(municipality.cast.cuprija):
        return ProposedAnswer.objects.select_related("reply", "message").get(pk=one.pk)


def decided(municipality: MunicipalityInbox, one: ProposedAnswer, who: Any = None, **fields: Any) -> Any:
    """The approver's form, as it stands on the page unless `fields` say otherwise."""
    body = {"decision": "approve", "text": one.text, "revision": one.revision, **fields}
    client = sign_in(who or municipality.cast.approver)
    return client.post(f"{LIST}{one.message_id}/proposed/{one.pk}/decide/", body)


def out(municipality: MunicipalityInbox) -> list[str]:
    """What is public of our answers, after the publisher has done its work."""
    for _tick in range(2):
        municipality.publish()
    return [post["text"] for post in municipality.public() if post["reply_to"]]


def test_an_answer_waits_and_goes_out_once_when_it_is_approved(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    response = sign_in(strict.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "До 14 часова."}, follow=True)
    assert "The answer is waiting for approval" in response.text
    assert strict.reload(message).state == MessageState.WAITING
    assert out(strict) == []
    with scope(strict.cast.cuprija):
        one = ProposedAnswer.objects.get()
    page = sign_in(strict.cast.approver).get(f"{LIST}proposed/")
    assert "До 14 часова." in page.text
    assert decided(strict, one).headers["Location"] == f"{LIST}proposed/"
    assert decided(strict, one).status_code == 422  # a second click
    assert out(strict) == ["@gradjanka До 14 часова."]
    done = again(strict, one)
    assert (done.state, done.decided_by) == (ProposalState.SENT, strict.cast.approver)
    assert (done.reply.by, done.reply.approved_by) == (strict.cast.officer, strict.cast.approver)
    assert strict.reload(message).state == MessageState.ANSWERED


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_the_same_moment_send_it_once(strict: MunicipalityInbox) -> None:
    one = proposed(strict, strict.receive("@opstina До када?"))
    second = person("second")
    Membership.objects.create(user=second, municipality=strict.cast.cuprija, role="approver")
    together = threading.Barrier(2)

    def work(by: Any) -> bool:
        try:
            together.wait(timeout=300)
            with scope(strict.cast.cuprija):
                propose.approve(one, one.text, revision=one.revision, by=by)
        except ActionNotAllowed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as workers:
        results = list(workers.map(work, (strict.cast.approver, second)))
    assert sorted(results) == [False, True]
    assert out(strict) == ["@gradjanka До 14 часова."]


def test_without_the_rule_answers_go_at_once_as_before(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "До 14 часова."})
    assert out(municipality) == ["@gradjanka До 14 часова."]


def test_sending_without_asking_is_refused_by_the_verb_itself(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    for who in (strict.cast.officer, strict.cast.approver):
        with scope(strict.cast.cuprija), pytest.raises(ActionNotAllowed, match="Request approval"):
            answer.answer(message, "До 14 часова.", by=who)
    assert out(strict) == []


def test_an_answer_without_approval_never_leaves_even_with_a_delivery(strict: MunicipalityInbox) -> None:
    """Whatever made the row: before each call the gate asks again."""
    message = strict.receive("@opstina До када?")
    with scope(strict.cast.cuprija):
        reply = answer.send(triage_locked(message), "До 14 часова.", by=strict.cast.officer, approved_by=None)
    assert out(strict) == []
    with scope(strict.cast.cuprija):
        held = Delivery.objects.get(pk=reply.delivery_id)  # a person decides what becomes of it
        assert (held.state, held.reason) == ("expired", "not_approved")


def triage_locked(message: Message) -> Message:
    return Message.objects.select_related("channel").get(pk=message.pk)


def test_an_answer_on_its_way_is_held_when_the_house_begins_to_ask(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    with scope(municipality.cast.cuprija):
        answer.answer(message, "До 14 часова.", by=municipality.cast.officer)
    rule(municipality, answers_need_approval=True)
    assert out(municipality) == []


def test_nobody_approves_their_own_words_unless_the_house_lets_them(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    one = proposed(strict, message, by=strict.cast.approver)
    refused = decided(strict, one)
    assert refused.status_code == 422
    assert "your own words" in refused.text
    rule(strict, may_approve_own=True)
    assert decided(strict, one).status_code == 302
    assert out(strict) == ["@gradjanka До 14 часова."]


def test_an_approver_who_may_approve_their_own_answers_at_once(strict: MunicipalityInbox) -> None:
    rule(strict, may_approve_own=True)
    message = strict.receive("@opstina До када?")
    sign_in(strict.cast.approver).post(f"{LIST}{message.pk}/answer/", {"text": "Одмах."})
    assert out(strict) == ["@gradjanka Одмах."]
    with scope(strict.cast.cuprija):
        assert Reply.objects.get().approved_by == strict.cast.approver


def test_who_stands_in_for_an_approver_decides(strict: MunicipalityInbox) -> None:
    one = proposed(strict, strict.receive("@opstina До када?"), by=strict.cast.approver)
    today = timezone.localdate()
    Delegation.objects.create(
        municipality=strict.cast.cuprija, approver=strict.cast.approver, delegate=strict.cast.officer,
        starts_on=today, ends_on=today, by=strict.cast.approver,
    )  # fmt: skip
    assert decided(strict, one, strict.cast.officer).status_code == 302
    assert out(strict) == ["@gradjanka До 14 часова."]


def test_home_says_to_an_approver_that_answers_wait(strict: MunicipalityInbox) -> None:
    assert "answer to a citizen waits" not in sign_in(strict.cast.approver).get("/m/cuprija/").text
    proposed(strict, strict.receive("@opstina До када?"))
    assert "1 answer to a citizen waits, too" in sign_in(strict.cast.approver).get("/m/cuprija/").text
    assert "answer to a citizen waits" not in sign_in(strict.cast.officer).get("/m/cuprija/").text


def test_an_officer_may_not_approve(strict: MunicipalityInbox) -> None:
    one = proposed(strict, strict.receive("@opstina До када?"), by=strict.cast.approver)
    assert decided(strict, one, strict.cast.officer).status_code == 403
    with scope(strict.cast.cuprija), pytest.raises(ActionNotAllowed, match="Only an approver"):
        propose.approve(one, one.text, revision=one.revision, by=strict.cast.officer)
    assert out(strict) == []


def test_approval_is_of_the_words_that_were_read(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    read = proposed(strict, message)
    proposed(strict, message, "До 18 часова.")  # its author changes it meanwhile
    stale = decided(strict, read)
    assert stale.status_code == 422
    assert "changed the answer after you opened it" in stale.text
    assert "До 18 часова.</textarea>" in stale.text  # the new words are what stands there now
    assert out(strict) == []


def test_words_changed_by_an_approver_are_not_sent_by_them(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    one = proposed(strict, message)
    refused = decided(strict, one, text="До 16 часова.")
    assert refused.status_code == 422
    assert "До 16 часова.</textarea>" in refused.text
    assert out(strict) == []
    rule(strict, may_approve_own=True)
    assert decided(strict, one, text="До 16 часова.").status_code == 302
    assert out(strict) == ["@gradjanka До 16 часова."]
    assert again(strict, one).text == "До 16 часова."


def test_line_ends_of_a_browser_are_no_change(strict: MunicipalityInbox) -> None:
    one = proposed(strict, strict.receive("@opstina До када?"), "Први ред.\nДруги ред.")
    assert decided(strict, one, text="Први ред.\r\nДруги ред.").status_code == 302


def test_an_answer_comes_back_with_a_reason_and_the_words_of_the_approver(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    one = proposed(strict, message)
    wordless = decided(strict, one, decision="return", text="До 16 часова.")
    assert wordless.status_code == 422
    assert "До 16 часова.</textarea>" in wordless.text
    assert decided(strict, one, decision="return", text="До 16 часова.", reason="Погрешно време").status_code == 302
    assert strict.reload(message).state == MessageState.OPEN
    page = sign_in(strict.cast.officer).get(f"{LIST}{message.pk}/").text
    assert "Погрешно време" in page
    assert "До 16 часова.</textarea>" in page
    assert "Погрешно време" not in sign_in(strict.cast.approver).get(f"{LIST}{message.pk}/").text
    second = proposed(strict, message, "До 16 часова.")
    assert decided(strict, second).status_code == 302
    assert out(strict) == ["@gradjanka До 16 часова."]


def test_what_came_back_is_over_once_it_was_answered(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    decided(strict, proposed(strict, message), decision="return", reason="Погрешно време")
    rule(strict, answers_need_approval=False)
    sign_in(strict.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "До 16 часова."})
    page = sign_in(strict.cast.officer).get(f"{LIST}{message.pk}/").text
    assert "Погрешно време" not in page
    assert "До 14 часова." not in page


def test_an_approver_switches_the_rule_on_and_that_is_recorded(municipality: MunicipalityInbox) -> None:
    form = {
        "approval": "one", "primary_script": "Cyrl", "move_window_hours": "24", "not_after_minutes": "120",
        "emergency_review_hours": "24", "answers_need_approval": "on",
    }  # fmt: skip
    assert sign_in(municipality.cast.officer).post("/m/cuprija/settings/rules/save/", form).status_code == 403
    assert sign_in(municipality.cast.approver).post("/m/cuprija/settings/rules/save/", form).status_code == 302
    assert Municipality.objects.get(pk=municipality.cast.cuprija.pk).answers_need_approval
    changed = AuditEvent.objects.get(verb="municipality.edit_rules").detail["changed"]
    assert changed == ["answers_need_approval"]


def test_its_author_takes_it_back_and_goes_on_writing(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    one = proposed(strict, message)
    path = f"{LIST}{message.pk}/proposed/{one.pk}/withdraw/"
    assert sign_in(strict.cast.approver).post(path).status_code == 422
    assert sign_in(strict.cast.officer).post(path).status_code == 302
    assert "До 14 часова.</textarea>" in sign_in(strict.cast.officer).get(f"{LIST}{message.pk}/").text
    assert decided(strict, one).status_code == 422
    assert out(strict) == []


def test_while_one_waits_nobody_asks_for_a_second(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    proposed(strict, message)
    response = sign_in(strict.cast.approver).post(f"{LIST}{message.pk}/answer/", {"text": "Друга"})
    assert response.status_code == 422
    assert "Officer&#x27;s answer waits for approval" in response.text
    rule(strict, may_approve_own=True)
    with scope(strict.cast.cuprija), pytest.raises(ActionNotAllowed, match="waits for approval here"):
        answer.answer(message, "Мимо реда", by=strict.cast.approver)


def test_in_an_emergency_who_is_on_the_list_answers_at_once_and_others_wait(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina Гори депонија!")
    with scope(strict.cast.cuprija):
        triage.set_kind(message, MessageKind.EMERGENCY, by=strict.cast.officer)
    waiting = proposed(strict, message)
    assert out(strict) == []
    EmergencyRight.objects.create(municipality=strict.cast.cuprija, user=strict.cast.officer, by=strict.cast.approver)
    sign_in(strict.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "Ватрогасци стижу."})
    assert out(strict) == ["@gradjanka Ватрогасци стижу."]
    assert again(strict, waiting).state == ProposalState.WITHDRAWN
    calm = strict.receive("@opstina Када је базар?")
    sign_in(strict.cast.officer).post(f"{LIST}{calm.pk}/answer/", {"text": "У суботу."})
    assert out(strict) == ["@gradjanka Ватрогасци стижу."]


def test_the_right_of_the_list_is_asked_again_before_the_call(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina Гори депонија!")
    right = EmergencyRight.objects.create(
        municipality=strict.cast.cuprija, user=strict.cast.officer, by=strict.cast.approver
    )
    with scope(strict.cast.cuprija):
        triage.set_kind(message, MessageKind.EMERGENCY, by=strict.cast.officer)
        answer.answer(message, "Ватрогасци стижу.", by=strict.cast.officer)
    right.delete()
    assert out(strict) == []


def test_a_colleague_who_answered_meanwhile_stops_the_approval(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    one = proposed(municipality, message)
    with scope(municipality.cast.cuprija):
        answer.send(
            triage_locked(message), "Прва", by=municipality.cast.officer, approved_by=municipality.cast.approver
        )
    refused = decided(municipality, one)
    assert refused.status_code == 422
    assert "has answered in the meantime" in refused.text
    assert out(municipality) == ["@gradjanka Прва"]


def test_approvers_and_authors_are_told_without_a_word_of_the_citizen(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina Живим у Бранковој 7, до када?")
    one = proposed(strict, message, "До 14 часова, у Бранковој.")
    decided(strict, one, decision="return", reason="Без адресе")
    rows = list(Notification.objects.order_by("pk"))
    assert [(row.user, row.kind) for row in rows] == [
        (strict.cast.approver, "msg_answer"), (strict.cast.officer, "msg_answer"),
    ]  # fmt: skip
    assert not re.search(r"Бранков|14|адресе|gradjanka", " ".join(f"{row.subject} {row.body}" for row in rows))
    assert all(row.url == f"{LIST}{message.pk}/#answer" for row in rows)


def test_what_is_recorded_names_nobody_and_repeats_nothing(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    decided(strict, proposed(strict, message), decision="return", reason="Не тако")
    decided(strict, proposed(strict, message, "Опет."))
    rows = AuditEvent.objects.filter(verb__startswith="message.").order_by("pk")
    assert [row.verb.partition(".")[2] for row in rows] == ["propose", "return_answer", "propose", "approve_answer"]
    assert not re.search(r"14|Опет|Не тако|gradjanka", "".join(f"{row.target_label}{row.detail}" for row in rows))


def test_with_the_message_its_proposals_and_drafts_are_forgotten(strict: MunicipalityInbox) -> None:
    message = strict.receive("@opstina До када?")
    one = proposed(strict, message, "У Бранковој 7.")
    sign_in(strict.cast.approver).post(f"{LIST}{message.pk}/draft/", {"text": "У Бранковој 8."})
    with scope(strict.cast.cuprija):
        retention.erase_authors(strict.cast.cuprija, [(message.channel_id, message.author_id)], by=strict.cast.approver)
        assert not AnswerDraft.objects.exists()
    current = again(strict, one)
    assert (current.text, current.reason, current.state) == ("", "", ProposalState.WITHDRAWN)
    assert decided(strict, one).status_code == 422
    sign_in(strict.cast.approver).post(f"{LIST}{message.pk}/draft/", {"text": "У Бранковој 9."})
    with scope(strict.cast.cuprija):
        assert not AnswerDraft.objects.exists()


def test_the_queue_asks_as_much_for_many_as_for_one(
    strict: MunicipalityInbox, django_assert_max_num_queries: Any
) -> None:
    client, counts = sign_in(strict.cast.approver), []
    for many in (1, 12):
        for number in range(many):
            proposed(strict, strict.receive(f"@opstina Питање {many} {number}?"))
        client.get(f"{LIST}proposed/")
        with django_assert_max_num_queries(12) as queries:
            assert client.get(f"{LIST}proposed/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
