"""The list: what stands in which view, filters, many at once, going through it, and a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.dates import date_time
from common.models import AuditEvent
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import bulk, drafts, handover, legal_hold, moderate, propose, triage
from inbox.enums import MessageKind, MessageState, Topic
from inbox.models import Department, Message, Reply, Settlement
from inbox.queries import listing
from inbox.queries.listing import MessageFilters
from municipalities.tenancy import scope
from serbian.folding import fold
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"
HOME = "/m/cuprija/"
MOST_QUERIES = 12


def many(municipality: MunicipalityInbox, count: int, **fields: Any) -> list[Message]:
    """Messages below our post, each due a minute after the one before, beginning in an hour."""
    now = timezone.now()
    rows = []
    for number in range(count):
        values = {
            "text": f"Питање број {number}", "author_name": f"Грађанка {number}", "author_id": f"g{number}",
            "publication": municipality.publication, "visibility": "public", "state": MessageState.OPEN,
            "due_at": now + timedelta(minutes=60 + number),
        } | fields  # fmt: skip
        rows.append(Message(
            municipality=municipality.cast.cuprija, channel=municipality.channel,
            remote_id=f"{fields.get('remote', 'many')}-{number}",
            at=now - timedelta(hours=1), received_at=now, counts_from=now, search_key=fold(values["text"]),
            **{name: value for name, value in values.items() if name != "remote"},
        ))  # fmt: skip
    with scope(municipality.cast.cuprija):
        return Message.objects.bulk_create(rows)


def shown(municipality: MunicipalityInbox, **count_queries: Any) -> list[int]:
    answer = sign_in(municipality.cast.officer).get(LIST, count_queries)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["page"]]


def counted(municipality: MunicipalityInbox) -> dict[str, int | None]:
    return {view["key"]: view["count"] for view in sign_in(municipality.cast.officer).get(LIST).context["views"]}


def change(municipality: MunicipalityInbox, message: Message, **fields: Any) -> None:
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(**fields)


# ---------------------------------------------------------------- views, order, filters


def test_each_view_has_its_own_and_says_how_many(municipality: MunicipalityInbox) -> None:
    now, officer = timezone.now(), municipality.cast.officer
    plain, mine, late, waiting, asleep, answered, closed = many(municipality, 7)
    change(municipality, mine, assignee=officer)
    change(municipality, late, due_at=now - timedelta(hours=1))
    change(municipality, waiting, state=MessageState.WAITING)
    change(municipality, asleep, snoozed_until=now + timedelta(days=1), due_at=now + timedelta(days=3))
    change(municipality, answered, state=MessageState.ANSWERED, settled_at=now)
    change(municipality, closed, state=MessageState.CLOSED, settled_at=now)
    expected = {
        "open": [late, plain, mine], "mine": [mine], "late": [late], "waiting": [waiting], "snoozed": [asleep],
        "answered": [answered], "closed": [closed],
    }  # fmt: skip
    for view, rows in expected.items():
        assert shown(municipality, view=view) == [row.pk for row in rows], view
    # settled ones are not counted: after some years that would cost more than the page
    settled = {"answered": None, "closed": None}
    assert counted(municipality) == {view: len(rows) for view, rows in expected.items()} | settled


def test_what_burns_first_stands_first_and_what_wants_no_answer_last(municipality: MunicipalityInbox) -> None:
    first, second, third = many(municipality, 3)
    change(municipality, first, due_at=None)
    change(municipality, third, due_at=timezone.now() + timedelta(minutes=5))
    assert shown(municipality) == [third.pk, second.pk, first.pk]


def test_it_is_narrowed_by_everything_that_is_known_of_a_message(municipality: MunicipalityInbox) -> None:
    one, other = many(municipality, 2)
    with scope(municipality.cast.cuprija):
        works = Department.objects.create(municipality=municipality.cast.cuprija, name="Водовод")
        triage.set_kind(one, MessageKind.COMPLAINT, by=municipality.cast.officer)
        triage.set_topic(one, Topic.WATER, by=municipality.cast.officer)
        triage.set_settlement(one, "Супска", by=municipality.cast.officer)
        triage.set_department(one, works, by=municipality.cast.officer)
        triage.assign(one, municipality.cast.approver, by=municipality.cast.officer)
    place = municipality.reload(one).settlement_id
    count_queries = {
        "kind": "complaint", "topic": "water", "settlement": place, "department": works.pk,
        "assignee": municipality.cast.approver.pk,
    }  # fmt: skip
    for name, value in count_queries.items():
        assert shown(municipality, **{name: value}) == [one.pk], name
        assert shown(municipality, **{name: "none"}) == [other.pk], name
    assert shown(municipality, **count_queries) == [one.pk]
    assert set(shown(municipality, channel=municipality.channel.pk)) == {one.pk, other.pk}
    assert shown(municipality, channel="999999") == []
    for name in ("kind", "settlement", "assignee", "channel", "view", "page"):
        assert len(shown(municipality, **{name: "nonsense'"})) == 2, name
    assert shown(municipality, q="pitanje broj 1") == [other.pk]
    assert shown(municipality, q="питање 1") == [other.pk]
    assert shown(municipality, q="питања 1") == [other.pk]


def test_the_list_is_kept_in_its_address_and_nothing_else_is() -> None:
    count_queries = {"view": "late", "kind": "question", "q": "вода", "assignee": "none", "page": "3", "evil": "1"}
    assert (
        MessageFilters.read(count_queries).query == "view=late&kind=question&assignee=none&q=%D0%B2%D0%BE%D0%B4%D0%B0"
    )
    assert MessageFilters.read(MessageFilters.read(count_queries).filters | {"view": "late"}) == MessageFilters.read(
        count_queries
    )


def test_a_row_says_how_many_stand_below_the_post_and_how_our_answer_stands(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    many(municipality, 2)
    client = sign_in(municipality.cast.officer)
    client.post(f"{LIST}{message.pk}/answer/", {"text": "До 14.", "after": "0"})
    text = client.get(LIST, {"view": "waiting"}).text
    assert "(3 messages)" in text
    assert "Our answer is on its way" in text


def test_a_message_whose_answer_was_sent_names_no_time_for_it_until_it_fails(municipality: MunicipalityInbox) -> None:
    message, client = municipality.receive("@opstina До када?"), sign_in(municipality.cast.officer)
    address, deadline = f"{LIST}{message.pk}/", "answer <time"
    assert deadline in client.get(address).text
    client.post(f"{address}answer/", {"text": "До 14.", "after": "0"})
    page = client.get(address).text
    assert deadline not in page
    assert "Our answer is on its way" in page
    assert deadline not in client.get(LIST, {"view": "waiting"}).text
    with scope(municipality.cast.cuprija):
        Delivery.objects.filter(pk=Reply.objects.get(message=message).delivery_id).update(state=State.EXPIRED)
    assert deadline in client.get(address).text


# ---------------------------------------------------------------- sorting


def test_a_settlement_is_found_in_either_script_and_made_once(municipality: MunicipalityInbox) -> None:
    one, other = many(municipality, 2)
    client = sign_in(municipality.cast.officer)
    client.post(f"{LIST}{one.pk}/file/", {"settlement": "  Мали   Поповић "})
    client.post(f"{LIST}{other.pk}/file/", {"settlement": "mali popovic"})
    with scope(municipality.cast.cuprija):
        assert [str(settlement) for settlement in Settlement.objects.all()] == ["Мали Поповић"]
    assert municipality.reload(one).settlement_id == municipality.reload(other).settlement_id is not None
    page = client.get(f"{LIST}{one.pk}/").text
    assert '<option value="Мали Поповић" label="Mali Popović">' in page
    client.post(f"{LIST}{one.pk}/file/", {"settlement": ""})
    assert municipality.reload(one).settlement_id is None
    long = client.post(f"{LIST}{one.pk}/file/", {"settlement": "ш" * 81})
    assert long.status_code == 422
    assert "ш" * 81 in long.text


def test_topic_and_department_come_from_closed_lists(municipality: MunicipalityInbox) -> None:
    (message,) = many(municipality, 1)
    with scope(municipality.cast.cuprija):
        works = Department.objects.create(municipality=municipality.cast.cuprija, name="Водовод")
        old = Department.objects.create(municipality=municipality.cast.cuprija, name="Месна заједница", is_retired=True)
    with scope(municipality.cast.novi_pazar):
        foreign = Department.objects.create(municipality=municipality.cast.novi_pazar, name="Туђе")
    client, page = sign_in(municipality.cast.officer), f"{LIST}{message.pk}/file/"
    client.post(page, {"topic": "water", "department": works.pk})
    again = municipality.reload(message)
    assert (again.topic, again.department_id) == (Topic.WATER, works.pk)
    assert client.post(page, {"topic": "nonsense"}).status_code == 422
    assert client.post(page, {"department": old.pk}).status_code == 422
    assert client.post(page, {"department": foreign.pk}).status_code == 404
    assert client.post(page, {"department": "x"}).status_code == 404
    client.post(page, {"topic": "water"})  # nothing changes, nothing is told
    verbs = AuditEvent.objects.filter(target_id=str(message.pk)).values_list("verb", flat=True)
    assert sorted(verbs) == ["message.file", "message.refer"]


@pytest.mark.parametrize("recent", [4, 30])
def test_a_search_among_very_many_settled_ones_shows_the_newest_first(
    municipality: MunicipalityInbox, monkeypatch: pytest.MonkeyPatch, recent: int
) -> None:
    """More are found than are counted: the first pages come from the newest messages, the others from all."""
    monkeypatch.setattr(listing, "MOST", 9)
    monkeypatch.setattr(listing, "PER_PAGE", 3)
    monkeypatch.setattr(listing, "RECENT", recent)
    now = timezone.now()
    answered: dict[str, Any] = {"state": MessageState.ANSWERED, "settled_at": now}
    rows = many(municipality, 12, remote="water", text="Нема воде", **answered)
    many(municipality, 2, remote="light", text="Нема струје", **answered)
    many(municipality, 2, remote="open", text="Нема воде")
    for number, row in enumerate(rows):
        change(municipality, row, at=now - timedelta(hours=2 + number), search_key=fold(row.text))
    expected = [row.pk for row in rows]
    search = {"view": "answered", "q": "voda"}
    for page in (1, 2, 3):
        assert shown(municipality, **search, page=page) == expected[3 * page - 3 : 3 * page], page
    assert shown(municipality, **search, page=4) == expected[6:9], "the last one that is counted"
    assert shown(municipality, **search, kind="question") == []
    for row in rows[8:]:
        change(municipality, row, search_key="nista")
    assert shown(municipality, **search, page=3) == expected[6:8], "all are found at once"


# ---------------------------------------------------------------- many at once


def test_many_are_done_with_at_once_each_with_its_own_event(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 5)
    client = sign_in(municipality.cast.officer)
    for act, verb in (("kind:question", "sort"), ("topic:water", "file"),
                      (f"assign:{municipality.cast.approver.pk}", "assign"), ("snooze:week", "snooze"),
                      ("close:", "move")):  # fmt: skip
        for row in rows:
            change(municipality, row, due_at=timezone.now() + timedelta(days=20))
        answer = client.post(
            f"{LIST}several/?view=open&kind=question", {"message": [r.pk for r in rows[:4]], "act": act}
        )
        assert answer.headers["Location"] == f"{LIST}?view=open&kind=question"
        assert AuditEvent.objects.filter(verb=f"message.{verb}").count() == 4, act
    assert [municipality.reload(row).state for row in rows] == [*[MessageState.CLOSED] * 4, MessageState.OPEN]
    done = municipality.reload(rows[0])
    assert (done.kind, done.topic, done.assignee) == (MessageKind.QUESTION, Topic.WATER, municipality.cast.approver)


def test_what_cannot_be_done_is_named_and_stops_nothing_else(municipality: MunicipalityInbox) -> None:
    late, fine = many(municipality, 2)
    change(municipality, late, due_at=timezone.now() - timedelta(hours=1))
    change(municipality, fine, due_at=timezone.now() + timedelta(days=20))
    client = sign_in(municipality.cast.officer)
    page_text = client.post(f"{LIST}several/", {"message": [late.pk, fine.pk], "act": "snooze:week"}, follow=True).text
    assert "Done with 1 message." in page_text
    assert "Грађанка 0: The deadline for its answer has passed" in page_text
    assert municipality.reload(late).snoozed_until is None
    assert municipality.reload(fine).snoozed_until is not None


def test_nothing_selected_nothing_chosen_and_too_much_are_said(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, bulk.MOST + 1)
    client, page = sign_in(municipality.cast.officer), f"{LIST}several/"
    keys = [row.pk for row in rows]
    assert "Select some messages first" in client.post(page, {"act": "close:"}).text
    chosen = client.post(page, {"message": keys[:2], "act": ""})
    assert chosen.status_code == 422
    assert chosen.text.count(" checked") == 3  # both, and the keys in their dialog
    assert "At most 100" in client.post(page, {"message": keys, "act": "close:"}).text
    assert client.post(page, {"message": keys[:1], "act": "explode:"}).status_code == 404
    assert client.post(page, {"message": keys[:1], "act": f"assign:{municipality.cast.stranger.pk}"}).status_code == 404
    assert not AuditEvent.objects.filter(verb__startswith="message.").exists()
    client.post(page, {"message": keys[: bulk.MOST], "act": "close:"})
    with scope(municipality.cast.cuprija):
        assert Message.objects.filter(state=MessageState.CLOSED).count() == bulk.MOST


def test_a_row_of_another_municipality_is_not_there(municipality: MunicipalityInbox) -> None:
    (row,) = many(municipality, 1)
    answer = sign_in(municipality.cast.stranger).post(
        "/m/novi-pazar/inbox/several/", {"message": [row.pk], "act": "close:"}
    )
    assert answer.status_code == 302
    assert municipality.reload(row).state == MessageState.OPEN


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_who_may_not_read_them_may_not_sort_them(municipality: MunicipalityInbox, who: str, status: int) -> None:
    (row,) = many(municipality, 1)
    client = sign_in(getattr(municipality.cast, who))
    for path in ("several/", f"{row.pk}/file/", f"{row.pk}/snooze/", f"{row.pk}/wake/"):
        assert client.post(f"{LIST}{path}", {"act": "close:"}).status_code == status, path


# ---------------------------------------------------------------- from message to message


def steps(municipality: MunicipalityInbox, message: Message, query: str) -> dict[str, int]:
    urls = sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/?{query}").context["steps"]
    assert all(url.endswith(f"/?{query}") for url in urls.values())
    return {name: int(url.split("/")[4]) for name, url in urls.items()}


def test_next_and_previous_are_those_of_the_same_list(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 5)
    change(municipality, rows[0], due_at=None, at=timezone.now())
    change(municipality, rows[4], due_at=None)
    change(municipality, rows[2], kind=MessageKind.PRAISE)
    order = [rows[1], rows[2], rows[3], rows[0], rows[4]]
    for before, here, after in zip([None, *order], order, [*order[1:], None], strict=False):
        expected = {"previous": before, "next": after}
        values = {name: row.pk for name, row in expected.items() if row}
        assert steps(municipality, here, "view=open") == values
    assert steps(municipality, rows[1], "view=open&kind=none") == {"next": rows[3].pk}
    for row in rows:
        change(municipality, row, state=MessageState.CLOSED, settled_at=timezone.now())
    assert steps(municipality, rows[0], "view=closed") == {
        "next": rows[4].pk
    }  # the newest; of one age, the last one first


def test_after_an_act_one_goes_on_until_the_list_is_empty(municipality: MunicipalityInbox) -> None:
    first, second, third = many(municipality, 3)
    client = sign_in(municipality.cast.officer)
    for row in (first, second, third):
        change(municipality, row, due_at=timezone.now() + timedelta(days=20, minutes=row.pk))
    query = "?view=open&topic=none"

    def after(row: Message, act: str, **body: str) -> str:
        return str(client.post(f"{LIST}{row.pk}/{act}/{query}", body).headers["Location"])

    assert after(second, "note", text="Питати") == f"{LIST}{second.pk}/{query}"
    assert after(second, "snooze", until="week") == f"{LIST}{third.pk}/{query}"
    assert after(third, "close") == f"{LIST}{first.pk}/{query}"
    assert after(first, "wait") == f"{LIST}{query}"


def test_after_an_answer_one_stays_with_it_and_goes_on_only_by_the_other_button(
    municipality: MunicipalityInbox,
) -> None:
    """“The answer is on its way” stood above the message of a stranger."""
    first, second, third = many(municipality, 3)
    client, query = sign_in(municipality.cast.officer), "?view=open"
    assert 'name="go" value="next"' in client.get(f"{LIST}{first.pk}/{query}").text
    sent = client.post(f"{LIST}{first.pk}/answer/{query}", {"text": "Хвала, проверавамо."}, follow=True)
    assert sent.context["message"].pk == first.pk
    assert "Хвала, проверавамо." in sent.text
    assert sent.context["steps"]["next"] == f"{LIST}{second.pk}/{query}"
    went = client.post(f"{LIST}{second.pk}/answer/{query}", {"text": "Стижемо.", "go": "next"})
    assert went.headers["Location"] == f"{LIST}{third.pk}/{query}"


def test_sorting_says_until_when_it_is_to_be_answered_now(municipality: MunicipalityInbox) -> None:
    (row,) = many(municipality, 1)
    client = sign_in(municipality.cast.officer)
    page = client.post(f"{LIST}{row.pk}/sort/", {"kind": "complaint"}, follow=True)
    due = date_time(municipality.reload(row).due_at)
    assert f"Sorted as: Complaint. It is to be answered by {due}." in page.text
    assert "Sorted as" not in client.post(f"{LIST}{row.pk}/sort/", {"kind": "complaint"}, follow=True).text
    assert "It has no deadline." in client.post(f"{LIST}{row.pk}/sort/", {"kind": "praise"}, follow=True).text


def test_a_placeholder_without_a_value_is_named_at_the_field(municipality: MunicipalityInbox) -> None:
    (row,) = many(municipality, 1)
    client = sign_in(municipality.cast.officer)
    assert 'role="status" hidden' in " ".join(client.get(f"{LIST}{row.pk}/").text.split())
    with scope(municipality.cast.cuprija):
        drafts.save(row, "Шалтер ради: {{радно време}}.", by=municipality.cast.officer)
    page = " ".join(client.get(f"{LIST}{row.pk}/").text.split())
    assert "<span data-gaps>радно време</span>" in page
    assert 'id="answer-gaps" role="status" >' in page.replace('status">', 'status" >')


def test_sorting_gives_another_time_and_the_next_one_stays_the_next(municipality: MunicipalityInbox) -> None:
    first, second, third = many(municipality, 3)
    client = sign_in(municipality.cast.officer)
    # a proposal has days and is the last of the list from now on; praise has no time at all
    for row, kind, following in ((first, "proposal", second), (second, "praise", third)):
        there = client.post(f"{LIST}{row.pk}/sort/?view=open", {"kind": kind}).headers["Location"]
        response = client.get(there)
        assert response.context["steps"]["next"] == f"{LIST}{following.pk}/?view=open"
        # it is kept by what comes after it, also by an act that goes on
        for act, typed in (("sort", {"kind": "complaint"}), ("note", {"text": "Питати"})):
            there = client.post(there.replace("?", f"{act}/?"), typed).headers["Location"]
        assert client.get(there).context["steps"]["next"] == f"{LIST}{following.pk}/?view=open"
        went = client.post(there.replace("?", "close/?")).headers["Location"]
        assert went == f"{LIST}{following.pk}/?view=open"


@pytest.mark.parametrize("was", ["x", "2026-11-26", "9999-99-99T00:00", "2026-11-26T07:00:00", "%00"])
def test_a_time_that_makes_no_sense_is_left_out(municipality: MunicipalityInbox, was: str) -> None:
    first, second = many(municipality, 2)
    response = sign_in(municipality.cast.officer).get(f"{LIST}{first.pk}/?view=open&was={was}")
    assert response.context["steps"] == {"next": f"{LIST}{second.pk}/?view=open"}


def test_who_wants_to_stays_and_may_undo(municipality: MunicipalityInbox) -> None:
    first, second = many(municipality, 2)
    client, query = sign_in(municipality.cast.officer), "?view=open&then=stay"
    assert f'href="{LIST}{first.pk}/?view=open&amp;then=stay"' in client.get(f"{LIST}{first.pk}/?view=open").text
    assert f'href="{LIST}{first.pk}/?view=open"' in client.get(f"{LIST}{first.pk}/{query}").text
    stayed = client.post(f"{LIST}{first.pk}/close/{query}", follow=True)
    assert stayed.redirect_chain == [(f"{LIST}{first.pk}/{query}", 302)]
    assert f'action="{LIST}{first.pk}/reopen/?view=open&amp;then=stay"' in stayed.text
    client.post(f"{LIST}{first.pk}/reopen/{query}")
    assert municipality.reload(first).state == MessageState.OPEN
    # who came from no list stays, too
    assert client.post(f"{LIST}{second.pk}/close/").headers["Location"] == f"{LIST}{second.pk}/"


def test_of_many_below_one_post_the_nearest_are_shown_beside_a_message(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 100)
    with scope(municipality.cast.cuprija):
        for number, row in enumerate(rows):
            Message.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(hours=5) + timedelta(minutes=number))
    change(municipality, rows[90], in_reply_to=rows[50].remote_id)
    page = sign_in(municipality.cast.officer).get(f"{LIST}{rows[50].pk}/")
    keys = [message.pk for message, _answers in page.context["thread"]]
    assert keys == [row.pk for row in [*rows[35:66], rows[90]]]
    assert len(page.content) < 60_000


# ---------------------------------------------------------------- elsewhere


def test_the_rail_and_home_say_how_many_wait(municipality: MunicipalityInbox) -> None:
    now = timezone.now()
    plain, late, asleep, waiting = many(municipality, 4)
    change(municipality, late, due_at=now - timedelta(hours=1))
    change(municipality, asleep, snoozed_until=now + timedelta(days=1), due_at=now + timedelta(days=3))
    change(municipality, waiting, state=MessageState.WAITING)
    for who in (municipality.cast.officer, municipality.cast.approver):
        home = sign_in(who).get(HOME)
        counts = {item.url: item.count for section in home.context["nav"] for item in section.items}
        assert counts[LIST] == 2
        assert "2 messages wait for an answer" in home.text
        assert "1 is late" in home.text
    for who in (municipality.cast.viewer, municipality.cast.mentor, municipality.cast.staff):
        assert "for an answer" not in sign_in(who).get(HOME).text
    for row in (plain, late):
        change(municipality, row, state=MessageState.CLOSED, settled_at=now)
    assert "wait for an answer" not in sign_in(municipality.cast.officer).get(HOME).text


def count_queries(client: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_two_thousand_messages_take_as_many_queries_as_one(municipality: MunicipalityInbox) -> None:
    client, paths = sign_in(municipality.cast.officer), (LIST, f"{LIST}?view=late&q=broj&kind=none", HOME)
    many(municipality, 1)
    for path in paths:
        client.get(path)
    few = {path: count_queries(client, path) for path in paths}
    assert max(few.values()) <= MOST_QUERIES
    many(municipality, 2000, remote="more")
    assert {path: count_queries(client, path) for path in paths} == few


def test_whatever_stands_around_a_message_comes_in_one_query(municipality: MunicipalityInbox) -> None:
    (message,) = many(municipality, 1)
    client, page = sign_in(municipality.cast.approver), f"{LIST}{message.pk}/?view=open"
    client.get(page)
    few = count_queries(client, page)
    officer, approver = municipality.cast.officer, municipality.cast.approver
    with scope(municipality.cast.cuprija):
        works = Department.objects.create(
            municipality=municipality.cast.cuprija, name="Водовод", email="vodovod@test.example"
        )
        triage.add_note(message, "Звала сам водовод", by=officer)
        question = handover.ask(
            message, works, handover.QuestionInput("Докле?"), until=timezone.now() + timedelta(days=2), by=officer
        )
        handover.answer(question, "До осам", "Диспечер")
        legal_hold.place(message, "П 12/2026", by=approver)
        moderate.propose(message, moderate.ModerationRequest("spam", "hide", "Реклама"), by=officer)
        drafts.save(message, "Пишем одговор", by=officer)
        propose.submit(message, "Вода стиже у осам.", by=officer)
        drafts.save(message, "Пишем поново", by=officer)
    page_text = client.get(page).text
    for fragment in ("Звала сам водовод", "Докле?", "До осам", "Диспечер", "П 12/2026", "Spam", "Вода стиже у осам."):
        assert fragment in page_text
    assert f"{officer} is writing" in page_text
    assert page_text.count(str(officer)) > 3
    assert count_queries(client, page) == few <= MOST_QUERIES


def test_a_message_among_two_thousand_takes_as_many_queries_as_alone(municipality: MunicipalityInbox) -> None:
    client = sign_in(municipality.cast.officer)
    (first,) = many(municipality, 1)
    page = f"{LIST}{first.pk}/?view=open"
    client.get(page)
    few = count_queries(client, page)
    many(municipality, 2000, remote="more", publication=None)
    with scope(municipality.cast.cuprija):
        triage.set_settlement(first, "Супска", by=municipality.cast.officer)
        triage.assign(first, municipality.cast.approver, by=municipality.cast.officer)
    assert count_queries(client, page) == few <= 12


def test_a_full_page_of_the_list_is_small(municipality: MunicipalityInbox) -> None:
    many(
        municipality,
        60,
        text="Питање које је прилично дугачко и говори о води, путевима и струји. " * 5,
        kind=MessageKind.QUESTION,
    )
    page = sign_in(municipality.cast.officer).get(LIST)
    assert len(page.context["page"].object_list) == 30
    assert len(page.content) < 60_000
