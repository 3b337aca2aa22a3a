"""Reading and deciding contributions: who may read which words, and that every one ends with a decision."""

from __future__ import annotations

from typing import Any

import pytest

from django.utils import timezone, translation

from channels.models import Channel
from common.models import AuditEvent
from common.sentences import sentence
from inbox.domain import department_questions, handover
from inbox.models import Department, Message, ProposedAnswer, Reply
from inbox.models.tags import Tag
from inbox.text_analysis import anonymise
from municipalities.tenancy import scope
from participation.domain import decide
from participation.models import Consultation, ConsultationPost, Contribution, Meeting
from participation.queries.contributions import count
from tests.analytics import factories
from tests.needs.factories import message
from tests.participation.contributed import REASON, again, by_form, by_message, consultation_of, decided, meeting_of
from tests.people import Cast, named_reader, sign_in


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return factories.channel(cast.cuprija, cast.approver)


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return consultation_of(cast)


def base(row: Consultation) -> str:
    return f"/m/cuprija/consultations/{row.pk}/"


def url(one: Contribution) -> str:
    return f"/m/cuprija/consultations/{one.consultation_id}/contributions/{one.pk}/"


def test_a_viewer_reads_what_was_released_and_finds_nothing_else(
    cast: Cast, row: Consultation, channel: Channel
) -> None:
    one = by_message(cast, row, channel, "Зовем се Петар Петровић, желим тротоар")
    viewer, officer = sign_in(cast.viewer), sign_in(cast.officer)
    listed = viewer.get(f"{base(row)}contributions/")
    assert "Its words are not released" in listed.text
    assert "тротоар" not in listed.text
    assert "тротоар" not in viewer.get(url(one)).text
    assert "1. " not in viewer.get(f"{base(row)}contributions/?q=trotoar").text
    assert "тротоар" in officer.get(f"{base(row)}contributions/?q=trotoar").text
    with scope(cast.cuprija):
        decide.decide(one, decide.Outcome("declined", REASON, "", anonymise(one.text)), by=cast.officer)
    found = viewer.get(f"{base(row)}contributions/?q=trotoar").text
    assert "тротоар" in found
    assert "Петровић" not in found
    assert "Петровић" not in viewer.get(url(one)).text


def test_words_written_privately_are_read_by_named_people_only(cast: Cast, row: Consultation, channel: Channel) -> None:
    one = by_message(cast, row, channel, "Осветљење код школе", visibility="direct")
    officer = sign_in(cast.officer)
    for path in ("contributions/", "contributions/?q=osvetljenje", "contributions/?similar=yes"):
        assert "Осветљење" not in officer.get(base(row) + path).text
    shown = officer.get(url(one))
    assert "Осветљење" not in shown.text
    assert "A colleague who may read private messages" in shown.text
    assert officer.post(f"{url(one)}decide/", {"decision": "accepted"}).status_code == 404
    assert officer.post(f"{url(one)}withdraw/").status_code == 404
    assert "Осветљење" in sign_in(cast.approver).get(url(one)).text
    named_reader(cast)
    assert "Осветљење" in officer.get(f"{base(row)}contributions/?q=osvetljenje").text


def test_what_a_department_says_stands_beside_the_decision(
    cast: Cast, row: Consultation, channel: Channel, django_assert_max_num_queries: Any
) -> None:
    one, same = (by_message(cast, row, channel, f"Тротоар у улици {number}") for number in (1, 2))
    private = by_message(cast, row, channel, "Осветљење код школе", visibility="direct")
    with scope(cast.cuprija):
        roads = Department.objects.create(municipality=cast.cuprija, name="Путеви", email="putevi@test.example")
        for about in (same, private):
            assert about.message
            question = handover.QuestionInput(f"Колико кошта {about.number}?")
            until = department_questions.after_working_minutes(480)
            sent = handover.ask(about.message, roads, question, until=until, by=cast.approver)
            handover.answer(sent, f"Процена број {about.number}.", "Ана Анић")
        decide.group(same, one, by=cast.officer)
    officer, approver = sign_in(cast.officer), sign_in(cast.approver)
    officer.get(f"{base(row)}contributions/")
    with django_assert_max_num_queries(12):
        page = officer.get(url(one)).text
    assert "Answer of Путеви" in page
    assert "Процена број 2." in page
    assert "Колико кошта 2?" in page
    assert "Ask a department" in page
    assert "Процена" not in sign_in(cast.viewer).get(url(one)).text
    assert "Процена" not in officer.get(url(private)).text
    assert "Процена број 3." in approver.get(url(private)).text


def test_likeness_to_private_words_is_told_to_nobody_else(cast: Cast, row: Consultation, channel: Channel) -> None:
    words = "Предлажем да се асфалтира пут до гробља у Супској"
    by_message(cast, row, channel, words)
    by_message(cast, row, channel, words, visibility="direct")
    assert "nearly the same" not in sign_in(cast.officer).get(f"{base(row)}contributions/").text.replace(
        "Others say nearly the same", ""
    )
    assert "1 more says nearly the same" in sign_in(cast.approver).get(f"{base(row)}contributions/").text


def test_deciding_leads_to_the_next_without_a_decision(cast: Cast, row: Consultation) -> None:
    first, second = by_form(cast, row), by_form(cast, row, "Нови вртић")
    client = sign_in(cast.officer)
    assert f"/numbers/{first.number}/" in client.get(f"{base(row)}contributions/").text
    shown = client.get(url(first))
    assert "Више клупа у парку</textarea>" in shown.text  # the public words are proposed
    form = {"decision": "declined", "reason": REASON, "public_text": "Клупе", "next": "1"}
    sent = client.post(f"{url(first)}decide/", form)
    assert sent.headers["Location"].endswith(f"/numbers/{second.number}/")
    assert client.get(sent.headers["Location"]).headers["Location"] == url(second)
    first = again(cast, first)
    assert (first.decision, first.reason, first.public_text) == ("declined", REASON, "Клупе")
    assert REASON in client.get(url(second)).text  # it may be used again


def test_a_decision_without_a_reason_comes_back_with_what_was_typed(cast: Cast, row: Consultation) -> None:
    one = by_form(cast, row)
    sent = sign_in(cast.officer).post(f"{url(one)}decide/", {"decision": "elsewhere", "public_text": "Моје речи"})
    assert sent.status_code == 422
    assert "Write why" in sent.text
    assert "Моје речи</textarea>" in sent.text
    assert again(cast, one).decision == ""


def test_several_get_the_same_decision_and_reason(cast: Cast, row: Consultation) -> None:
    many = [by_form(cast, row, f"Предлог број {number}, телефон 064 123 4567") for number in range(3)]
    many[2] = by_form(cast, row, "Нова школа")
    client = sign_in(cast.officer)
    chosen = {"contribution": [one.pk for one in many]}
    shown = client.get(f"{base(row)}contributions/several/", chosen)
    assert "It is decided about 3 contributions" in shown.text
    assert "123 4567" not in shown.text
    body = {**chosen, "decision": "declined", "reason": REASON, "release": [many[2].pk]}
    assert client.post(f"{base(row)}contributions/several/", body).status_code == 302
    rows = [again(cast, one) for one in many]
    assert {(one.decision, one.reason) for one in rows} == {("declined", REASON)}
    assert [one.public_text for one in rows] == ["", "", "Нова школа"]
    assert client.post(f"{base(row)}contributions/several/", {**chosen, "decision": "partly"}).status_code == 422


def test_joining_and_separating_keep_both_counted(cast: Cast, row: Consultation) -> None:
    first, second = by_form(cast, row, "Тротоар у улици"), by_form(cast, row, "Тротоар у нашој улици")
    client = sign_in(cast.officer)
    assert client.post(f"{url(second)}join/", {"into": 99}).status_code == 422
    assert client.post(f"{url(second)}join/", {"into": first.number}).status_code == 302
    decided(cast, first)
    assert again(cast, second).reason == REASON
    assert "joined with 1" in client.get(f"{base(row)}contributions/").text
    with scope(cast.cuprija):
        assert count(row).total == 2
    assert client.post(f"{url(second)}separate/").status_code == 302
    assert again(cast, second).decision == ""


def test_a_decision_is_taken_back_before_anybody_was_answered(cast: Cast, row: Consultation) -> None:
    one = decided(cast, by_form(cast, row))
    client = sign_in(cast.officer)
    assert client.post(f"{url(one)}reopen/").status_code == 302
    assert again(cast, one).decision == ""
    assert client.post(f"{url(one)}reopen/").status_code == 422


def test_an_author_who_withdraws_is_erased_and_still_counts(cast: Cast, row: Consultation) -> None:
    one = by_form(cast, row, "Ја сам Ана Анић", contact="ana@test.example")
    client = sign_in(cast.officer)
    assert client.post(f"{url(one)}withdraw/").status_code == 302
    one = again(cast, one)
    assert (one.text, one.contact, one.search_key, one.decision) == ("", "", "#1", "withdrawn")
    assert "Withdrawn by its author" in client.get(f"{base(row)}contributions/").text


@pytest.mark.parametrize(
    "what", ["way=form", "decision=open", "late=yes", "personal=yes", "similar=yes", "answer=none"]
)
def test_filters_narrow_the_list(cast: Cast, row: Consultation, channel: Channel, what: str) -> None:
    wanted = by_form(cast, row, "Предлажем клупе и корпе у парку, моја пошта је ana@test.example")
    by_form(cast, row, "Предлажем клупе и корпе у парку, моја пошта је ana@test.example")
    decided(cast, by_message(cast, row, channel, "Сасвим друга ствар о вртићима"))
    with scope(cast.cuprija):
        Contribution.objects.filter(pk=wanted.pk).update(is_late=True)
        Contribution.objects.filter(decision="declined").update(answer_state="sent")
    text = sign_in(cast.officer).get(f"{base(row)}contributions/?{what}").text
    assert "клупе" in text
    assert "вртићима" not in text


def test_the_list_is_paged_by_number_without_gaps(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija):
        for number in range(65):
            Contribution(
                municipality=cast.cuprija, consultation=row, number=number + 1, way_in="form", text=f"Предлог{number}.",
                received_at=row.published_at,
            ).save()  # fmt: skip
    client = sign_in(cast.officer)
    seen: list[int] = []
    path = f"{base(row)}contributions/"
    address: str | None = path
    while address:
        page = client.get(address)
        seen += [line.contribution.number for line in page.context["listed"].rows]
        older = page.context["listed"].older
        address = f"{path}?older={older}" if older else None
    assert seen == list(range(65, 0, -1))
    back = client.get(f"{path}?newer={seen[59]}").context["listed"]
    assert [line.contribution.number for line in back.rows] == seen[29:59]
    for bad in ("older=x", "older=-1", "newer=99999999999999999999", "way=nonsense", "q=%00"):
        assert client.get(f"{path}?{bad}").status_code == 200


def test_pages_cost_the_same_with_many_contributions(
    cast: Cast, row: Consultation, channel: Channel, django_assert_max_num_queries: Any
) -> None:
    one = decided(cast, by_message(cast, row, channel))
    for number in range(12):
        by_form(cast, row, f"Предлажем тротоар у улици {number}")
    client = sign_in(cast.approver)
    client.get(f"{base(row)}contributions/")
    for path in (f"{base(row)}contributions/", f"{base(row)}contributions/?similar=yes&q=trotoar", url(one)):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200


def test_another_municipality_finds_nothing(cast: Cast, row: Consultation) -> None:
    one = by_form(cast, row)
    stranger = sign_in(cast.stranger)
    assert stranger.get(url(one)).status_code == 404
    assert stranger.get(f"/m/novi-pazar/consultations/{row.pk}/contributions/").status_code == 404
    assert stranger.get(f"/m/novi-pazar/consultations/{row.pk}/contributions/{one.pk}/").status_code == 404
    other = consultation_of(cast)
    assert sign_in(cast.officer).get(f"{base(other)}contributions/{one.pk}/").status_code == 404


def test_minutes_are_entered_proposal_by_proposal(cast: Cast, row: Consultation) -> None:
    client = sign_in(cast.officer)
    path = f"{base(row)}meetings/"
    when = {"day": "2020-01-02", "hour": "18:00"}
    wrong = client.post(path, {"place": "Дом културе", **when, "people": "10", "women": "11"})
    assert wrong.status_code == 422
    assert "more women than people" in wrong.text
    sent = client.post(path, {"place": "Дом културе", **when, "people": "40", "women": "22"})
    assert sent.status_code == 302
    here = sent.headers["Location"]
    assert client.post(here, {"text": "Пут до школе", "speaker": "citizen"}).headers["Location"] == here
    assert client.post(here, {"text": "", "speaker": "citizen"}).status_code == 422
    shown = client.get(here).text
    assert "Пут до школе" in shown
    assert "of them women: 22" in shown
    assert client.post(f"{here}change/", {"place": "Школа", **when}).status_code == 302
    with scope(cast.cuprija):
        one = Contribution.objects.get()
        assert (one.way_in, one.speaker, one.number) == ("meeting", "citizen", 1)


def test_a_meeting_entered_by_mistake_is_deleted_until_something_was_proposed_there(
    cast: Cast, row: Consultation
) -> None:
    client = sign_in(cast.officer)
    wrong, held = meeting_of(cast, row), meeting_of(cast, row)
    path = f"{base(row)}meetings/"
    assert f"{path}{wrong.pk}/delete/" in client.get(f"{path}{wrong.pk}/").text
    assert client.get(f"{path}{wrong.pk}/delete/").status_code == 405
    assert sign_in(cast.viewer).post(f"{path}{wrong.pk}/delete/").status_code == 403
    assert client.post(f"{path}{wrong.pk}/delete/").headers["Location"] == path
    assert client.post(f"{path}{wrong.pk}/delete/").status_code == 404
    client.post(f"{path}{held.pk}/", {"text": "Пут до школе", "speaker": "citizen"})
    assert f"{path}{held.pk}/delete/" not in client.get(f"{path}{held.pk}/").text
    refused = client.post(f"{path}{held.pk}/delete/")
    assert refused.status_code == 422
    assert "1 proposal was entered from this meeting" in refused.text
    event = AuditEvent.objects.get(verb="contribution.meeting_delete")
    assert (event.target_label, event.detail["meeting"]) == (str(row), "Дом културе")
    assert "Deleted the meeting “Дом културе” of " in sentence(event)
    assert str(row) in sentence(AuditEvent.objects.filter(verb="contribution.meeting")[0])
    with scope(cast.cuprija):
        assert list(Meeting.objects.all()) == [held]
        assert Contribution.objects.get().meeting_id == held.pk


@pytest.mark.parametrize("stage", ["closed", "reported", "called_off"])
def test_a_meeting_of_a_closed_consultation_stays(cast: Cast, row: Consultation, stage: str) -> None:
    held, now = meeting_of(cast, row), timezone.now()
    with scope(cast.cuprija):
        Consultation.objects.filter(pk=row.pk).update(
            stage=stage, closed_at=now, reported_at=now, called_off_because="Тако"
        )
        path = f"{base(row)}meetings/{held.pk}/"
        assert f"{path}delete/" not in sign_in(cast.officer).get(path).text
        assert sign_in(cast.officer).post(f"{path}delete/").status_code == 422
        assert Meeting.objects.filter(pk=held.pk).exists()


def test_paper_takes_two_people(cast: Cast, row: Consultation) -> None:
    officer, approver = sign_in(cast.officer), sign_in(cast.approver)
    day = row.starts_on.isoformat() if row.starts_on else ""
    here = officer.post(f"{base(row)}paper/", {"title": "Кутија", "sheets": 2, "received_on": day}).headers["Location"]
    assert officer.post(here, {"text": "Први лист"}).headers["Location"] == here
    assert "Sheet 2 of 2" in officer.get(here).text
    assert approver.post(here, {"text": "Туђи лист"}).status_code == 422  # who checks enters nothing
    assert officer.post(here, {"text": "Други листт"}).status_code == 302
    assert "One person enters a batch" not in officer.get(here).text
    assert officer.post(f"{here}check/").status_code == 422  # who enters checks nothing
    shown = approver.get(f"{here}check/").text
    assert "Први лист" in shown
    with scope(cast.cuprija):
        second = Contribution.objects.get(number=2)
        assert not second.is_checked
    assert approver.post(f"{base(row)}sheets/{second.pk}/", {"text": "Други лист"}).status_code == 302
    assert approver.post(url(second) + "decide/", {"decision": "accepted"}).status_code == 422
    assert approver.post(f"{here}check/").status_code == 302
    assert approver.post(f"{base(row)}sheets/{second.pk}/", {"text": "Опет"}).status_code == 422
    assert (again(cast, second).text, again(cast, second).is_checked) == ("Други лист", True)


def test_a_missing_sheet_is_corrected_before_the_check(cast: Cast, row: Consultation) -> None:
    officer, approver = sign_in(cast.officer), sign_in(cast.approver)
    day = row.starts_on.isoformat() if row.starts_on else ""
    here = officer.post(f"{base(row)}paper/", {"title": "Кутија", "sheets": 3, "received_on": day}).headers["Location"]
    officer.post(here, {"text": "Једини лист"})
    assert "1 of 3 sheets are entered" in approver.post(f"{here}check/").text
    assert officer.post(f"{here}sheets/", {"sheets": "0"}).status_code == 422
    assert officer.post(f"{here}sheets/", {"sheets": "1"}).status_code == 302
    assert approver.post(f"{here}check/").status_code == 302


def test_messages_of_the_inbox_are_counted_once(cast: Cast, row: Consultation, channel: Channel) -> None:
    first, second = message(channel, "Предлажем тротоар"), message(channel, "Нема клупа")
    client = sign_in(cast.officer)
    chosen = {"message": [first.pk, second.pk]}
    sent = client.post("/m/cuprija/inbox/several/", {**chosen, "act": "contribution:"})
    assert "/consultations/count/?message=" in sent.headers["Location"]
    assert row.title in client.get(sent.headers["Location"]).text
    assert "Count as a contribution" in client.get(f"/m/cuprija/inbox/{first.pk}/").text
    counted = client.post("/m/cuprija/consultations/count/", {**chosen, "consultation": row.pk})
    assert "/contributions/thank/?contribution=" in counted.headers["Location"]
    thanked = client.get(counted.headers["Location"]).text
    assert "предлог бр. 1" in thanked
    assert "предлог бр. 2" in thanked
    client.post("/m/cuprija/consultations/count/", {**chosen, "consultation": row.pk})
    with scope(cast.cuprija):
        assert Contribution.objects.count() == 2
    assert "1. Буџет за 2027. годину" in client.get(f"/m/cuprija/inbox/{first.pk}/").text
    assert client.post("/m/cuprija/consultations/count/", chosen).status_code == 422
    private = message(channel, "Тајна", visibility="direct")
    assert "Тајна" not in client.get(f"/m/cuprija/consultations/count/?message={private.pk}", follow=True).text


def test_comments_below_its_posts_are_suggested_until_somebody_decides(cast: Cast, channel: Channel) -> None:
    publication = factories.published(channel, timezone.now())
    with scope(cast.cuprija):
        tag = Tag.objects.create(municipality=cast.cuprija, name="Буџет")
        row = consultation_of(cast, tag=tag)
        ConsultationPost.objects.create(municipality=cast.cuprija, consultation=row, post=publication.post, role="call")
    below = message(channel, "Испод позива", publication=publication)
    tagged = message(channel, "Са ознаком", tags=[tag.pk])
    message(channel, "Нешто друго")
    spam = message(channel, "Купите наочаре", publication=publication, kind="spam")
    private = message(channel, "Приватно уз ознаку", tags=[tag.pk], visibility="direct")
    client, path = sign_in(cast.officer), f"{base(row)}contributions/suggested/"
    shown = client.get(path).text
    assert "Испод позива" in shown
    assert "Са ознаком" in shown
    for hidden in ("Нешто друго", spam.text, private.text):
        assert hidden not in shown
    assert private.text in sign_in(cast.approver).get(path).text
    assert client.post(path, {"act": "leave", "message": below.pk}).status_code == 302
    assert "Испод позива" not in client.get(path).text
    client.post(path, {"act": "count", "message": tagged.pk})
    with scope(cast.cuprija):
        assert Contribution.objects.get().message_id == tagged.pk
        assert Message.objects.count() == 5
    assert client.post(path, {"act": "count"}).status_code == 422
    client.post(f"{base(row)}contributions/thanks/", {})
    assert again(cast, row).offers_thanks is False


def test_telling_an_author_that_it_counts_is_an_answer_of_the_inbox(
    cast: Cast, row: Consultation, channel: Channel
) -> None:
    one = by_message(cast, row, channel, "Predlažem trotoar u ulici")
    client = sign_in(cast.officer)
    body = {"contribution": one.pk}
    assert client.post(f"{base(row)}contributions/thank/", body).status_code == 302
    client.post(f"{base(row)}contributions/thank/", body)  # again: nothing is said twice
    with scope(cast.cuprija):
        reply = Reply.objects.get()
        assert "no. 1" in reply.text or "1" in reply.text
    type(cast.cuprija).objects.filter(pk=cast.cuprija.pk).update(answers_need_approval=True)
    two = by_message(cast, row, channel, "Предлажем клупе")
    client.post(f"{base(row)}contributions/thank/", {"contribution": two.pk})
    with scope(cast.cuprija):
        assert Reply.objects.count() == 1
        assert ProposedAnswer.objects.get().message_id == two.message_id


def test_a_meeting_is_listed_with_its_proposals(cast: Cast, row: Consultation) -> None:
    meeting_of(cast, row)
    assert "0 proposals" in sign_in(cast.officer).get(f"{base(row)}meetings/").text
