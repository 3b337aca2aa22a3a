"""A department is asked about a proposal that is no message: what its link shows, how long it works, who is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from common.models import AuditEvent, MailMessage
from common.sentences import sentence
from inbox.domain import department_questions, desk
from inbox.models import Department
from municipalities.domain import members
from municipalities.tenancy import scope
from notifications.models import Notification
from participation import tasks
from participation.domain import contribute, decide, departments, paper, personal_data_stores, write
from participation.enums import ConsultationStage
from participation.models import Consultation, Contribution, ContributionQuestion
from tests.analytics import factories
from tests.participation.contributed import again, by_form, by_message, consultation_of, decided, meeting_of
from tests.people import Cast, sign_in

WORDS = "Зовем се Петар Петровић, 063/123-456. Предлажем тротоар у улици."
QUESTION = "Колико би коштао тротоар?"


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return consultation_of(cast)


@pytest.fixture
def roads(cast: Cast) -> Department:
    with scope(cast.cuprija):
        return desk.add_department(cast.cuprija, "Путеви", "putevi@test.example", by=cast.officer)


@pytest.fixture
def one(cast: Cast, row: Consultation) -> Contribution:
    return by_form(cast, row, WORDS)


@pytest.fixture
def question(cast: Cast, one: Contribution, roads: Department) -> ContributionQuestion:
    return ask(cast, one, roads)


def ask(cast: Cast, one: Contribution, department: Department, text: str = QUESTION) -> ContributionQuestion:
    with scope(cast.cuprija):
        return departments.ask(
            one, department, text, departments.suggest_excerpt(one), by=cast.officer,
            until=department_questions.after_working_minutes(480),
        )  # fmt: skip


def link() -> str:
    """The path that stands in the newest mail to the department."""
    match = re.search(r"/inbox-answer/[\w-]+/", MailMessage.objects.filter(to="putevi@test.example").latest("pk").body)
    assert match
    return match[0]


def page(one: Contribution, path: str = "") -> str:
    return f"/m/cuprija/consultations/{one.consultation_id}/contributions/{one.pk}/{path}"


def back(question: ContributionQuestion, municipality: str = "cuprija") -> str:
    return f"/m/{municipality}/consultations/{question.contribution.consultation_id}/asked/{question.pk}/back/"


def asked_again(cast: Cast, question: ContributionQuestion) -> ContributionQuestion:
    with scope(cast.cuprija):
        return ContributionQuestion.objects.select_related("contribution__consultation").get(pk=question.pk)


# ---- asking


def test_the_officer_asks_from_the_page_of_a_proposal_and_reads_the_answer_there(
    cast: Cast, one: Contribution, roads: Department
) -> None:
    officer = sign_in(cast.officer)
    assert page(one, "ask/") in officer.get(page(one)).text
    form = officer.get(page(one, "ask/")).text
    assert "Предлажем тротоар у улици." in form
    excerpt = form.partition('name="shown"')[2].partition("</textarea>")[0]
    assert "Петровић" not in excerpt
    assert "063" not in excerpt
    bad = officer.post(page(one, "ask/"), {"department": roads.pk, "question": QUESTION, "within": "day"})
    assert (bad.status_code, QUESTION in bad.text, "Choose the day" in bad.text) == (422, True, True)
    values = {"department": roads.pk, "question": QUESTION, "shown": "Тротоар, зовите 063 123 456", "within": "480"}
    sent = officer.post(page(one, "ask/"), values, follow=True)
    assert "gets a mail with the question" in sent.text
    mail = MailMessage.objects.get(to="putevi@test.example")
    assert QUESTION in mail.body
    assert "Тротоар" not in mail.body  # the citizen's words do not travel by mail
    shown = Client().get(link()).text
    assert QUESTION in shown
    assert "Тротоар, зовите [phone]" in shown
    assert "Proposal of a citizen" in Client().get(link(), headers={"Accept-Language": "en"}).text
    assert Client().post(link(), {"text": "Око 2 милиона динара.", "name": "Ана Анић"}).status_code == 302
    answered = officer.get(page(one)).text
    assert "Око 2 милиона динара." in answered
    assert "Ана Анић" in answered
    assert "asked/" not in answered  # nothing to take back any more


@pytest.mark.parametrize("way", ["meeting", "paper"])
def test_departments_are_asked_about_what_was_said_at_a_meeting_and_what_came_on_paper(
    cast: Cast, row: Consultation, roads: Department, way: str
) -> None:
    meeting = meeting_of(cast, row)
    with scope(cast.cuprija):
        if way == "meeting":
            one = contribute.from_meeting(meeting, "Тротоар", speaker="citizen", by=cast.officer)
        else:
            batch = paper.add_batch(row, "Кутија", sheets=1, received_on=timezone.localdate(), by=cast.officer)
            one = contribute.from_paper(batch, "Тротоар", by=cast.officer)
            with pytest.raises(ActionNotAllowed):
                ask(cast, one, roads)  # nobody has compared it with the paper
            contribute.check_batch(batch, by=cast.approver)
    assert ask(cast, one, roads).shown == "Тротоар"


def test_about_a_message_the_inbox_asks(cast: Cast, row: Consultation, roads: Department) -> None:
    one = by_message(cast, row, factories.channel(cast.cuprija, cast.approver))
    with pytest.raises(ActionNotAllowed):
        ask(cast, one, roads)
    officer = sign_in(cast.officer)
    assert page(one, "ask/") not in officer.get(page(one)).text
    assert officer.get(page(one, "ask/")).headers["Location"] == page(one)
    with scope(cast.cuprija):
        Contribution.objects.filter(pk=one.pk).update(message=None)
    with pytest.raises(ActionNotAllowed):  # also where the message is not there any more: it may have been private
        ask(cast, again(cast, one), roads)


def test_nobody_is_asked_twice_nor_about_what_is_decided(cast: Cast, one: Contribution, roads: Department) -> None:
    first = ask(cast, one, roads)
    with pytest.raises(ActionNotAllowed, match="already been asked"):
        ask(cast, one, roads)
    assert sign_in(cast.officer).post(back(first)).headers["Location"] == page(one)
    ask(cast, one, roads)
    decided(cast, one)
    with pytest.raises(ActionNotAllowed):
        ask(cast, again(cast, one), roads)
    assert page(one, "ask/") not in sign_in(cast.officer).get(page(one)).text


def test_who_may_not_decide_asks_nobody(cast: Cast, one: Contribution, question: ContributionQuestion) -> None:
    for who in (cast.viewer, cast.mentor, cast.stranger):
        client = sign_in(who)
        assert client.get(page(one, "ask/")).status_code in (403, 404)
        assert client.post(back(question)).status_code in (403, 404)
    stranger = sign_in(cast.stranger)
    assert stranger.post(back(question, "novi-pazar")).status_code == 404
    assert asked_again(cast, question).withdrawn_at is None


def test_a_viewer_reads_neither_the_question_nor_the_answer(
    cast: Cast, one: Contribution, question: ContributionQuestion
) -> None:
    Client().post(link(), {"text": "Око 2 милиона динара."})
    decided(cast, one)
    assert "Око 2 милиона динара." in sign_in(cast.officer).get(page(one)).text
    shown = sign_in(cast.viewer).get(page(one)).text
    assert "милиона" not in shown
    assert QUESTION not in shown


def test_the_page_costs_the_same_however_many_were_asked(
    cast: Cast, row: Consultation, one: Contribution, roads: Department, django_assert_max_num_queries: Any
) -> None:
    officer = sign_in(cast.officer)

    def cost() -> int:
        with django_assert_max_num_queries(12) as made:
            assert officer.get(page(one)).status_code == 200
        return len(made)

    ask(cast, one, roads)
    assert officer.get(page(one)).status_code == 200  # what is kept for all pages is read once
    before = cost()
    with scope(cast.cuprija):
        for number in range(5):
            other = desk.add_department(cast.cuprija, f"Служба {number}", f"s{number}@test.example", by=cast.officer)
            ask(cast, one, other)
            joined = by_form(cast, row, f"Тротоар {number}")
            decide.group(joined, one, by=cast.officer)
    assert cost() == before


# ---- the link


def test_the_page_shows_that_question_and_leads_nowhere(question: ContributionQuestion) -> None:
    response = Client().get(link(), headers={"Accept-Language": "en"})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    for hidden in ("063", "Петровић", "/m/cuprija", "Буџет за 2027"):
        assert hidden not in response.text
    addresses = set(re.findall(r'<a [^>]*href="([^"]*)"', response.text))
    assert addresses == {"#main", "?in=sr-Cyrl", "?in=sr-Latn", "?in=en"}


def test_the_decision_takes_the_answer_over_until_it_is_taken_back(
    cast: Cast, one: Contribution, question: ContributionQuestion
) -> None:
    path = link()
    Client().post(path, {"text": "Око 2 милиона динара."})
    Client().post(path, {"text": "Око 3 милиона динара."})
    decided(cast, one)
    late = Client().post(path, {"text": "Око 4 милиона динара."}, headers={"Accept-Language": "en"})
    assert late.status_code == 410
    assert "your answer was used" in late.text
    assert asked_again(cast, question).answer == "Око 3 милиона динара."
    with scope(cast.cuprija):
        decide.reopen(again(cast, one), by=cast.officer)
    assert Client().post(path, {"text": "Око 4 милиона динара."}).status_code == 302
    assert asked_again(cast, question).answer == "Око 4 милиона динара."


@pytest.mark.parametrize("ends", ["decided", "called off", "taken back", "expired"])
def test_a_question_that_needs_no_answer_takes_none(
    cast: Cast, row: Consultation, one: Contribution, question: ContributionQuestion, ends: str
) -> None:
    path = link()
    with scope(cast.cuprija):
        if ends == "decided":
            decided(cast, one)
        elif ends == "called off":
            write.call_off(row, "Нема већине.", by=cast.approver)
        elif ends == "taken back":
            departments.take_back(question, by=cast.officer)
        else:
            ContributionQuestion.objects.update(expires_at=timezone.now())
    for response in (Client().get(path), Client().post(path, {"text": "Касно"})):
        assert response.status_code == 410
        assert QUESTION not in response.text
    assert asked_again(cast, question).answer == ""
    shown = sign_in(cast.officer).get(page(one)).text
    assert ("decided without an answer" in shown) == (ends in ("decided", "called off"))
    assert ("no answer in time" in shown) == (ends == "expired")


def test_hostile_words_stay_words_on_both_sides(cast: Cast, one: Contribution, roads: Department) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\x00"
    ask(cast, one, roads, f"Q{evil}")
    assert Client().post(link(), {"text": f"A{evil}", "name": f"N{evil}"}).status_code == 302
    for shown in (Client().get(link()).text, sign_in(cast.officer).get(page(one)).text):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "A&lt;script&gt;" in shown


def test_an_empty_and_an_endless_answer_are_refused_and_kept(cast: Cast, question: ContributionQuestion) -> None:
    for text, status in (("", 422), ("ш" * 5001, 422), ("ш" * 5000, 302)):
        response = Client().post(link(), {"text": text, "name": "Ана"})
        assert response.status_code == status
        assert status == 302 or 'value="Ана"' in response.text
    assert len(asked_again(cast, question).answer) == 5000


# ---- who is told


def test_who_asked_is_told_once_and_without_words(
    cast: Cast, one: Contribution, question: ContributionQuestion
) -> None:
    Client().post(link(), {"text": "Тајни одговор"})
    Client().post(link(), {"text": "Тајна исправка"})
    notice = Notification.objects.get(kind="department")
    assert (notice.user, notice.url) == (cast.officer, page(one) + "#departments")
    assert "Тајн" not in notice.subject + notice.body
    assert 'id="departments"' in sign_in(cast.officer).get(page(one)).text
    events = list(AuditEvent.objects.filter(verb="contribution.department_answered"))
    assert len(events) == 2
    assert "Путеви" in sentence(events[0])
    assert "Тајн" not in str(events[0].detail)


def test_where_who_asked_has_left_the_approvers_are_told(cast: Cast, question: ContributionQuestion) -> None:
    with scope(cast.cuprija):
        members.end(cast.officer.memberships.get(municipality=cast.cuprija), by=cast.approver)
    Client().post(link(), {"text": "Око 2 милиона динара."})
    assert [one.user for one in Notification.objects.filter(kind="department")] == [cast.approver]


def test_a_department_is_reminded_once_and_not_of_what_is_decided(
    cast: Cast, row: Consultation, one: Contribution, question: ContributionQuestion, roads: Department
) -> None:
    first = link()
    other = by_form(cast, row, "Клупе у парку")
    ask(cast, other, roads, "Колико клупа?")
    decided(cast, other)
    tasks.remind_departments()
    assert MailMessage.objects.filter(to="putevi@test.example").count() == 2
    with scope(cast.cuprija):
        ContributionQuestion.objects.update(remind_at=timezone.now() - timedelta(seconds=1))
    tasks.remind_departments()
    tasks.remind_departments()
    assert MailMessage.objects.filter(to="putevi@test.example").count() == 3
    second = link()
    assert second != first
    assert QUESTION in Client().get(second).text
    assert Client().get(first).status_code == 200
    assert AuditEvent.objects.filter(verb="contribution.remind_department").count() == 1


# ---- what is erased


@pytest.mark.parametrize("how", ["its author", "time"])
def test_with_the_words_goes_what_departments_were_asked(
    cast: Cast, row: Consultation, one: Contribution, question: ContributionQuestion, how: str
) -> None:
    path = link()
    Client().post(path, {"text": "Око 2 милиона динара."})
    with scope(cast.cuprija):
        if how == "its author":
            decide.withdraw(one, by=None)
        else:
            long_ago = timezone.now() - timedelta(days=2000)
            Consultation.objects.filter(pk=row.pk).update(
                stage=ConsultationStage.REPORTED, closed_at=long_ago, reported_at=long_ago, closes_at=long_ago
            )
            assert personal_data_stores.purge_expired() >= 1
        assert not ContributionQuestion.objects.exists()
    assert not MailMessage.objects.filter(to="putevi@test.example").exists()
    assert Client().get(path).status_code == 410
    assert "милиона" not in sign_in(cast.officer).get(page(one)).text
