"""Questions counted by day: they come to what the messages themselves come to, whatever happens in whatever order, and
they stay when words are erased."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.logframe import provider
from analytics.models import DirtyTally, Tally
from analytics.rollups.daily_counts import DailyTally, Days, source
from analytics.rollups.daily_counts import provide as provide_days
from analytics.rollups.domain import daily_counts
from channels.models import Channel
from inbox.domain import answer, deleted_messages, evidence, retention, triage
from inbox.enums import MessageKind, MessageState
from inbox.measured import QUESTIONS
from inbox.models import Message, Moderation, Reply
from municipalities.tenancy import everywhere, scope
from tests.analytics import factories
from tests.inbox import slow
from tests.people import Cast

BELGRADE = ZoneInfo("Europe/Belgrade")
pytestmark = pytest.mark.usefixtures("db")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE)


@pytest.fixture
def channels(cast: Cast) -> list[Channel]:
    return [factories.channel(cast.cuprija, cast.officer), factories.channel(cast.novi_pazar, cast.stranger)]


def ask(channel: Channel, at: datetime, kind: str = "", **fields: Any) -> Message:
    with scope(channel.municipality_id):
        number = Message.objects.count()
        row: Message = Message.objects.create(
            municipality_id=channel.municipality_id, channel=channel, remote_id=f"{channel.pk}-{number}", text="Када?",
            author_id="42", author_name="Мара", at=at, received_at=at, counts_from=at, **fields,
        )  # fmt: skip
        return triage.set_kind(row, kind, by=None) if kind else row


def answer_arrives(message: Message, at: datetime, by: Any) -> None:
    sent = factories.published(message.channel, at).delivery
    with scope(message.municipality_id):
        Reply.objects.create(
            municipality_id=message.municipality_id, message=message, delivery=sent, text="Сутра", by=by
        )
    answer.settle_delivered()


def measured(cast: Cast, code: str, first: date, last: date) -> dict[int, tuple[Any, int, str]]:
    formula_provider = provider(code)
    assert formula_provider is not None
    with scope(cast.cuprija, cast.novi_pazar):
        values = formula_provider.measure([cast.cuprija, cast.novi_pazar], first, last)
    return {pk: (value.value, value.n, value.why) for pk, value in values.items()}


def reckoned(cast: Cast, code: str, first: date, last: date) -> dict[int, tuple[Any, int, str]]:
    formula = {"OC3": slow.in_time, "OC4": slow.first_answer, "GV1": slow.hidden_with_evidence}[code]
    with scope(cast.cuprija, cast.novi_pazar):
        values = formula([cast.cuprija, cast.novi_pazar], first, last)
    return {pk: (value.value, value.n, value.why) for pk, value in values.items()}


def stored() -> list[tuple[Any, ...]]:
    with everywhere("a test looks at what was counted"):
        rows = Tally.objects.order_by("municipality", "code", "day")
        return list(rows.values_list("municipality", "code", "day", "counted", "met", "minutes"))


def from_scratch() -> list[tuple[Any, ...]]:
    with everywhere("a test begins anew"):
        Tally.objects.all().delete()
    daily_counts.rebuild()
    return stored()


def days(since: date, count: int) -> Iterator[date]:
    return (since + timedelta(n) for n in range(count))


# ---------------------------------------------------------------- equal to the messages


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_in_whatever_order_the_days_come_to_what_the_messages_come_to(
    cast: Cast, channels: list[Channel], seed: int
) -> None:
    rng, began = random.Random(seed), local("2026-11-02T06:00")
    messages: list[Message] = []
    now = began
    for _ in range(60):
        now += timedelta(minutes=rng.randrange(1, 60 * 24))
        with time_machine.travel(now, tick=False):
            _something_happens(cast, channels, messages, rng, now)
            if rng.random() < 0.3:
                daily_counts.rebuild_dirty_days()
    first, length = began.date() - timedelta(days=1), (now.date() - began.date()).days + 2
    with time_machine.travel(now, tick=False):
        daily_counts.sweep()
        for _ in range(12):
            since = rng.choice(list(days(first, length)))
            until = since + timedelta(days=rng.randrange(length))
            for code in ("OC3", "OC4"):
                assert measured(cast, code, since, until) == reckoned(cast, code, since, until), (code, since, until)
        tallies = stored()
        assert from_scratch() == tallies
    assert any(row[1] == "OC3" and row[3] > row[4] for row in tallies)  # somebody was late
    with everywhere("a test looks at what is marked"):
        assert not DirtyTally.objects.exists()


def _something_happens(
    cast: Cast, channels: list[Channel], messages: list[Message], rng: random.Random, now: datetime
) -> None:
    deed = rng.choice(["ask", "ask", "sort", "answer", "answer", "gone", "back"]) if messages else "ask"
    if deed == "ask":
        messages.append(
            ask(rng.choice(channels), now - timedelta(hours=rng.randrange(30)), rng.choice(["question", ""]))
        )
        return
    row = rng.choice(messages)
    with scope(row.municipality_id):
        if deed == "sort":
            triage.set_kind(
                row, rng.choice([MessageKind.QUESTION, MessageKind.PRAISE, MessageKind.COMPLAINT]), by=cast.officer
            )
        elif deed == "gone":
            deleted_messages.mark_deleted(row.channel, [row.remote_id])
        elif deed == "back":
            deleted_messages.mark_restored(row.channel, [row.remote_id])
    if deed == "answer":
        answer_arrives(row, now, cast.officer)


def test_each_verb_marks_its_day_and_a_fold_counts_it(cast: Cast, channels: list[Channel]) -> None:
    at = local("2026-09-01T10:00")  # older than what is counted each hour
    row, day = ask(channels[0], at, "question"), date(2026, 9, 1)
    daily_counts.rebuild_dirty_days()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (0, 1, "")
    answer_arrives(row, local("2026-09-01T12:00"), cast.officer)
    daily_counts.rebuild_dirty_days()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (100, 1, "")
    assert measured(cast, "OC4", day, day)[cast.cuprija.pk] == (2, 1, "")
    with scope(cast.cuprija):
        triage.set_kind(row, MessageKind.PRAISE, by=cast.officer)
    daily_counts.rebuild_dirty_days()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (None, 0, "no_questions")
    other = ask(channels[0], at, "question")
    with scope(cast.cuprija):
        Message.objects.filter(pk=other.pk).update(remote_deleted_at=at + timedelta(hours=1))
        deleted_messages.mark_restored(channels[0], [other.remote_id])
    daily_counts.rebuild_dirty_days()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (0, 1, "")
    with scope(cast.cuprija):
        Message.objects.filter(pk=other.pk).update(due_at=timezone.now() + timedelta(days=1))
        deleted_messages.mark_deleted(channels[0], [other.remote_id])
    daily_counts.rebuild_dirty_days()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (None, 0, "no_questions")


def test_a_question_whose_time_runs_out_is_counted_by_the_clock_alone(cast: Cast, channels: list[Channel]) -> None:
    day = date(2026, 11, 5)
    with time_machine.travel(local("2026-11-05T09:00"), tick=False):
        ask(channels[0], timezone.now(), "question")
        daily_counts.sweep()
        assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (None, 0, "no_questions")
    with time_machine.travel(local("2026-11-06T10:00"), tick=False):
        daily_counts.rebuild_dirty_days()
        assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (None, 0, "no_questions")
        daily_counts.sweep()
        assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (0, 1, "")


def test_what_is_marked_while_a_fold_reads_stays_marked(cast: Cast, channels: list[Channel]) -> None:
    ask(channels[0], local("2026-11-05T09:00"), "question")
    real = source(QUESTIONS)

    def read_while_somebody_marks(days: Days) -> Iterable[DailyTally]:
        yield from real.read(days)
        daily_counts.mark(QUESTIONS, cast.cuprija.pk, [date(2026, 11, 5)])

    provide_days(real.name, real.codes, read_while_somebody_marks, recent=real.recent)
    try:
        daily_counts.rebuild_dirty_days()
    finally:
        provide_days(real.name, real.codes, real.read, recent=real.recent)
    with everywhere("a test looks at what is marked"):
        assert DirtyTally.objects.count() == 1
        daily_counts.rebuild_dirty_days()
        assert DirtyTally.objects.count() == 0


def test_days_that_are_right_are_not_written_again(cast: Cast, channels: list[Channel]) -> None:
    for number in range(5):
        row = ask(channels[0], local(f"2026-11-0{number + 2}T09:00"), "question")
        answer_arrives(row, row.at + timedelta(hours=1), cast.officer)
    assert daily_counts.rebuild() == 10
    assert daily_counts.rebuild() == 0
    assert daily_counts.sweep() == 0


def test_days_are_counted_again_by_hand(cast: Cast, channels: list[Channel]) -> None:
    for channel in channels:
        ask(channel, local("2026-09-07T09:00"), "question")
        ask(channel, local("2026-09-14T09:00"), "question")
    daily_counts.rebuild_dirty_days()
    with everywhere("a mistake"):
        Tally.objects.update(met=1)

    def wrong() -> int:
        with everywhere("a test looks at what was counted"):
            return int(Tally.objects.filter(met=1).count())

    output = io.StringIO()
    call_command("rebuild_facts", first=date(2026, 9, 8), stdout=output)
    assert "2 rows changed" in output.getvalue()
    assert wrong() == 2
    call_command("rebuild_facts", municipality="cuprija", stdout=output)
    assert wrong() == 1
    call_command("rebuild_facts", channel=[channels[1].pk], stdout=output)
    assert wrong() == 1
    call_command("rebuild_facts", stdout=output)
    assert wrong() == 0


def test_practice_counts_in_the_demo_alone(cast: Cast, settings: Any) -> None:
    channel = factories.channel(cast.cuprija, cast.officer, is_practice=True)
    row, day = ask(channel, local("2026-11-05T09:00"), "question"), date(2026, 11, 5)
    answer_arrives(row, local("2026-11-05T10:00"), cast.officer)
    daily_counts.rebuild()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk][1] == 0
    settings.DEMO = True
    daily_counts.rebuild()
    assert measured(cast, "OC3", day, day)[cast.cuprija.pk] == (100, 1, "")


def test_measuring_asks_one_question_and_counting_a_fixed_number(cast: Cast, channels: list[Channel]) -> None:
    def count_queries(function: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            function()
        return len(captured)

    def measure() -> None:
        measured(cast, "OC4", date(2026, 9, 1), date(2026, 12, 31))

    ask(channels[0], local("2026-10-05T09:00"), "question")
    daily_counts.rebuild_dirty_days()
    few = count_queries(daily_counts.rebuild), count_queries(measure)
    for number in range(30):
        row = ask(channels[number % 2], local("2026-10-06T09:00") + timedelta(days=number), "question")
        answer_arrives(row, row.at + timedelta(hours=1), cast.officer)
    daily_counts.rebuild_dirty_days()
    assert (count_queries(daily_counts.rebuild), count_queries(measure)) == few
    assert few[1] == 1


# ---------------------------------------------------------------- what is erased


@pytest.fixture
def year_ago(cast: Cast, channels: list[Channel]) -> date:
    """Three questions of one day more than a year ago: in time, late, and never answered."""
    at = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=400)
    for hours in (1, 24 * 12):
        answer_arrives(ask(channels[0], at, "question"), at + timedelta(hours=hours), cast.officer)
    ask(channels[0], at, "question")
    with scope(cast.cuprija):
        Message.objects.update(state=MessageState.CLOSED, settled_at=at + timedelta(days=13))
    daily_counts.rebuild_dirty_days()
    return at.astimezone(BELGRADE).date()


def figures(cast: Cast, day: date) -> list[tuple[Any, int, str]]:
    return [measured(cast, code, day, day)[cast.cuprija.pk] for code in ("OC3", "OC4")]


def test_what_retention_erases_stays_counted_even_when_its_rows_go(cast: Cast, year_ago: date) -> None:
    before = figures(cast, year_ago)
    assert (round(before[0][0], 1), before[0][1], before[1][1]) == (33.3, 3, 2)
    assert retention.purge_expired() == 3
    daily_counts.rebuild()
    assert figures(cast, year_ago) == before
    with scope(cast.cuprija):
        Reply.objects.all().delete()
        Message.objects.all().delete()
        daily_counts.mark(QUESTIONS, cast.cuprija.pk)
    daily_counts.rebuild_dirty_days()
    daily_counts.sweep()
    daily_counts.rebuild()
    assert figures(cast, year_ago) == before


def test_a_day_that_was_never_counted_is_counted_before_its_words_go(cast: Cast, year_ago: date) -> None:
    before = figures(cast, year_ago)
    with everywhere("nothing was counted yet"):
        Tally.objects.all().delete()
    retention.purge_expired()
    assert figures(cast, year_ago) == before
    with everywhere("a test looks at what was closed"):
        assert Tally.objects.filter(closed_at__isnull=False).count() == 2


def test_a_closed_day_does_not_change_when_a_forgotten_message_is_sorted_anew(cast: Cast, year_ago: date) -> None:
    before = figures(cast, year_ago)
    retention.purge_expired()
    with scope(cast.cuprija):
        triage.set_kind(Message.objects.order_by("pk")[0], MessageKind.PRAISE, by=cast.officer)
    daily_counts.rebuild_dirty_days()
    daily_counts.rebuild()
    assert figures(cast, year_ago) == before


def test_a_day_without_an_answer_is_closed_at_none(cast: Cast, channels: list[Channel]) -> None:
    at = timezone.now() - timedelta(days=400)
    row = ask(channels[0], at, "question")
    with scope(cast.cuprija):
        Message.objects.update(state=MessageState.CLOSED, settled_at=at + timedelta(days=5))
    retention.purge_expired()
    answer_arrives(row, at + timedelta(days=399), cast.officer)
    daily_counts.rebuild()
    assert figures(cast, at.astimezone(BELGRADE).date()) == [(0, 1, ""), (None, 0, "no_questions")]


def test_a_person_who_asks_to_be_erased_changes_no_figure_and_closes_no_day(
    cast: Cast, channels: list[Channel]
) -> None:
    at = local("2026-11-05T09:00")
    with time_machine.travel(local("2026-11-06T12:00"), tick=False):
        first, second = ask(channels[0], at, "question"), ask(channels[0], at, "question", due_at=None)
        answer_arrives(first, at + timedelta(hours=1), cast.officer)
        daily_counts.sweep()
        before = figures(cast, at.date())
        assert before == [(50, 2, ""), (1, 1, "")]
        with scope(cast.cuprija):
            retention.erase_authors(cast.cuprija, [(channels[0].pk, "42")], by=cast.approver)
        daily_counts.rebuild()
        assert figures(cast, at.date()) == before
        answer_arrives(second, timezone.now(), cast.officer)  # it was on its way
        daily_counts.rebuild_dirty_days()
        assert figures(cast, at.date())[1][1] == 2


def test_a_young_day_is_left_open(cast: Cast, channels: list[Channel], settings: Any) -> None:
    settings.INBOX_DAYS = 1
    at = timezone.now() - timedelta(days=4)
    ask(channels[0], at, "question")
    with scope(cast.cuprija):
        Message.objects.update(state=MessageState.CLOSED, settled_at=at)
    assert retention.purge_expired() == 1
    with everywhere("a test looks at what was closed"):
        assert not Tally.objects.filter(closed_at__isnull=False).exists()


# ---------------------------------------------------------------- what was hidden


def hide(channel: Channel, at: datetime, by: Any) -> Moderation:
    message = ask(channel, at)
    with scope(channel.municipality_id):
        row = Moderation(
            municipality_id=channel.municipality_id, message=message, reason="insult", act="hide", text="Увреда",
            written_at=at, copied_at=at, by=by, at=at, state="done", done_at=at,
        )  # fmt: skip
        row.seal = row.sealed()
        row.save()
    return row


def test_what_was_found_of_a_copy_stays_after_it_was_erased(cast: Cast, channels: list[Channel], settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 700
    old, young = timezone.now() - timedelta(days=800), timezone.now() - timedelta(days=3)
    for at in (old, young):
        hide(channels[0], at, cast.officer)
        touched = hide(channels[0], at, cast.officer)
        with scope(cast.cuprija):
            Moderation.objects.filter(pk=touched.pk).update(text="Лепше", author_id="42")
    daily_counts.sweep()
    spans = [(at.astimezone(BELGRADE).date(),) * 2 for at in (old, young)]
    before = [measured(cast, "GV1", *span)[cast.cuprija.pk] for span in spans]
    assert before == [(50, 2, ""), (50, 2, "")]
    assert evidence.purge_expired() == 2
    with scope(cast.cuprija):
        assert evidence.erase_author("42", channels[0].pk, timezone.now()) == 1
    daily_counts.rebuild()
    assert [measured(cast, "GV1", *span)[cast.cuprija.pk] for span in spans] == before
    assert [reckoned(cast, "GV1", *span)[cast.cuprija.pk] for span in spans] == before
    with scope(cast.cuprija):
        Moderation.objects.filter(at=old).delete()
    daily_counts.rebuild()
    assert [measured(cast, "GV1", *span)[cast.cuprija.pk] for span in spans] == before


def test_nothing_of_what_is_counted_is_somebodys(cast: Cast, year_ago: date) -> None:
    """Numbers, days and codes: a table that names nobody needs no time after which it is erased."""
    with everywhere("a test looks at what is kept"):
        tallies = [str(row) for row in Tally.objects.values()]
    assert tallies
    assert not any("Мара" in row or "Када" in row or "'42'" in row for row in tallies)
    names = {column.name for column in Tally._meta.get_fields()}
    assert names == {"id", "municipality", "code", "day", "counted", "met", "minutes", "closed_at"}
