"""Bulk acts and their undo: exactly what was done, only for the person who did it, and only while nothing changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox import rules
from inbox.domain import tags, triage, undo
from inbox.enums import MessageKind, MessageState, Snooze, Topic
from inbox.models import BulkAct, Conversation, Message
from municipalities.tenancy import everywhere, scope
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_list import LIST, many
from tests.people import named_reader, sign_in


def act(municipality: MunicipalityInbox, rows: list[Message], name: str, **client: Any) -> BulkAct | None:
    with scope(municipality.cast.cuprija):
        before = BulkAct.objects.count()
    user = client.get("by", municipality.cast.officer)
    answer = sign_in(user).post(f"{LIST}several/?view=open", {"message": [row.pk for row in rows], "act": name})
    assert answer.status_code == 302
    with scope(municipality.cast.cuprija):
        return BulkAct.objects.order_by("pk").last() if BulkAct.objects.count() > before else None


def values(municipality: MunicipalityInbox, rows: list[Message]) -> list[dict[str, Any]]:
    return [undo.values_of(municipality.reload(row)) for row in rows]


@pytest.mark.parametrize(
    "name", ["close:", "kind:question", "topic:water", "snooze:week", "assign:", "urgent:yes", "tag:"]
)
def test_every_bulk_act_is_undone_exactly(municipality: MunicipalityInbox, name: str) -> None:
    rows = many(municipality, 3, due_at=timezone.now() + timedelta(days=20))
    cast = municipality.cast
    with scope(cast.cuprija):
        tag = tags.add(cast.cuprija, "Избори", by=cast.officer)
        triage.set_kind(rows[0], MessageKind.COMPLAINT, by=cast.officer)
        triage.set_topic(rows[1], Topic.ROADS, by=cast.officer)
        for row in rows:
            triage.assign(row, cast.approver, by=cast.officer)
    name += {"assign:": str(cast.officer.pk), "tag:": str(tag.pk)}.get(name, "")
    before = values(municipality, rows)
    done = act(municipality, rows, name)
    assert done is not None
    assert values(municipality, rows) != before
    answer = sign_in(cast.officer).post(f"{LIST}several/undo/{done.pk}/?view=open", follow=True)
    assert "3 messages are as before." in answer.text
    assert values(municipality, rows) == before
    with scope(cast.cuprija):
        assert AuditEvent.objects.get(verb="message.undo").detail["count"] == 3


def test_the_list_offers_it_and_what_changed_nothing_offers_none(municipality: MunicipalityInbox) -> None:
    rows, client = many(municipality, 2), sign_in(municipality.cast.officer)
    data = {"message": [row.pk for row in rows], "act": "kind:question"}
    page = client.post(f"{LIST}several/?view=open", data, follow=True).text
    assert "Done with 2 messages." in page
    assert "/inbox/several/undo/" in page
    again = client.post(f"{LIST}several/?view=open", data, follow=True).text
    assert "/inbox/several/undo/" not in again


def test_what_somebody_changed_since_stays_and_is_named(municipality: MunicipalityInbox) -> None:
    _one, other, third = rows = many(municipality, 3)
    done = act(municipality, rows, "close:")
    assert done is not None
    with scope(municipality.cast.cuprija):
        triage.set_topic(other, Topic.WATER, by=municipality.cast.approver)
        triage.reopen(third, by=municipality.cast.approver)
    page = sign_in(municipality.cast.officer).post(f"{LIST}several/undo/{done.pk}/", follow=True).text
    assert "1 message is as before." in page
    assert "Грађанка 1: Somebody has changed it since" in page
    assert "Грађанка 2: Somebody has changed it since" in page
    states = [municipality.reload(row).state for row in rows]
    assert states == [MessageState.OPEN, MessageState.CLOSED, MessageState.OPEN]


def test_only_its_person_and_only_for_ten_minutes_and_once(municipality: MunicipalityInbox) -> None:
    rows, cast = many(municipality, 1), municipality.cast
    done = act(municipality, rows, "close:")
    assert done is not None
    refused = sign_in(cast.approver).post(f"{LIST}several/undo/{done.pk}/", follow=True)
    assert "Only the person who did it" in refused.text
    with scope(cast.cuprija):
        with pytest.raises(ActionNotAllowed, match="Only the person"):
            undo.undo(done, by=cast.approver)
        BulkAct.objects.update(at=timezone.now() - undo.WINDOW - timedelta(seconds=1))
        with pytest.raises(ActionNotAllowed, match="too late"):
            undo.undo(done, by=cast.officer)
        BulkAct.objects.update(at=timezone.now())
        undo.undo(done, by=cast.officer)
        with pytest.raises(ActionNotAllowed, match="undone already"):
            undo.undo(done, by=cast.officer)
    assert municipality.reload(rows[0]).state == MessageState.OPEN


def test_an_erased_message_stays_as_it_is(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 1)
    done = act(municipality, rows, "close:")
    with scope(municipality.cast.cuprija):
        Message.objects.update(erased_at=timezone.now())
        outcome = undo.undo(done, by=municipality.cast.officer)  # type: ignore[arg-type]
    assert (outcome.done, len(outcome.changed)) == (0, 1)


def test_acts_are_forgotten_after_a_day(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 2)
    old = act(municipality, rows[:1], "close:")
    act(municipality, rows[1:], "close:")
    with everywhere("a test"):
        BulkAct.objects.filter(pk=old.pk).update(at=timezone.now() - undo.RETENTION)  # type: ignore[union-attr]
        assert undo.purge_expired() == 1
        assert BulkAct.objects.count() == 1


def test_a_snooze_until_is_the_same_moment(municipality: MunicipalityInbox) -> None:
    rows = many(municipality, 1, due_at=timezone.now() + timedelta(days=20))
    until = rules.snoozed_until(Snooze.WEEK, timezone.now())
    with scope(municipality.cast.cuprija):
        triage.snooze(rows[0], until, by=municipality.cast.officer)
    done = act(municipality, rows, "close:")
    sign_in(municipality.cast.officer).post(f"{LIST}several/undo/{done.pk}/")  # type: ignore[union-attr]
    assert municipality.reload(rows[0]).snoozed_until == until


# ---- private conversations


def conversation(municipality: MunicipalityInbox, count: int) -> list[Message]:
    """An open conversation of so many messages: the first is its head, the others follow it and are read."""
    now = timezone.now()
    rows = many(municipality, count, visibility="direct", publication=None)
    with scope(municipality.cast.cuprija):
        talk = Conversation.objects.create(
            municipality=municipality.cast.cuprija, channel=municipality.channel, remote_id="c", last_received_at=now
        )
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(conversation=talk, read_at=now)
        Message.objects.filter(pk__in=[row.pk for row in rows[1:]]).update(is_follow_up=True)
    return rows


def test_what_was_closed_with_its_head_is_open_with_it_again(municipality: MunicipalityInbox) -> None:
    named_reader(municipality.cast)
    rows = conversation(municipality, 3)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=rows[2].pk).update(read_at=None)  # unread: the next head
    before = values(municipality, rows)
    done = act(municipality, rows[:1], "close:", by=municipality.cast.approver)
    assert [municipality.reload(row).state for row in rows] == ["closed", "closed", "open"]
    assert not municipality.reload(rows[2]).is_follow_up
    with scope(municipality.cast.cuprija):
        assert undo.undo(done, by=municipality.cast.approver).done == 1  # type: ignore[arg-type]
    assert values(municipality, rows) == before


def test_a_conversation_that_went_on_stays_closed(municipality: MunicipalityInbox) -> None:
    named_reader(municipality.cast)
    rows = conversation(municipality, 2)
    done = act(municipality, rows[:1], "close:", by=municipality.cast.approver)
    (newer,) = many(municipality, 1, visibility="direct", publication=None, remote="newer")
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=newer.pk).update(conversation=municipality.reload(rows[0]).conversation)
        outcome = undo.undo(done, by=municipality.cast.approver)  # type: ignore[arg-type]
    assert (outcome.done, outcome.changed) == (0, [rows[0]])
    assert [municipality.reload(row).state for row in rows] == ["closed", "closed"]
