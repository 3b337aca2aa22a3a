"""Reasons why a municipality needs the programme's attention, in order of urgency. Pure: facts in, reasons out.

Whatever is late, missing or waits too long is a reason; what merely waits is shown beside it. A municipality that has
left the programme needs no attention.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import short_date
from mentoring.enums import Side

# Below these periods there is no reason yet.
PLAN_AFTER = timedelta(days=14)  # the training is over, and no plan was begun
AGREED_AFTER = timedelta(days=7)  # a plan or a change waits for agreement
WORD_AFTER = timedelta(days=2)  # a draft waits for the mentor: the programme promises a day
ANSWER_AFTER = timedelta(days=7)  # a remark waits for the municipality
SILENT_AFTER = timedelta(days=21)  # the mentor and the municipality have not talked
ENDS_WITHIN = timedelta(days=21)  # the mentor's last day is near

# The most urgent first; what only people of the programme can settle stands before what a reminder settles.
KINDS = ("no_mentor", "ends", "no_plan", "overdue", "drafts", "agreement", "proposal", "silence", "unsaid", "feedback",
         "behind")  # fmt: skip


class HasDates(Protocol):
    """A period of days; both ends belong to it, and it may have no end."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class AttentionReason:
    """`since` is the day from which on it counts (of `ends` the last day); `count` how many things it is about."""

    kind: str
    since: date | None = None
    count: int = 0
    sides: tuple[Side, ...] = ()

    @property
    def rank(self) -> tuple[int, date]:
        return KINDS.index(self.kind), self.since or date.max

    @property
    def label(self) -> str:
        """Short, for a row that names the municipality."""
        return _LABELS[self.kind](self)

    def sentence(self, place: str) -> str:
        """What is the matter and what to do next."""
        return _SENTENCES[self.kind](self, place)


def covered_until(rows: Iterable[HasDates], on: date) -> date | None:
    """The last day up to which a mentor accompanies the municipality without a gap, from `on`; None: no end is set.

    Raises `ValueError` if no mentor does today.
    """
    left = sorted(rows, key=lambda row: row.starts_on)
    if not any(row.starts_on <= on and (row.ends_on is None or row.ends_on >= on) for row in left):
        raise ValueError("nobody accompanies it today")
    until = on - timedelta(days=1)
    for row in left:
        if row.starts_on > until + timedelta(days=1) and row.starts_on > on:
            break
        if row.ends_on is None:
            return None
        until = max(until, row.ends_on)
    return until


def attention_reasons(status: Any, on: date) -> list[AttentionReason]:
    """Of a `mentoring.queries.programme_home.EnrolmentStatus`, the most urgent first."""
    if status.has_left or status.is_to_come:
        return []
    needs = [*_people(status, on), *_plan(status, on), *_talk(status, on), *_posts(status, on)]
    if status.behind:
        needs.append(AttentionReason("behind", None, len(status.behind)))
    return sorted(needs, key=lambda need: need.rank)


def _people(status: Any, on: date) -> Iterable[AttentionReason]:
    if status.overview.is_closed:
        return  # the plan is over: it needs no mentor any more
    if not status.current:
        yield AttentionReason("no_mentor", status.without_since)
        return
    until = covered_until(status.pairings, on)
    last = min((day for day in (status.plan_until, status.enrolment.ends_on) if day), default=None)
    if until and until - on <= ENDS_WITHIN and not (last and last <= until):
        yield AttentionReason("ends", until)


def _plan(status: Any, on: date) -> Iterable[AttentionReason]:
    overview, begins = status.overview, max(status.enrolment.cohort.training_on, status.enrolment.starts_on)
    if overview.plan is None:
        if on - begins >= PLAN_AFTER:
            yield AttentionReason("no_plan", begins)
        return
    if overview.overdue:
        yield AttentionReason("overdue", None, overview.overdue)
    if sides := overview.waits_to_agree:
        since = _day(overview.plan.created_at)
        if on - since >= AGREED_AFTER:
            yield AttentionReason("agreement", since, sides=tuple(sides))
    waits = [(_day(at), Side(side)) for side, at in overview.proposed]
    if waits and on - min(waits)[0] >= AGREED_AFTER:
        yield AttentionReason("proposal", min(waits)[0], sides=tuple(side for _since, side in sorted(waits)))


def _talk(status: Any, on: date) -> Iterable[AttentionReason]:
    overview = status.overview
    if not overview.is_agreed or overview.is_closed:
        return
    if overview.unsaid_at and on - _day(overview.unsaid_at) >= WORD_AFTER:
        yield AttentionReason("unsaid", _day(overview.unsaid_at))
    elif overview.next_at is None:
        since = _day(overview.last_at or overview.plan.agreed_at)
        if on - since >= SILENT_AFTER:
            yield AttentionReason("silence", since)


def _posts(status: Any, on: date) -> Iterable[AttentionReason]:
    for kind, waiting, after in (
        ("drafts", status.to_mentor, WORD_AFTER), ("feedback", status.to_municipality, ANSWER_AFTER),
    ):  # fmt: skip
        if waiting and on - _day(waiting.since) >= after:
            yield AttentionReason(kind, _day(waiting.since), waiting.count)


def _day(at: datetime) -> date:
    return timezone.localdate(at)


# ---- texts


def _who(sides: Sequence[Side]) -> str:
    if len(sides) > 1:
        return _("both sides")
    return _("the mentor") if sides[0] == Side.MENTOR else _("the municipality")


def _since(need: AttentionReason) -> str:
    return short_date(need.since) if need.since else ""


_LABELS = {
    "no_mentor": lambda need: _("no mentor"),
    "ends": lambda need: _("mentor until %(day)s, no successor") % {"day": _since(need)},
    "no_plan": lambda need: _("no plan yet"),
    "overdue": lambda need: ngettext(
        "%(count)s activity past its day", "%(count)s activities past their day", need.count
    ) % {"count": need.count},
    "drafts": lambda need: ngettext(
        "%(count)s post waits for the mentor", "%(count)s posts wait for the mentor", need.count
    ) % {"count": need.count},
    "agreement": lambda need: _("plan waits for %(side)s") % {"side": _who(need.sides)},
    "proposal": lambda need: _("change waits for %(side)s") % {"side": _who(need.sides)},
    "silence": lambda need: _("no check-in since %(day)s") % {"day": _since(need)},
    "unsaid": lambda need: _("check-in of %(day)s without notes") % {"day": _since(need)},
    "feedback": lambda need: ngettext(
        "feedback on %(count)s post waits for an answer", "feedback on %(count)s posts waits for an answer", need.count
    ) % {"count": need.count},
    "behind": lambda need: ngettext("%(count)s indicator behind", "%(count)s indicators behind", need.count)
    % {"count": need.count},
}  # fmt: skip

_SENTENCES = {
    "no_mentor": lambda need, place: _("%(place)s has no mentor. Pair one, so that its drafts are read.")
    % {"place": place},
    "ends": lambda need, place: _("The mentor of %(place)s ends on %(day)s and there is no successor. Choose one.")
    % {"place": place, "day": _since(need)},
    "no_plan": lambda need, place: _("%(place)s has no plan, and the training was on %(day)s. Ask its mentor to start.")
    % {"place": place, "day": _since(need)},
    "overdue": lambda need, place: ngettext(
        "In %(place)s %(count)s agreed activity is past its day. Ask its mentor what is in the way.",
        "In %(place)s %(count)s agreed activities are past their day. Ask its mentor what is in the way.", need.count,
    ) % {"place": place, "count": need.count},
    "drafts": lambda need, place: ngettext(
        "In %(place)s %(count)s post has waited for the mentor since %(day)s. Ask the mentor for a word.",
        "In %(place)s %(count)s posts wait for the mentor, the first since %(day)s. Ask the mentor for a word.",
        need.count,
    ) % {"place": place, "count": need.count, "day": _since(need)},
    "agreement": lambda need, place: _("The plan of %(place)s has waited for %(side)s since %(day)s. Remind them.")
    % {"place": place, "side": _who(need.sides), "day": _since(need)},
    "proposal": lambda need, place: _(
        "A change to the plan of %(place)s has waited for %(side)s since %(day)s. Remind them."
    ) % {"place": place, "side": _who(need.sides), "day": _since(need)},
    "silence": lambda need, place: _(
        "The mentor and %(place)s have not talked since %(day)s, and nothing is planned. Ask the mentor to call."
    ) % {"place": place, "day": _since(need)},
    "unsaid": lambda need, place: _(
        "It has not been recorded whether the check-in with %(place)s on %(day)s was held. Ask the mentor."
    ) % {"place": place, "day": _since(need)},
    "feedback": lambda need, place: ngettext(
        "In %(place)s feedback on %(count)s post has waited for an answer since %(day)s. Ask the mentor to call.",
        "In %(place)s feedback on %(count)s posts waits for an answer, the first since %(day)s. Ask the mentor to "
        "call.", need.count,
    ) % {"place": place, "count": need.count, "day": _since(need)},
    "behind": lambda need, place: ngettext(
        "In %(place)s %(count)s indicator is below today's requirement. Review it with the mentor.",
        "In %(place)s %(count)s indicators are below today's requirement. Review them with the mentor.",
        need.count,
    ) % {"place": place, "count": need.count},
}  # fmt: skip
