"""OC3 and OC4: questions answered in time and how soon, by people's own sorting and by working hours."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from analytics.logframe import provider
from analytics.rollups.domain import daily_counts
from inbox import rules
from inbox.enums import MessageKind, MessageState
from inbox.models import Message
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.people import Cast

BELGRADE = ZoneInfo("Europe/Belgrade")
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE)


@pytest.fixture
def sorted_questions(cast: Cast) -> Cast:
    """Four questions: in time, late, never answered, and one whose time is not over; and a thank-you."""
    channel = factories.channel(cast.cuprija, cast.officer)
    rows = [
        ("question", "2026-11-06T14:30", "2026-11-09T07:30"),  # a weekend between: one working hour
        ("question", "2026-11-16T08:00", "2026-11-18T08:00"),  # sixteen working hours
        ("question", "2026-11-17T08:00", None),
        ("question", "2026-11-25T08:00", None),
        ("praise", "2026-11-17T08:00", "2026-11-17T09:00"),
        ("question", "2026-10-31T23:59", "2026-11-01T08:00"),  # of another month
    ]
    with scope(cast.cuprija):
        for number, (kind, at, answered) in enumerate(rows):
            Message.objects.create(
                municipality=cast.cuprija, channel=channel, remote_id=str(number), text="?", at=local(at),
                received_at=local(at), counts_from=local(at), kind=kind, due_at=rules.due_at(kind, local(at)),
                first_answer_at=local(answered) if answered else None,
                state=MessageState.ANSWERED if answered else MessageState.OPEN,
                settled_at=local(answered) if answered else None,
            )  # fmt: skip
    return cast


def measured(cast: Cast, code: str) -> dict[int, object]:
    formula_provider = provider(code)
    assert formula_provider is not None
    with time_machine.travel("2026-11-25T10:00:00Z"), scope(cast.cuprija, cast.novi_pazar):
        daily_counts.sweep()
        return dict(formula_provider.measure([cast.cuprija, cast.novi_pazar], FIRST, LAST))


def test_questions_answered_in_time(sorted_questions: Cast) -> None:
    values = measured(sorted_questions, "OC3")
    ours = values[sorted_questions.cuprija.pk]
    assert (round(ours.value, 1), ours.n) == (33.3, 3)  # type: ignore[attr-defined]
    assert values[sorted_questions.novi_pazar.pk].why == "no_questions"  # type: ignore[attr-defined]


def test_how_soon_in_working_hours(sorted_questions: Cast) -> None:
    ours = measured(sorted_questions, "OC4")[sorted_questions.cuprija.pk]
    assert (ours.value, ours.n) == (8.5, 2)  # type: ignore[attr-defined]


def test_sorting_a_message_as_a_question_moves_the_indicator(sorted_questions: Cast) -> None:
    with scope(sorted_questions.cuprija):
        Message.objects.filter(kind=MessageKind.PRAISE).update(
            kind=MessageKind.QUESTION, due_at=local("2026-11-18T08:00")
        )
    assert measured(sorted_questions, "OC3")[sorted_questions.cuprija.pk].value == 50  # type: ignore[attr-defined]


def test_a_question_that_was_taken_back_in_time_counts_against_nobody(sorted_questions: Cast) -> None:
    with scope(sorted_questions.cuprija):
        row = Message.objects.get(remote_id="2")  # never answered
        values = {"state": MessageState.CLOSED, "settled_at": local("2026-11-17T09:00")}
        Message.objects.filter(pk=row.pk).update(remote_deleted_at=local("2026-11-17T09:00"), **values)
        assert (measured(sorted_questions, "OC3")[sorted_questions.cuprija.pk].value) == 50  # type: ignore[attr-defined]
        Message.objects.filter(pk=row.pk).update(remote_deleted_at=local("2026-11-20T09:00"))  # after we were late
    assert measured(sorted_questions, "OC3")[sorted_questions.cuprija.pk].n == 3  # type: ignore[attr-defined]
