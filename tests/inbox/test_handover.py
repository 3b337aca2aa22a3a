"""A department is asked by mail and answers behind a link: what it may see, how long, and what the desk sees of it."""

from __future__ import annotations

import io
import logging
import re
from datetime import timedelta
from typing import Any

import pytest

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import people as accounts
from common.dates import date_time
from common.errors import ActionNotAllowed
from common.models import AuditEvent, MailMessage
from inbox import tasks
from inbox.domain import department_questions, desk, handover, retention, triage
from inbox.domain.handover import QuestionInput
from inbox.enums import MessageState
from inbox.models import Department, HandOver, Message
from municipalities.domain import members
from municipalities.tenancy import scope
from notifications.models import Notification
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
WORDS = "@opstina Нема воде у Мућави, зовите 063/123-456, Петар"


@pytest.fixture
def waterworks(municipality: MunicipalityInbox) -> Department:
    with scope(municipality.cast.cuprija):
        return desk.add_department(
            municipality.cast.cuprija, "Водовод", "vodovod@test.example", by=municipality.cast.officer
        )


@pytest.fixture
def question(municipality: MunicipalityInbox, waterworks: Department) -> HandOver:
    return ask(municipality, waterworks)


def ask(municipality: MunicipalityInbox, department: Department, text: str = WORDS, **chosen: Any) -> HandOver:
    message = municipality.receive(text)
    chosen.setdefault("question", "Када ће доћи вода?")
    with scope(municipality.cast.cuprija):
        chosen.setdefault("shown", handover.suggest_excerpt(message))
        question = QuestionInput(**chosen)
        return handover.ask(
            message,
            department,
            question,
            until=department_questions.after_working_minutes(480),
            by=municipality.cast.officer,
        )


def link(name: str = "") -> str:
    """The path that stands in the newest mail to the department."""
    body = MailMessage.objects.filter(to="vodovod@test.example").latest("pk").body
    match = re.search(r"/inbox-answer/[\w-]+/", body)
    assert match
    return match[0]


def again(row: HandOver) -> HandOver:
    with scope(row.municipality_id):
        return HandOver.objects.select_related("message").get(pk=row.pk)


def later(row: HandOver, **times: timedelta) -> None:
    with scope(row.municipality_id):
        HandOver.objects.filter(pk=row.pk).update(**{name: timezone.now() - ago for name, ago in times.items()})


# ---- the link


def test_the_department_answers_without_an_account_and_the_message_is_open_again(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    assert municipality.reload(question.message).state == MessageState.WAITING
    stranger, path = Client(), link()
    page = stranger.get(path)
    assert page.status_code == 200
    assert "Када ће доћи вода?" in page.text
    assert "Нема воде у Мућави" in page.text
    sent = stranger.post(path, {"text": "До 14 часова.", "name": "Мира"})
    assert (sent.status_code, sent.headers["Location"]) == (302, path)
    row = again(question)
    assert (row.answer, row.answered_name) == ("До 14 часова.", "Мира")
    assert row.message.state == MessageState.OPEN
    assert "your answer has arrived" in stranger.get(path, headers={"Accept-Language": "en"}).text
    assert "До 14 часова." in sign_in(municipality.cast.officer).get(f"{LIST}{row.message_id}/").text


def test_the_link_is_long_random_and_kept_nowhere_but_in_the_mail(question: HandOver) -> None:
    token = link().split("/")[2]
    assert len(token) >= 43  # 256 bits
    row = again(question)
    assert token not in str(vars(row))
    assert row.token_hash == department_questions.hash_token(token)
    assert not AuditEvent.objects.filter(detail__icontains=token).exists()
    mail = MailMessage.objects.get(to="vodovod@test.example")
    assert "Нема воде" not in mail.body  # the citizen's words do not travel by mail
    assert mail.headers == {}


def test_the_page_shows_that_question_and_nothing_else(municipality: MunicipalityInbox, question: HandOver) -> None:
    municipality.receive("@opstina Друга порука, сасвим другог")
    with scope(municipality.cast.cuprija):
        triage.add_note(question.message, "Наша белешка", by=municipality.cast.officer)
    text = Client().get(link(), headers={"Accept-Language": "en"}).text
    for hidden in (
        "Друга порука",
        "Наша белешка",
        "gradjanka",
        "063",
        "Петар Петровић",
        "/m/cuprija",
        "Officer",
        "/accounts",
    ):
        assert hidden not in text
    assert "[phone]" in text
    hrefs = set(re.findall(r'<a [^>]*href="([^"]*)"', text))
    assert hrefs == {"#main", "?in=sr-Cyrl", "?in=sr-Latn", "?in=en"}


def test_a_signed_in_person_sees_the_same_bare_page(municipality: MunicipalityInbox, question: HandOver) -> None:
    assert "/m/cuprija" not in sign_in(municipality.cast.officer).get(link()).text


def test_a_look_changes_nothing(question: HandOver) -> None:
    before = vars(again(question)) | {"_state": None}
    for method in ("get", "head"):
        assert getattr(Client(), method)(link()).status_code == 200
    after = vars(again(question)) | {"_state": None}
    assert {k: v for k, v in after.items() if not k.startswith("_")} == {
        k: v for k, v in before.items() if not k.startswith("_")
    }
    assert Client().put(link()).status_code == 405


def test_what_the_page_tells_browsers_and_robots(question: HandOver) -> None:
    for path in (link(), "/inbox-answer/nonsense/"):
        response = Client().get(path)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "script-src" in response.headers["Content-Security-Policy"]
        assert not response.cookies


def test_a_post_needs_the_link_and_nothing_that_a_browser_adds(question: HandOver) -> None:
    """With no-referrer a browser sends `Origin: null`; the token alone is the permission."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link(), {"text": "Да."}, headers={"Origin": "null"}).status_code == 302
    assert again(question).answer == "Да."


def test_guessing_leads_nowhere(question: HandOver) -> None:
    token = link().split("/")[2]
    digest = department_questions.hash_token(token)
    for wrong in ("x" * 43, token[:-1], token + "A", token.swapcase(), digest, str(question.pk)):
        response = Client().post(f"/inbox-answer/{wrong}/", {"text": "Лажно"})
        assert response.status_code == 410
        assert "Када ће доћи вода?" not in response.text
    assert again(question).answer == ""


def test_a_link_of_one_municipality_reaches_no_other(municipality: MunicipalityInbox, question: HandOver) -> None:
    other = municipality.cast.novi_pazar
    with scope(other):
        assert not HandOver.objects.exists()
    stranger = sign_in(municipality.cast.stranger)
    assert stranger.post(f"{LIST}{question.message_id}/asked/{question.pk}/withdraw/").status_code == 404
    assert stranger.post(f"/m/novi-pazar/inbox/{question.message_id}/asked/{question.pk}/withdraw/").status_code == 404
    assert stranger.get(f"/m/novi-pazar/inbox/{question.message_id}/ask/").status_code == 404
    assert again(question).withdrawn_at is None


def test_an_expired_link_says_so_and_takes_nothing(question: HandOver) -> None:
    later(question, expires_at=timedelta(seconds=1))
    for response in (Client().get(link()), Client().post(link(), {"text": "Касно"})):
        assert response.status_code == 410
        assert "Када ће доћи вода?" not in response.text
    assert "deadline for this question has passed" in Client().get(link(), headers={"Accept-Language": "en"}).text
    assert again(question).answer == ""


def test_the_link_lasts_as_long_as_the_setting_or_the_desk_says(
    municipality: MunicipalityInbox, waterworks: Department, settings: Any
) -> None:
    settings.HANDOVER_DAYS = 3
    short = ask(municipality, waterworks)
    assert short.expires_at - short.sent_at == timedelta(days=3)
    message, until = municipality.receive("@opstina Друго"), timezone.now() + timedelta(days=20)
    with scope(municipality.cast.cuprija):
        long = handover.ask(message, waterworks, QuestionInput("Кад?"), until=until, by=municipality.cast.officer)
    assert long.expires_at == until


def test_a_withdrawn_link_is_dead_and_its_waiting_mail_does_not_leave(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    path = link()
    client = sign_in(municipality.cast.officer)
    page = f"{LIST}{question.message_id}/"
    assert client.post(f"{page}asked/{question.pk}/withdraw/").headers["Location"] == page
    response = Client().post(path, {"text": "Ипак"})
    assert response.status_code == 410
    assert again(question).answer == ""
    assert not MailMessage.objects.filter(to="vodovod@test.example").exists()
    client.post(f"{page}asked/{question.pk}/withdraw/")
    assert AuditEvent.objects.filter(verb="message.withdraw_question").count() == 1


def test_the_department_corrects_until_the_desk_has_used_it(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    path, desk_client = link(), sign_in(municipality.cast.officer)
    Client().post(path, {"text": "До 14 часова."})
    Client().post(path, {"text": "До 15 часова."})
    assert again(question).answer == "До 15 часова."
    page = f"{LIST}{question.message_id}/"
    used = desk_client.post(f"{page}asked/{question.pk}/use/")
    assert used.headers["Location"] == f"{page}?from_handover={question.pk}#answer"
    assert "До 15 часова.</textarea>" in desk_client.get(used.headers["Location"]).text
    response = Client().post(path, {"text": "До 16 часова."}, headers={"Accept-Language": "en"})
    assert response.status_code == 410
    assert "your answer was used" in response.text
    assert "До 15" not in response.text
    assert again(question).answer == "До 15 часова."


def test_two_who_answer_at_once_leave_one_answer_and_one_notice(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    Client().post(link(), {"text": "Прво"})
    Client().post(link(), {"text": "Друго"})
    Client().post(link(), {"text": "Друго"})
    assert Notification.objects.filter(kind="department").count() == 1
    assert AuditEvent.objects.filter(verb="message.department_answered").count() == 2


@pytest.mark.parametrize(("text", "says"), [("", "Write the answer first"), (" \n", "Write the answer first")])
def test_an_empty_answer_is_refused(question: HandOver, text: str, says: str) -> None:
    response = Client().post(link(), {"text": text, "name": "Мира"}, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert says in response.text
    assert 'value="Мира"' in response.text


def test_an_endless_answer_is_refused_and_kept(question: HandOver) -> None:
    response = Client().post(link(), {"text": "ш" * 5001}, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert "ш" * 5001 in response.text
    assert "5000 are allowed" in response.text
    assert again(question).answer == ""
    assert Client().post(link(), {"text": "ш" * 5000}).status_code == 302


def test_hostile_words_stay_words_on_both_sides(municipality: MunicipalityInbox, waterworks: Department) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\x00"
    row = ask(municipality, waterworks, question=f"Q{evil}", shown=f"S{evil}")
    Client().post(link(), {"text": f"A{evil}", "name": f"N{evil}"})
    for text in (Client().get(link()).text, sign_in(municipality.cast.officer).get(f"{LIST}{row.message_id}/").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "A&lt;script&gt;" in text


def test_whoever_knocks_too_often_waits(question: HandOver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.views.department.MOST_A_MINUTE", 3)
    cache.clear()
    status_codes = [Client().get("/inbox-answer/guess/").status_code for _ in range(5)]
    assert status_codes == [410, 410, 410, 429, 429]
    response = Client().post(link(), {"text": "Сад"})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert again(question).answer == ""


def test_the_reader_chooses_the_language_and_the_answer_keeps_it(question: HandOver) -> None:
    assert 'lang="en"' in Client().get(f"{link()}?in=en").text
    assert 'lang="sr-Latn"' in Client().get(f"{link()}?in=sr-Latn", headers={"Accept-Language": "en"}).text
    assert Client().post(f"{link()}?in=en", {"text": "Да"}).headers["Location"] == f"{link()}?in=en"
    assert Client().get(f"{link()}?in=%00xx").status_code == 200


def test_no_log_line_holds_the_link(question: HandOver) -> None:
    written = io.StringIO()
    console = next(
        handler for handler in logging.root.handlers if getattr(handler, "filters", None) and hasattr(handler, "stream")
    )
    before = console.stream  # type: ignore[attr-defined]
    console.stream = written  # type: ignore[attr-defined]
    try:
        token = link().split("/")[2]
        later(question, expires_at=timedelta(seconds=1))
        Client().get(f"/inbox-answer/{token}/")
        Client().get(f"/inbox-answer/{token}/more/")
        logging.getLogger("django.request").error("Internal Server Error: %s", f"/inbox-answer/{token}/?in=en")
    finally:
        console.stream = before  # type: ignore[attr-defined]
    assert "/inbox-answer/…" in written.getvalue()
    assert token not in written.getvalue()


# ---- what goes along


def test_nothing_personal_goes_along_by_itself(municipality: MunicipalityInbox, waterworks: Department) -> None:
    row = ask(
        municipality, waterworks, "@opstina Ја сам gradjanka, JMBG 0101990710006, 063/123-456, ana@primer.rs, NS 123-AB"
    )
    for hidden in ("gradjanka", "0101990710006", "063/123-456", "ana@primer.rs", "123-AB"):
        assert hidden not in row.shown
    assert (row.shown_name, row.shown_contact) == ("", "")


def test_a_contact_and_a_name_go_along_only_when_chosen(
    municipality: MunicipalityInbox, waterworks: Department
) -> None:
    row = ask(
        municipality, waterworks, "@opstina Зовите 063/123-456, ЈМБГ 0101990710006", with_contact=True, with_name=True
    )
    assert row.shown_contact == "063/123-456"
    assert row.shown_name
    assert "063" not in row.shown
    text = Client().get(link()).text
    assert "063/123-456" in text
    assert row.shown_name in text
    assert "0101990710006" not in text


def test_what_is_typed_into_the_box_is_masked_too(municipality: MunicipalityInbox, waterworks: Department) -> None:
    assert ask(municipality, waterworks, shown="Зовите 063 123 456").shown == "Зовите [phone]"


def test_the_form_asks_and_comes_back_as_typed(municipality: MunicipalityInbox, waterworks: Department) -> None:
    message, client = municipality.receive(WORDS), sign_in(municipality.cast.officer)
    path = f"{LIST}{message.pk}/ask/"
    page = client.get(path).text
    assert "[phone]" in page
    bad = client.post(path, {"department": waterworks.pk, "question": "Када?", "within": "day", "day": "2020-01-01"})
    assert bad.status_code == 422
    assert "Choose a day from today on" in bad.text
    assert "Када?</textarea>" in bad.text
    assert client.post(path, {"department": waterworks.pk, "question": "Када?", "within": "day"}).status_code == 422
    assert client.post(path, {"department": "0", "question": "Када?", "within": "due"}).status_code == 422
    good = client.post(path, {"department": waterworks.pk, "question": "Када?", "shown": "", "within": "due"})
    assert good.headers["Location"] == f"{LIST}{message.pk}/"
    assert municipality.reload(message).state == MessageState.WAITING
    double = client.post(path, {"department": waterworks.pk, "question": "Када?", "within": "due"})
    assert "already been asked" in double.text
    assert MailMessage.objects.filter(to="vodovod@test.example").count() == 1


def test_a_department_answers_before_the_citizen_is_to_be_answered(
    municipality: MunicipalityInbox, waterworks: Department
) -> None:
    message, client = municipality.receive(WORDS), sign_in(municipality.cast.officer)
    path, question = f"{LIST}{message.pk}/ask/", {"department": waterworks.pk, "question": "Када?"}
    assert message.due_at is not None
    page = client.get(path).text
    assert f"The citizen is to be answered by {date_time(message.due_at)}; the department answers before that." in page
    assert '<option value="due" selected>' in page
    for later, field in (({"within": "2400"}, "within"), ({"within": "day", "day": "2099-01-01"}, "day")):
        refused = client.post(path, question | later)
        assert refused.status_code == 422
        assert "Choose an earlier time for the department." in refused.context["form"].errors[field][0]
    assert client.post(path, question | {"within": "due"}).status_code == 302
    with scope(municipality.cast.cuprija):
        assert HandOver.objects.get().answer_by < message.due_at


def test_where_the_time_of_the_citizen_has_passed_the_form_says_so(
    municipality: MunicipalityInbox, waterworks: Department
) -> None:
    message, client = municipality.receive(WORDS), sign_in(municipality.cast.officer)
    passed = timezone.now() - timedelta(hours=1)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=passed)
    path = f"{LIST}{message.pk}/ask/"
    page = client.get(path).text
    assert f"The citizen was to be answered by {date_time(passed)}. That time has passed." in page
    assert '<option value="due"' not in page
    question = {"department": waterworks.pk, "question": "Када?", "within": "2400"}
    assert client.post(path, question).status_code == 302


def test_a_retired_department_and_one_without_an_address_are_not_asked(
    municipality: MunicipalityInbox, waterworks: Department
) -> None:
    message, client = municipality.receive(WORDS), sign_in(municipality.cast.officer)
    with scope(municipality.cast.cuprija):
        desk.retire_department(waterworks, by=municipality.cast.officer)
        mute = desk.add_department(municipality.cast.cuprija, "Путеви", "", by=municipality.cast.officer)
        for unreachable in (waterworks, mute):
            with pytest.raises(ActionNotAllowed):
                handover.ask(
                    message,
                    unreachable,
                    QuestionInput("?"),
                    until=department_questions.after_working_minutes(60),
                    by=municipality.cast.officer,
                )
    posted = client.post(f"{LIST}{message.pk}/ask/", {"department": waterworks.pk, "question": "?", "within": "due"})
    assert posted.status_code == 422
    assert not MailMessage.objects.filter(to="vodovod@test.example").exists()


# ---- mails and notices


def test_the_mail_says_who_asks_what_and_until_when(question: HandOver) -> None:
    mail = MailMessage.objects.get(to="vodovod@test.example")
    assert "Ћуприја" in mail.subject
    for part in ("Водовод", "Када ће доћи вода?", "/inbox-answer/"):
        assert part in mail.body


def test_whoever_sees_to_the_message_is_told_else_who_asked(
    municipality: MunicipalityInbox, waterworks: Department
) -> None:
    row = ask(municipality, waterworks)
    with scope(municipality.cast.cuprija):
        triage.assign(row.message, municipality.cast.approver, by=municipality.cast.officer)
    Client().post(link(), {"text": "Тајни одговор"})
    notification = Notification.objects.get(kind="department")
    assert notification.user == municipality.cast.approver
    assert "Тајни" not in notification.subject + notification.body
    assert notification.url == f"{LIST}{row.message_id}/#departments"


def test_a_department_is_reminded_once_with_a_link_of_its_own(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    first = link()
    assert question.sent_at < question.remind_at < question.answer_by
    tasks.handover.remind()
    assert MailMessage.objects.filter(to="vodovod@test.example").count() == 1
    later(question, remind_at=timedelta(seconds=1))
    assert handover.remind() == 1
    assert handover.remind() == 0
    second = link()
    assert second != first
    assert Client().get(first).status_code == Client().get(second).status_code == 200
    Client().post(second, {"text": "Сутра"})
    assert again(question).answer == "Сутра"


@pytest.mark.parametrize("why", ["answered", "withdrawn", "settled", "expired"])
def test_nobody_is_reminded_of_what_is_done(municipality: MunicipalityInbox, question: HandOver, why: str) -> None:
    if why == "answered":
        Client().post(link(), {"text": "Сутра"})
    with scope(municipality.cast.cuprija):
        if why == "withdrawn":
            handover.withdraw(question, by=municipality.cast.officer)
        if why == "settled":
            triage.close(question.message, by=municipality.cast.officer)
    later(question, remind_at=timedelta(seconds=1), **({"expires_at": timedelta()} if why == "expired" else {}))
    assert handover.remind() == 0


def test_an_answer_to_a_settled_message_is_kept_and_reopens_nothing(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    with scope(municipality.cast.cuprija):
        triage.close(question.message, by=municipality.cast.officer)
    Client().post(link(), {"text": "Ипак сутра"})
    assert again(question).answer == "Ипак сутра"
    assert municipality.reload(question.message).state == MessageState.CLOSED


# ---- erasure


def test_what_is_forgotten_is_forgotten_here_too(municipality: MunicipalityInbox, question: HandOver) -> None:
    path = link()
    Client().post(path, {"text": "Одговор за Петра", "name": "Мира"})
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=question.message_id).update(
            state=MessageState.CLOSED, settled_at=timezone.now() - timedelta(days=366)
        )
    assert retention.purge_expired() == 1
    row = again(question)
    assert (row.question, row.shown, row.shown_name, row.shown_contact, row.answer, row.answered_name) == ("",) * 6
    assert not MailMessage.objects.filter(to="vodovod@test.example").exists()
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"text": "Опет"}).status_code == 410
    assert again(row).answer == ""
    assert sign_in(municipality.cast.officer).get(f"{LIST}{question.message_id}/").status_code == 200


def test_events_name_no_citizen_and_no_words(municipality: MunicipalityInbox, question: HandOver) -> None:
    Client().post(link(), {"text": "Тајно"})
    sign_in(municipality.cast.officer).post(f"{LIST}{question.message_id}/asked/{question.pk}/use/")
    events = AuditEvent.objects.filter(target_id=str(question.message_id), target_type="inbox.message")
    text = " ".join(f"{event.target_label} {event.detail}" for event in events)
    assert events.count() == 3
    for hidden in ("Мућави", "Када ће", "Тајно", "gradjanka"):
        assert hidden not in text


# ---- how many questions it costs


def test_both_pages_cost_the_same_at_one_question_and_at_many(
    municipality: MunicipalityInbox, question: HandOver
) -> None:
    client, page = sign_in(municipality.cast.officer), f"{LIST}{question.message_id}/"
    client.get(page)

    def queries(who: Client, path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert who.get(path).status_code == 200
        return len(captured)

    few, public = queries(client, page), queries(Client(), link())
    with scope(municipality.cast.cuprija):
        for number in range(8):
            other = desk.add_department(
                municipality.cast.cuprija, f"Служба {number}", f"s{number}@test.example", by=municipality.cast.officer
            )
            handover.ask(
                question.message,
                other,
                QuestionInput("Кад?"),
                until=department_questions.after_working_minutes(60),
                by=municipality.cast.officer,
            )
    path = link()
    assert queries(client, page) == few <= 12
    assert queries(Client(), path) == public <= 2


@pytest.mark.parametrize("loss", ["left", "deactivated", "viewer"])
def test_an_answer_goes_to_the_desk_when_whoever_asked_has_gone(
    municipality: MunicipalityInbox, question: HandOver, loss: str
) -> None:
    """The link goes on working; nobody who may not answer citizens hears of the answer."""
    cast = municipality.cast
    if loss == "deactivated":
        accounts.deactivate(cast.officer, by=cast.administrator)
    elif loss == "left":
        members.end(cast.officer.memberships.get(), by=cast.approver)
    else:
        members.change_role(cast.officer.memberships.get(), "viewer", by=cast.approver)
    assert Client().post(link(), {"text": "До 14 часова."}).status_code == 302
    notifications = Notification.objects.filter(kind="department").values_list("user", flat=True)
    assert list(notifications) == [cast.approver.pk]


def test_messages_of_somebody_who_has_gone_are_the_desks_again(municipality: MunicipalityInbox) -> None:
    cast, message = municipality.cast, municipality.receive("@opstina Нема воде")
    with scope(cast.cuprija):
        triage.assign(message, cast.officer, by=cast.approver)
    members.end(cast.officer.memberships.get(), by=cast.approver)
    assert municipality.reload(message).assignee is None
    event = AuditEvent.objects.get(verb="message.return_to_desk")
    assert (event.municipality_id, event.detail) == (cast.cuprija.pk, {"person": "Officer", "count": 1})
