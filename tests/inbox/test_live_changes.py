"""What an open page of the inbox gets when it asks for news, and what PostgreSQL is notified of."""

from __future__ import annotations

import re
import select
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common import direct_connection, live_streams
from inbox.domain import triage
from inbox.enums import MessageState
from inbox.models import Message
from inbox.queries.live import MOST_NEW, ThreadState
from municipalities.tenancy import everywhere, scope
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_list import many
from tests.people import sign_in

CHANGES = "/m/cuprija/inbox/changes/"


def ids(text: str, part: str) -> list[int]:
    """Of the rows in the list `part` of the answer: "shown" or "new"."""
    [rows] = re.findall(rf"<ul data-{part}>(.*?)\n?</ul>\s*(?:<ul data-new>|<nav)", text, flags=re.DOTALL)
    return [int(pk) for pk in re.findall(r'<li [^>]*data-message="(\d+)"', rows)]


def ask(client: Client, shown: list[Message], since: Any, headers: dict[str, str] | None = None, **query: str) -> Any:
    query |= {"shown": ",".join(str(row.pk) for row in shown), "since": str(int(since.timestamp()))}
    return client.get(CHANGES, query, headers=headers)


@pytest.fixture
def officer(municipality: MunicipalityInbox) -> Client:
    return sign_in(municipality.cast.officer)


def test_rows_of_the_page_are_told_from_new_ones(municipality: MunicipalityInbox, officer: Client) -> None:
    opened = timezone.now()
    before, other = many(municipality, 2)
    with everywhere("of long ago"):
        Message.objects.update(received_at=opened - timedelta(hours=1))
    came = many(municipality, 2, remote="later")
    with scope(municipality.cast.cuprija):
        triage.close(before, by=municipality.cast.approver)
    text = ask(officer, [before], opened).content.decode()
    assert ids(text, "shown") == [before.pk], "it has left the list and is shown as it is now"
    assert sorted(ids(text, "new")) == sorted(row.pk for row in came), other.pk
    assert "2 new messages – show" in text
    assert "Closed" in text
    assert ask(officer, [before, *came], opened).content.decode().count("data-show>") == 0
    assert ids(ask(officer, [before], opened, q="број 1").content.decode(), "new") == [came[1].pk]
    assert ids(ask(officer, [before], opened, view="late").content.decode(), "new") == []


def test_of_very_many_so_many_are_shown(municipality: MunicipalityInbox, officer: Client) -> None:
    opened = timezone.now()
    many(municipality, MOST_NEW + 5)
    text = ask(officer, [], opened).content.decode()
    assert len(ids(text, "new")) == MOST_NEW
    assert f"More than {MOST_NEW} new messages – show" in text


def test_nothing_new_is_one_query(municipality: MunicipalityInbox, officer: Client) -> None:
    """Besides those of each request: session, person, municipality."""
    opened = timezone.now()
    rows = many(municipality, 3)
    version = ask(officer, rows, opened).headers["ETag"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ask(officer, rows, opened, {"If-None-Match": version})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len([query for query in queries if "inbox_message" in query["sql"]]) == 1
    assert len(queries) <= 4
    with scope(municipality.cast.cuprija):
        triage.assign(rows[0], municipality.cast.officer, by=municipality.cast.officer)
    assert ask(officer, rows, opened, {"If-None-Match": version}).status_code == 200


def test_the_number_of_queries_is_fixed(municipality: MunicipalityInbox, officer: Client) -> None:
    def queries(rows: list[Message]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask(officer, rows, timezone.now()).status_code == 200
        return len(captured)

    queries([])  # what every page of the house remembers
    few = queries(many(municipality, 2))
    assert queries(many(municipality, 40, remote="later")[:20]) == few <= 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["insert", "state", "assign", "read", "settle"])
def test_every_change_of_an_open_message_is_another_version(
    municipality: MunicipalityInbox, officer: Client, change: str
) -> None:
    rows = many(municipality, 3)
    version = ask(officer, rows, timezone.now()).headers["ETag"]
    by = municipality.cast.approver
    with scope(municipality.cast.cuprija):
        if change == "insert":
            many(municipality, 1, remote="later")
        elif change == "state":
            triage.mark_waiting(rows[1], by=by)
        elif change == "assign":
            triage.assign(rows[1], by, by=by)
        elif change == "read":
            triage.mark_read(rows[1])
        else:
            triage.close(rows[1], by=by)
    assert ask(officer, rows, timezone.now()).headers["ETag"] != version


def test_another_municipality_changes_no_version(municipality: MunicipalityInbox) -> None:
    stranger = sign_in(municipality.cast.stranger)
    address = "/m/novi-pazar/inbox/changes/"
    version = stranger.get(address).headers["ETag"]
    many(municipality, 3)
    assert stranger.get(address).headers["ETag"] == version
    rows = ",".join(str(row.pk) for row in municipality.messages())
    assert ids(stranger.get(address, {"shown": rows}).content.decode(), "shown") == []


def test_nonsense_in_the_address_is_no_error(municipality: MunicipalityInbox, officer: Client) -> None:
    [row] = many(municipality, 1)
    for query in ({"shown": "x,-1,99999999999999999999", "since": "abc"}, {"since": "9" * 18}, {"shown": f"{row.pk},"}):
        assert officer.get(CHANGES, query).status_code == 200
    for known in ("", "1.2", "a.b.c.d", "1.2.open.3.4", f"{'9' * 5000}.0.open.0"):
        assert officer.get(f"/m/cuprija/inbox/{row.pk}/changes/", {"known": known}).status_code == 200


def test_an_open_message_is_told_what_others_did(municipality: MunicipalityInbox, officer: Client) -> None:
    row = municipality.receive("Пукла је цев")
    page = officer.get(f"/m/cuprija/inbox/{row.pk}/")
    known = str(page.context["known"])
    assert f'data-known="{known}"' in page.content.decode()
    assert ThreadState.read(known) == page.context["known"]
    address = f"/m/cuprija/inbox/{row.pk}/changes/"
    assert officer.get(address, {"known": known}).status_code == 204
    municipality.receive("И код нас")
    with scope(municipality.cast.cuprija):
        triage.assign(row, municipality.cast.approver, by=municipality.cast.approver)
        triage.mark_waiting(row, by=municipality.cast.approver)
    text = officer.get(address, {"known": known}).content.decode()
    assert "1 new message in this conversation. Now assigned to Approver. Now: Waiting for a person." in text


# ---- what PostgreSQL is notified of


@pytest.fixture
def heard() -> Iterator[Any]:
    """What `portal.live` would hear until now."""
    with closing(direct_connection.connect()) as listening:
        with listening.cursor() as cursor:
            cursor.execute(f"LISTEN {live_streams.NOTIFY_CHANNEL}")

        def payloads() -> list[str]:
            select.select([listening], [], [], 0.5)
            listening.poll()
            found = [notification.payload for notification in listening.notifies]
            listening.notifies.clear()
            return found

        yield payloads


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_one_notification_a_municipality(municipality: MunicipalityInbox, heard: Any) -> None:
    topic = f"inbox:{municipality.cast.cuprija.pk}"
    rows = many(municipality, 50)
    assert heard() == [topic]
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(read_at=timezone.now())
        assert heard() == [topic]
        Message.objects.filter(pk=0).update(read_at=timezone.now())
        assert heard() == []
        Message.objects.filter(state=MessageState.OPEN).update(topic="water")
    assert heard() == [topic]
