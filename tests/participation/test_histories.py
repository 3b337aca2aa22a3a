"""Random histories of a consultation: nothing is lost, counted twice or without an end, and nobody is answered twice.

Each history is a list of verbs with a number that says on which row. What a verb refuses is no mistake: the state after
it must hold all the same.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from django.db import transaction
from django.utils import timezone, translation

from channels.models import Channel
from common.enums import MailState
from common.errors import ActionNotAllowed
from common.models import MailMessage
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import department_questions, desk, retention
from inbox.models import Department, Message, Reply
from municipalities.tenancy import everywhere, scope
from participation.domain import answer, contribute, decide, departments, minutes, paper, publish
from participation.domain.personal_data_stores import purge_expired
from participation.enums import AnswerState, ConsultationStage, WayIn
from participation.models import AnswerRound, Consultation, Contribution, ContributionQuestion, PaperBatch
from participation.queries.contributions import count as counted
from tests.analytics import factories
from tests.needs.factories import message
from tests.participation.contributed import consultation_of
from tests.people import Cast

WAYS = ("comment", "comment", "private", "mail", "form", "contact", "contact", "speak", "sheet")
# The more often a verb stands here, the more often it is drawn.
ACTS = (
    "decide", "decide", "decide", "decide_all", "same_again", "join", "join", "separate", "reopen", "withdraw",
    "answer", "answer", "answer", "work", "work", "work", "arrive", "arrive", "fail", "mailed", "mailed", "follow",
    "follow", "gone", "erase", "purge", "batch", "correct", "check", "ask_department", "department_answers",
)  # fmt: skip
END = ("check_all", "decide_all", "answer", "work", "over", "close", "arrive", "arrive", "mailed", "follow", "answer")
VERBS = tuple(dict.fromkeys((*WAYS, *ACTS, *END)))
LIVE = (State.WAITING, State.SCHEDULED, State.SENDING, State.PROCESSING, State.PUBLISHED, State.CHECKING)
TEXTS = ("Предлажем тротоар", "Predlažem trotoar u ulici", "Клупе у парку", "Više autobusa, molim")


def _steps(verbs: tuple[str, ...], least: int, most: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(verbs), st.integers(0, 10_000)), min_size=least, max_size=most)


def _ending(numbers: list[int]) -> list[tuple[str, int]]:
    return list(zip(END, numbers, strict=False))


# People write first, then much happens in any order, and some histories go on to their end.
histories = st.builds(
    lambda *parts: [step for part in parts for step in part],
    _steps(WAYS, 2, 6),
    _steps((*WAYS, *ACTS, *ACTS), 4, 16),
    st.one_of(st.just([]), st.lists(st.integers(0, 10_000), min_size=6, max_size=len(END)).map(_ending)),
    _steps(ACTS, 0, 6),
)


class History:
    """One consultation and everything that ever came in."""

    def __init__(self, cast: Cast, channel: Channel, mailbox: Channel) -> None:
        self.cast, self.channel, self.mailbox = cast, channel, mailbox
        self.consultation = consultation_of(cast)
        self.taken: set[int] = set()
        self.numbers = count(1)
        # (contribution, moment of its decision) of every answer that was ever begun
        self.replies: dict[int, tuple[int, Any]] = {}
        self.mails: dict[str, tuple[int, Any]] = {}

    def run(self, verb: str, number: int) -> None:
        try:
            with transaction.atomic():
                getattr(self, verb)(number)
        except (ActionNotAllowed, department_questions.LinkClosed):
            pass

    # ---- what is there

    def rows(self) -> list[Contribution]:
        rows = Contribution.objects.filter(consultation=self.consultation).order_by("number")
        return list(rows.select_related("consultation", "same_as", "reply__delivery", "message", "batch"))

    def pick(self, number: int) -> Contribution:
        rows = self.rows()
        if not rows:
            raise ActionNotAllowed("nothing yet")
        return rows[number % len(rows)]

    def add(self, contribution: Contribution) -> None:
        self.taken.add(contribution.pk)

    # ---- ways in

    def _written(self, number: int, channel: Channel, **fields: Any) -> None:
        written = message(channel, TEXTS[number % len(TEXTS)], author_id=f"a{number}", **fields)
        self.add(contribute.from_message(self.consultation, written, by=self.cast.officer))

    def comment(self, number: int) -> None:
        self._written(number, self.channel)

    def private(self, number: int) -> None:
        self._written(number, self.channel, visibility="direct")

    def mail(self, number: int) -> None:
        self._written(number, self.mailbox, visibility="direct")

    def form(self, number: int) -> None:
        self.add(contribute.from_form(self.consultation, TEXTS[number % len(TEXTS)])[0])

    def contact(self, number: int) -> None:
        address = f"ana{number}@test.example"
        self.add(contribute.from_form(self.consultation, TEXTS[number % len(TEXTS)], contact=address)[0])

    def speak(self, number: int) -> None:
        meeting = self.consultation.meetings.first() or minutes.add(
            self.consultation, minutes.MeetingContent("Дом", timezone.now(), 20, 9), by=self.cast.officer
        )
        self.add(contribute.from_meeting(meeting, TEXTS[number % 4], speaker="citizen", by=self.cast.officer))

    def batch(self, number: int) -> None:
        day = timezone.localdate()
        paper.add_batch(self.consultation, "МЗ", sheets=1 + number % 2, received_on=day, by=self.cast.officer)

    def _batch(self, number: int) -> PaperBatch:
        batches = list(PaperBatch.objects.filter(consultation=self.consultation, checked_at=None).order_by("pk"))
        if not batches:
            self.batch(number)
            return PaperBatch.objects.latest("pk")
        return batches[number % len(batches)]

    def sheet(self, number: int) -> None:
        self.add(contribute.from_paper(self._batch(number), TEXTS[number % 4], by=self.cast.officer))

    def correct(self, number: int) -> None:
        paper.correct(self.pick(number), f"Исправљено {number}", by=self.cast.approver)

    def check(self, number: int) -> None:
        contribute.check_batch(self._batch(number), by=self.cast.approver if number % 5 else self.cast.officer)

    def check_all(self, number: int) -> None:
        for batch in PaperBatch.objects.filter(consultation=self.consultation, checked_at=None):
            if not batch.contributions.exists():
                self.add(contribute.from_paper(batch, "Једини лист", by=self.cast.officer))
            whole = paper.set_sheets(batch, batch.contributions.count(), by=self.cast.officer)
            contribute.check_batch(whole, by=self.cast.approver)

    # ---- decisions

    def decide(self, number: int) -> None:
        decision = ("accepted", "partly", "declined", "elsewhere")[number % 4]
        outcome = decide.Outcome(decision, f"Разлог {number}", "Дом здравља" if decision == "elsewhere" else "", "Речи")
        decide.decide(self.pick(number), outcome, by=self.cast.officer)

    def decide_all(self, number: int) -> None:
        rows = [row for row in self.rows() if not row.decision and row.same_as_id is None]
        decide.decide_several(rows, decide.Outcome("declined", "Исти разлог"), {}, by=self.cast.officer)

    def same_again(self, number: int) -> None:
        one = self.pick(number)
        outcome = decide.Outcome(one.decision, one.reason, one.where_to, "Друге речи")
        decide.decide(one, outcome, by=self.cast.officer)

    def join(self, number: int) -> None:
        decide.group(self.pick(number), self.pick(number // 7), by=self.cast.officer)

    def separate(self, number: int) -> None:
        joined = [row for row in self.rows() if row.same_as_id]
        if joined:
            decide.separate(joined[number % len(joined)], by=self.cast.officer)

    def reopen(self, number: int) -> None:
        decide.reopen(self.pick(number), by=self.cast.officer)

    def withdraw(self, number: int) -> None:
        decide.withdraw(self.pick(number), by=None)

    def ask_department(self, number: int) -> None:
        department = Department.objects.first() or desk.add_department(
            self.cast.cuprija, "Путеви", "putevi@test.example", by=self.cast.officer
        )
        departments.ask(
            self.pick(number), department, "Колико?", "Речи", by=self.cast.officer,
            until=timezone.now() + timedelta(days=2),
        )  # fmt: skip

    def department_answers(self, number: int) -> None:
        questions = list(ContributionQuestion.objects.order_by("pk"))
        if questions:
            department_questions.answer(departments.SOURCE, questions[number % len(questions)], f"Око {number}")

    # ---- answers

    def answer(self, number: int) -> None:
        due = list(answer.reachable(self.consultation).order_by("pk"))
        answer.start_round(self.consultation, answer.digest(due), by=self.cast.officer)
        if waiting := AnswerRound.objects.filter(needs_approval=True, approved_at=None).first():
            answer.approve_round(waiting, by=self.cast.approver)

    def work(self, number: int) -> None:
        answer.send_pending()

    def _delivery(self, number: int) -> Delivery:
        rows = list(Delivery.objects.filter(kind="reply", state__in=[State.WAITING, State.SCHEDULED]).order_by("pk"))
        if not rows:
            raise ActionNotAllowed("nothing under way")
        return rows[number % len(rows)]

    def arrive(self, number: int) -> None:
        Delivery.objects.filter(pk=self._delivery(number).pk).update(
            state=State.PUBLISHED, published_at=timezone.now(), remote_id=f"r{next(self.numbers)}"
        )

    def fail(self, number: int) -> None:
        Delivery.objects.filter(pk=self._delivery(number).pk).update(state=State.FAILED)

    def mailed(self, number: int) -> None:
        row = MailMessage.objects.filter(state=MailState.WAITING, dedupe__startswith="participation.answer").first()
        if row is not None:
            state = MailState.FAILED if number % 3 == 0 else MailState.SENT
            sent_at = timezone.now() if state == MailState.SENT else None
            MailMessage.objects.filter(pk=row.pk).update(state=state, sent_at=sent_at)

    def follow(self, number: int) -> None:
        answer.follow()

    # ---- what time and citizens do

    def gone(self, number: int) -> None:
        one = self.pick(number)
        Message.objects.filter(pk=one.message_id).update(remote_deleted_at=timezone.now())
        answer.note_deleted()

    def erase(self, number: int) -> None:
        one = self.pick(number)
        if one.message is not None and one.message.author_id:
            authors = [(one.message.channel_id, one.message.author_id)]
            retention.erase_authors(self.cast.cuprija, authors, by=self.cast.approver)

    def purge(self, number: int) -> None:
        purge_expired()

    def over(self, number: int) -> None:
        Consultation.objects.filter(pk=self.consultation.pk).update(closes_at=timezone.now() - timedelta(minutes=1))

    def close(self, number: int) -> None:
        publish.close(self.consultation, by=self.cast.approver)

    # ---- what holds after each

    def holds(self) -> None:
        rows = self.rows()
        row = rows[0].consultation if rows else Consultation.objects.get(pk=self.consultation.pk)
        assert [one.number for one in rows] == list(range(1, row.last_number + 1)), "numbers without holes"
        assert {one.pk for one in rows} == self.taken, "none lost, none made of nothing"
        counts = counted(row)
        assert counts.total == len(rows) == sum(counts.by_way.values()) == sum(counts.by_decision.values())
        if row.stage != ConsultationStage.PUBLISHED:
            assert all(one.decision for one in rows), "a closed consultation has no open contribution"
            assert all(one.is_checked for one in rows)
        for one in rows:
            self._holds_of(one)
        self._nobody_is_answered_twice(rows)
        for question in ContributionQuestion.objects.select_related("contribution__consultation"):
            asked_about = question.contribution
            assert asked_about.withdrawn_at is None, "its words are erased, and the question with them"
            assert asked_about.erased_at is None
            assert asked_about.message_id is None
            assert not asked_about.decision or not question.is_open

    def _holds_of(self, one: Contribution) -> None:
        if one.same_as is not None:
            same = one.same_as
            assert (one.decision, one.reason, one.where_to) == (same.decision, same.reason, same.where_to)
            assert same.same_as_id is None
        if one.withdrawn_at:
            assert (one.decision, one.text, one.public_text, one.contact) == ("withdrawn", "", "", "")
        if one.gone_at:
            assert one.public_text == ""
        if one.answer_state == AnswerState.SENT:
            assert one.answered_at is not None
            assert one.reply is not None or one.way_in == WayIn.FORM
        if one.answer_state == AnswerState.WAITING:
            assert one.round_id is not None or one.withdrawn_at
        if one.answer_state == AnswerState.BY_CODE:
            assert one.way_in == WayIn.FORM
        if one.answer_state == AnswerState.UNREACHABLE:
            assert (
                one.way_in in (WayIn.MEETING, WayIn.PAPER)
                or one.message is None
                or (one.message.erased_at or one.message.remote_deleted_at)
            )
        if one.answer_state and one.answer_state != AnswerState.WAITING:
            assert one.decision, "nobody is answered without a decision"

    def _nobody_is_answered_twice(self, rows: list[Contribution]) -> None:
        of_message = {one.message_id: one for one in rows if one.message_id}
        live = []
        for reply in Reply.objects.filter(message__in=of_message).select_related("delivery"):
            one = of_message[reply.message_id]
            about = self.replies.setdefault(reply.pk, (one.pk, one.decided_at))
            live += [about] if reply.delivery.state in LIVE else []
        assert max(Counter(live).values(), default=0) <= 1, "two answers to one decision"
        by_pk, going = {one.pk: one for one in rows}, []
        mails = MailMessage.objects.filter(dedupe__startswith="participation.answer:")
        for key, state in mails.values_list("dedupe", "state"):
            pk = int(str(key).split(":")[1])
            about = self.mails.setdefault(str(key), (pk, by_pk[pk].decided_at))
            going += [about] if state in (MailState.WAITING, MailState.SENT) else []
        assert max(Counter(going).values(), default=0) <= 1, "two mails about one decision"


def live_through(cast: Cast, channels: tuple[Channel, Channel], steps: list[tuple[str, int]]) -> None:
    """One history, undone at its end."""
    with translation.override("en"), transaction.atomic():
        with scope(cast.cuprija):
            history = History(cast, *channels)
            for verb, number in steps:
                history.run(verb, number)
                history.holds()
        transaction.set_rollback(True)


@pytest.fixture
def channels(cast: Cast) -> tuple[Channel, Channel]:
    mailbox = factories.channel(cast.cuprija, cast.approver, platform="mail", server="imap.test.example")
    return factories.channel(cast.cuprija, cast.approver), mailbox


# Shrinking a history takes longer than reading it.
PHASES = [Phase.explicit, Phase.generate]
EVERY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=3, suppress_health_check=EVERY, phases=PHASES, derandomize=True, deadline=None)
@given(steps=histories)
def test_some_histories_lose_nothing_and_answer_nobody_twice(
    cast: Cast, channels: tuple[Channel, Channel], steps: list[tuple[str, int]]
) -> None:
    live_through(cast, channels, steps)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=EVERY, phases=PHASES, derandomize=True, deadline=None)
@given(steps=histories)
def test_forty_histories_lose_nothing_and_answer_nobody_twice(
    cast: Cast, channels: tuple[Channel, Channel], steps: list[tuple[str, int]]
) -> None:
    live_through(cast, channels, steps)


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_histories_lose_nothing(cast: Cast, channels: tuple[Channel, Channel], part: int) -> None:
    """In four parts, so that they run at once."""

    @seed(f"{random.getrandbits(64)} {part}")
    @settings(max_examples=2_500, suppress_health_check=EVERY, phases=PHASES, deadline=None)
    @given(steps=histories)
    def a_history_holds(steps: list[tuple[str, int]]) -> None:
        live_through(cast, channels, steps)

    a_history_holds()


def test_a_history_with_every_verb_holds(cast: Cast, channels: tuple[Channel, Channel]) -> None:
    live_through(cast, channels, [(verb, number) for number, verb in enumerate((*WAYS, *VERBS * 2))])


def test_nothing_of_a_history_is_left_to_the_next(cast: Cast, channels: tuple[Channel, Channel]) -> None:
    live_through(cast, channels, [("form", 1)])
    with everywhere("a test counts"):
        assert not Contribution.objects.exists()
