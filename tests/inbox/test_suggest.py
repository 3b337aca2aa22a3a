"""What was read of a message is kept beside it, shown as a suggestion, agreed to by a person, and forgotten with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import ingest, retention, suggest, triage
from inbox.enums import MessageKind, MessageState, MessageVisibility, Topic
from inbox.models import Message
from inbox.queries import thread
from municipalities.tenancy import scope
from platforms import types
from platforms.visibility import Visibility
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

pytestmark = pytest.mark.django_db
LIST = "/m/cuprija/inbox/"


def received(
    municipality: MunicipalityInbox, *texts: str, days_ago: float = 0, below: bool = True, prefix: str = "m"
) -> list[Message]:
    """Messages as a network tells them, one author each, kept at once; below our post or as mentions."""
    at = timezone.now() - timedelta(days=days_ago)
    before = len(municipality.messages())
    items = [
        types.Message(
            remote_id=f"{prefix}{before}-{number}", in_reply_to=municipality.post if below else None,
            root=municipality.post if below else None, author_id=f"a{number}", author_handle=f"a{number}",
            author_name=f"Грађанин {number}", author_url="", author_avatar_url="", text=text, url="",
            at=at + timedelta(seconds=number), visibility=Visibility.PUBLIC,
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, items)
    return municipality.messages()[before:]


SAME = [
    "Кад ће доћи вода у Мућаву?", "kad ce doci voda u Mucavu", "@opstina kad ce doci voda u mucavu???",
    "Kad će doći voda u Mućavu 😡", "dobar dan kada ce doci voda u mucavu hvala",
]  # fmt: skip


def test_what_is_heard_is_read(municipality: MunicipalityInbox) -> None:
    row = municipality.receive("@opstina Када ће доћи вода? Мој број је 064/123-4567")
    assert (row.script, row.suggested_kind, row.suggested_topic) == ("cyrillic", MessageKind.QUESTION, Topic.WATER)
    assert row.hints == {"kind": ["Када", "?"], "topic": ["вода"], "flags": ["personal"]}
    assert row.has_personal_data
    assert row.similar_group is not None
    assert row.kind == ""  # nobody has said it
    assert row.topic == ""


def test_changed_words_are_read_anew(municipality: MunicipalityInbox) -> None:
    (row,) = received(municipality, "Hvala, bravo!")
    changed = types.Message(
        remote_id=row.remote_id, in_reply_to=None, root=None, author_id="a0", author_handle="a0", author_name="",
        author_url="", author_avatar_url="", text="Opet nema vode, zovite 0641234567", url="", at=row.at,
        visibility=Visibility.PUBLIC,
    )  # fmt: skip
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, [changed])
    now = municipality.reload(row)
    assert (now.suggested_kind, now.has_personal_data) == (MessageKind.COMPLAINT, True)
    assert now.similar_group != row.similar_group
    assert "0641234567" not in now.shown_text


def test_nothing_that_was_read_outlives_the_words(municipality: MunicipalityInbox) -> None:
    (row,) = received(municipality, "Где да пријавим квар? ЈМБГ 0101990710018")
    with scope(municipality.cast.cuprija):
        triage.close(row, by=municipality.cast.officer)
        Message.objects.filter(pk=row.pk).update(settled_at=timezone.now() - timedelta(days=366))
    assert retention.purge_expired() == 1
    current = municipality.reload(row)
    assert {name: getattr(current, name) for name in suggest.SUGGESTION_FIELDS} == {
        "script": "", "suggested_kind": "", "suggested_topic": "", "hints": {}, "similar_group": None,
        "has_personal_data": False,
    }  # fmt: skip
    assert suggest.reanalyse_all() == 0
    assert sign_in(municipality.cast.officer).get(f"{LIST}{row.pk}/").status_code == 200


def test_lists_mask_what_the_page_of_the_message_shows(municipality: MunicipalityInbox) -> None:
    (row,) = received(municipality, "Nema vode, zovite me na 064/123-4567")
    client = sign_in(municipality.cast.officer)
    listed = client.get(LIST).text
    assert "064/123-4567" not in listed
    assert "0••/•••-•••7" in listed
    assert "Personal data" in listed
    page = client.get(f"{LIST}{row.pk}/").text
    assert "064/123-4567" in page
    assert "Contains personal data in public" in page
    assert "064/123-4567" not in str(row)
    assert "064/123-4567" not in client.get(f"{LIST}{row.pk}/alike/").text


def test_one_press_agrees_and_comes_back(municipality: MunicipalityInbox) -> None:
    row, _other = received(municipality, "Када ће доћи вода?", "Хвала на свему!")
    client = sign_in(municipality.cast.officer)
    assert "Suggested: Question" in client.get(LIST).text
    answer = client.post(f"{LIST}{row.pk}/accept/", {"back": f"{LIST}?view=open&kind=none"})
    assert answer["Location"] == f"{LIST}?view=open&kind=none"
    sorted_ = municipality.reload(row)
    assert sorted_.kind == MessageKind.QUESTION
    assert sorted_.due_at is not None
    assert "Suggested: Question" not in client.get(LIST).text
    event = AuditEvent.objects.get(verb="message.sort")
    assert "вода" not in f"{event.target_label}{event.detail}"


def test_one_press_leads_nowhere_else(municipality: MunicipalityInbox) -> None:
    """Not to another host, nor to what Django takes for the name of a page or a path beside this one."""
    (row,) = received(municipality, "Када ће доћи вода?")
    client = sign_in(municipality.cast.officer)
    for back in ("https://evil.example/", "//evil.example/", "desk", "52", "../52/"):
        answer = client.post(f"{LIST}{row.pk}/accept/", {"back": back})
        assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{row.pk}/"), back


def test_where_nothing_is_suggested_nothing_is_agreed_to(municipality: MunicipalityInbox) -> None:
    (row,) = received(municipality, "Ево и ја сам био тамо.")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed):
        suggest.accept(row, by=municipality.cast.officer)
    assert sign_in(municipality.cast.officer).post(f"{LIST}{row.pk}/accept/").status_code == 302
    assert municipality.reload(row).kind == ""


def test_the_reason_is_shown(municipality: MunicipalityInbox) -> None:
    (row,) = received(municipality, "Када ће доћи вода?")
    page = sign_in(municipality.cast.officer).get(f"{LIST}{row.pk}/").text
    assert "A suggestion, because of: Када, ?. You decide what it is." in page
    assert "It seems to be about: Water and sewers (вода)." in page


def test_those_that_say_the_same_are_folded_away_and_counted(municipality: MunicipalityInbox) -> None:
    received(municipality, *SAME, "Рупа у Карађорђевој код броја 15")
    page = sign_in(municipality.cast.officer).get(LIST).text
    assert "5 messages alike" in page
    assert "4 new" in page
    assert page.count("list-row inbox-row") == 2
    assert "Рупа у Карађорђевој" in page


def test_those_that_say_the_same_are_one_row_of_the_pages(municipality: MunicipalityInbox) -> None:
    received(municipality, *SAME, "Рупа у Карађорђевој код броја 15")
    page = sign_in(municipality.cast.officer).get(LIST).context["page"]
    assert (page.paginator.count, page.start_index(), page.end_index()) == (2, 1, 2)


def test_all_that_say_the_same_are_sorted_together(municipality: MunicipalityInbox) -> None:
    first, *_others, last, hole = received(municipality, *SAME, "Рупа у Карађорђевој код броја 15")
    with scope(municipality.cast.cuprija):
        triage.close(last, by=municipality.cast.officer)
    client = sign_in(municipality.cast.officer)
    page = client.get(f"{LIST}{first.pk}/alike/")
    assert '<option value="kind:question" selected>' in page.text
    sent = {"message": page.context["selected"], "act": "kind:question"}
    assert client.post(f"{LIST}several/", sent).status_code == 302
    kinds = {row.pk: row.kind for row in municipality.messages()}
    assert sum(kind == MessageKind.QUESTION for kind in kinds.values()) == 4
    assert kinds[last.pk] == kinds[hole.pk] == ""
    assert AuditEvent.objects.filter(verb="message.sort").count() == 4


def test_selecting_a_row_selects_all_that_it_stands_for(municipality: MunicipalityInbox) -> None:
    first, *others = received(municipality, *SAME, "Рупа у Карађорђевој код броја 15")
    client = sign_in(municipality.cast.officer)
    listed = {"message": [first.pk], "with_alike": "1", "listed_at": timezone.now().isoformat()}
    to_need = client.post(f"{LIST}several/", listed | {"act": "need:"})
    assert parse_qs(urlsplit(to_need["Location"]).query)["message"] == [str(row.pk) for row in (first, *others[:-1])]
    (later,) = received(municipality, SAME[0], prefix="l")
    assert later.similar_group == first.similar_group
    client.post(f"{LIST}several/", listed | {"act": "close:"})
    closed = {row.pk for row in municipality.messages() if row.state == MessageState.CLOSED}
    assert closed == {row.pk for row in (first, *others[:-1])}


def test_of_a_group_with_a_private_message_only_the_public_ones_are_selected(municipality: MunicipalityInbox) -> None:
    first, *others = received(municipality, *SAME)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=others[0].pk).update(visibility=MessageVisibility.DIRECT)
        assert others[0].pk not in thread.with_alike([first.pk], timezone.now())
        assert thread.with_alike([others[0].pk], timezone.now()) == [others[0].pk]


def test_what_is_heard_later_joins_the_group(municipality: MunicipalityInbox) -> None:
    (first,) = received(municipality, SAME[0])
    (second,) = received(municipality, SAME[1])
    assert first.similar_group == second.similar_group


def test_another_thread_and_another_month_are_another_group(municipality: MunicipalityInbox) -> None:
    """The same words have the same fingerprint, so words that differ a little show who joined whom."""
    (here,) = received(municipality, "kad ce doci voda u mucavu")
    (mention,) = received(municipality, "ljudi kad ce vise doci voda u mucavu", below=False, prefix="n")
    assert here.similar_group != mention.similar_group
    (before,) = received(municipality, "dosta vise kad ce doci voda u mucavu", days_ago=15, prefix="o")
    assert here.similar_group != before.similar_group
    page = sign_in(municipality.cast.officer).get(LIST).text
    assert "messages alike" not in page


def test_emoji_alone_are_no_group(municipality: MunicipalityInbox) -> None:
    assert [row.similar_group for row in received(municipality, "👏", "👏")] == [None, None]
    assert "messages alike" not in sign_in(municipality.cast.officer).get(LIST).text


def test_settled_ones_are_not_folded_away(municipality: MunicipalityInbox) -> None:
    with scope(municipality.cast.cuprija):
        for row in received(municipality, *SAME):
            triage.close(row, by=municipality.cast.officer)
    page = sign_in(municipality.cast.officer).get(LIST, {"view": "closed"}).text
    assert page.count("list-row inbox-row") == len(SAME)
    assert "Looks like" not in page


def test_reading_again_gives_what_hearing_gave(municipality: MunicipalityInbox, capsys: Any) -> None:
    rows = received(municipality, *SAME, "Рупа у Карађорђевој", "Moj JMBG je 0101990710018")
    values = {row.pk: [getattr(row, name) for name in suggest.SUGGESTION_FIELDS] for row in rows}
    with scope(municipality.cast.cuprija):
        triage.set_kind(rows[0], MessageKind.COMPLAINT, by=municipality.cast.officer)
        Message.objects.update(script="", suggested_kind="", suggested_topic="", hints={}, similar_group=None)
    call_command("read_messages")
    assert "Read 7 messages." in capsys.readouterr().out
    assert {
        row.pk: [getattr(row, name) for name in suggest.SUGGESTION_FIELDS] for row in municipality.messages()
    } == values
    assert municipality.reload(rows[0]).kind == MessageKind.COMPLAINT


def test_hearing_many_costs_as_many_queries_as_hearing_few(municipality: MunicipalityInbox) -> None:
    received(municipality, "Прва порука")
    few, many = (
        _queries(lambda: received(municipality, "kad ce voda")),
        _queries(lambda: received(municipality, *(f"порука број {n}" for n in range(40)))),
    )
    assert few == many


def test_the_list_and_the_group_take_a_fixed_number_of_queries(municipality: MunicipalityInbox) -> None:
    (first,) = received(municipality, SAME[0])
    client = sign_in(municipality.cast.officer)
    paths = (LIST, f"{LIST}{first.pk}/alike/", f"{LIST}{first.pk}/")
    for path in paths:
        client.get(path)
    few = [_queries(lambda path=path: client.get(path)) for path in paths]
    received(municipality, *SAME, *(f"Рупа у улици {name}" for name in "АБВГДЂЕЖ"))
    assert [_queries(lambda path=path: client.get(path)) for path in paths] == few
    assert max(few[:2]) <= 12
    assert few[2] <= 12


def _queries(act: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as told_:
        act()
    return len(told_)
