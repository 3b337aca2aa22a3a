"""Putting off: when it comes back, what wakes it earlier, and that nothing becomes late unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox import rules
from inbox.domain import ingest, triage
from inbox.enums import MessageKind, MessageState, Snooze
from inbox.models import Message, Reply
from municipalities.tenancy import scope
from platforms import types
from platforms.visibility import Visibility
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def shown(municipality: MunicipalityInbox, view: str) -> list[int]:
    answer = sign_in(municipality.cast.officer).get(LIST, {"view": view})
    return [row.pk for row in answer.context["page"]]


def put_off(municipality: MunicipalityInbox, message: Message, until: str = "week") -> Any:
    return sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/snooze/", {"until": until})


def patient(municipality: MunicipalityInbox, text: str) -> Message:
    """A message with days to go, so that nothing of it is late whenever the test runs."""
    message = municipality.receive(text)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() + timedelta(days=20))
    return municipality.reload(message)


@pytest.mark.parametrize(
    ("choice", "local"),
    [(Snooze.TOMORROW, "2026-11-28T07:00"), (Snooze.MONDAY, "2026-11-30T07:00"), (Snooze.WEEK, "2026-12-04T07:00")],
)
def test_it_comes_back_when_the_offices_open(choice: Snooze, local: str) -> None:
    friday = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
    assert f"{rules.snoozed_until(choice, friday).astimezone(rules.BELGRADE):%Y-%m-%dT%H:%M}" == local


def test_on_a_monday_monday_is_the_next_one_and_seven_is_seven_in_summer_too() -> None:
    monday = datetime(2026, 7, 6, 22, 30, tzinfo=UTC)  # Tuesday already in Belgrade
    assert rules.snoozed_until(Snooze.MONDAY, monday) == datetime(2026, 7, 13, 5, 0, tzinfo=UTC)
    monday = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    assert rules.snoozed_until(Snooze.MONDAY, monday) == datetime(2026, 7, 13, 5, 0, tzinfo=UTC)


def test_what_is_put_off_leaves_the_open_ones_and_comes_back_by_itself(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    assert shown(municipality, "open") == [message.pk]
    assert put_off(municipality, message).status_code == 302
    assert (shown(municipality, "open"), shown(municipality, "snoozed")) == ([], [message.pk])
    event = AuditEvent.objects.get(verb="message.snooze")
    assert "базар" not in f"{event.target_label}{event.detail}"
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(snoozed_until=timezone.now() - timedelta(minutes=1))
    assert (shown(municipality, "open"), shown(municipality, "snoozed")) == ([message.pk], [])


def test_its_time_goes_on_and_a_late_one_is_shown_all_the_same(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    put_off(municipality, message)
    with scope(municipality.cast.cuprija):
        assert municipality.reload(message).due_at == message.due_at
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    for view, rows in (("open", [message.pk]), ("late", [message.pk]), ("snoozed", [])):
        assert shown(municipality, view) == rows


def test_what_is_late_or_settled_or_no_time_at_all_is_not_put_off(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    page = f"{LIST}{message.pk}/snooze/"
    client = sign_in(municipality.cast.officer)
    times = [("1.1.2020", "08:00"), ("01.01.9999.", "8"), ("yesterday", "08:00"), ("1.12.2026.", "25:00"), ("", "")]
    for body in ({}, {"until": "never"}, *({"on": on, "at": at} for on, at in times)):
        answer = client.post(page, body)
        assert answer.status_code == 422, body
        assert municipality.reload(message).snoozed_until is None
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(ActionNotAllowed, match="deadline for its answer has passed"):
            triage.snooze(message, timezone.now() + timedelta(days=1), by=municipality.cast.officer)
        triage.close(message, by=municipality.cast.officer)
        with pytest.raises(ActionNotAllowed, match="is closed"):
            triage.snooze(message, timezone.now() + timedelta(days=1), by=municipality.cast.officer)


def test_a_time_of_ones_own_is_of_the_clock_on_the_wall(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    local = timezone.localtime(timezone.now() + timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)
    typed = {"on": f"{local:%d.%m.%Y}", "at": f"{local:%H:%M}"}
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/snooze/", typed)
    assert municipality.reload(message).snoozed_until == local


def test_their_next_words_wake_it_and_those_of_others_do_not(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    put_off(municipality, message)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(author_id="somebody-else")
    municipality.receive("@opstina Хвала на обавештењу!")
    assert municipality.reload(message).snoozed_until is not None
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(author_id=message.author_id)
    municipality.receive("@opstina Још нисте одговорили.")
    assert municipality.reload(message).snoozed_until is None


def fetched_message(message: Message, **changed: Any) -> types.Message:
    """The message as its network tells of it."""
    fetched = types.Message(
        remote_id=message.remote_id, in_reply_to=None, root=None, author_id=message.author_id,
        author_handle=message.author_handle, author_name=message.author_name, author_url="", author_avatar_url="",
        text=message.text, url="", at=message.at, visibility=Visibility.PUBLIC,
    )  # fmt: skip
    return replace(fetched, **changed)


def test_an_answer_of_somebody_on_the_network_wakes_it(municipality: MunicipalityInbox) -> None:
    message, beside = patient(municipality, "@opstina Када је базар?"), patient(municipality, "@opstina Нема струје.")
    put_off(municipality, message)
    put_off(municipality, beside)
    fetched = fetched_message(
        message, remote_id="new", in_reply_to=message.remote_id, author_id="stranger", text="И мене занима."
    )
    with scope(municipality.cast.cuprija):
        assert ingest.store_messages(message.channel, [fetched]) == 1
    assert municipality.reload(message).snoozed_until is None
    assert municipality.reload(beside).snoozed_until is not None


def test_an_answer_to_our_own_answer_wakes_it(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "У суботу.", "after": "0"})
    municipality.publish()
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/reopen/")
    put_off(municipality, message)
    with scope(municipality.cast.cuprija):
        ours = Reply.objects.select_related("delivery").get().delivery.remote_id
        ingest.store_messages(
            message.channel, [fetched_message(message, remote_id="new", in_reply_to=ours, author_id="stranger")]
        )
    assert municipality.reload(message).snoozed_until is None


def test_changed_words_wake_it(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    put_off(municipality, message)
    with scope(municipality.cast.cuprija):
        ingest.store_messages(message.channel, [fetched_message(message)])
        assert municipality.reload(message).snoozed_until is not None
        ingest.store_messages(message.channel, [fetched_message(message, text="Када је базар у Супској?")])
    assert municipality.reload(message).snoozed_until is None


def test_taking_it_up_answering_and_opening_again_end_it(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    client = sign_in(municipality.cast.officer)
    put_off(municipality, message)
    client.post(f"{LIST}{message.pk}/wake/")
    assert municipality.reload(message).snoozed_until is None
    put_off(municipality, message)
    client.post(f"{LIST}{message.pk}/answer/", {"text": "У суботу.", "after": "0"})
    again = municipality.reload(message)
    assert (again.state, again.snoozed_until) == (MessageState.WAITING, None)
    put_off(municipality, message)
    client.post(f"{LIST}{message.pk}/close/")
    assert municipality.reload(message).snoozed_until is None


def test_to_wait_for_somebody_and_be_put_off_go_together(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Када је базар?")
    put_off(municipality, message)
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/wait/")
    assert (shown(municipality, "waiting"), shown(municipality, "snoozed")) == ([], [message.pk])


def test_an_emergency_that_sleeps_is_late_within_the_hour(municipality: MunicipalityInbox) -> None:
    message = patient(municipality, "@opstina Гори!")
    put_off(municipality, message)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(counts_from=timezone.now() - timedelta(hours=2))
        triage.set_kind(message, MessageKind.EMERGENCY, by=municipality.cast.officer)
    assert shown(municipality, "open") == [message.pk]
