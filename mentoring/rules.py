"""Working hours and response times. Pure: no tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from municipalities.holidays import BELGRADE, working_minutes

# Below this many a median or a mean says little, and none is shown.
FEW = 5
# A post that is meant to go out this soon is flagged on the desk.
SOON = timedelta(hours=24)

Days = tuple[date, date]


def working_hours(since: datetime, until: datetime, away: Iterable[Days] = ()) -> float:
    """Hours of offices (07–15 on working days) between two aware times, days of absence left out.

    `away` are periods of days that do not overlap; both ends belong to them.
    """
    minutes = working_minutes(since, until)
    for first, last in away:
        begins = datetime.combine(first, time(), BELGRADE)
        ends = datetime.combine(last + timedelta(days=1), time(), BELGRADE)
        minutes -= working_minutes(max(since, begins), min(until, ends))
    return minutes / 60


@dataclass(frozen=True)
class ResponseTime:
    """How soon a mentor says the first word. `hours` is None while there are fewer than `FEW` answers."""

    days: int
    hours: float | None
    answered: int
    asked: int


@dataclass(frozen=True)
class MentorQuestion:
    """A question to a mentor (a submission, or a comment that names them) and their first word after it, if any."""

    at: datetime
    word_at: datetime | None


def questions(asks: Sequence[datetime], replies: Sequence[datetime]) -> list[MentorQuestion]:
    """Pairs of one post: the first question since the last reply, and the reply to it."""
    pairs: list[MentorQuestion] = []
    waiting: datetime | None = None
    for at, is_word in sorted([(at, False) for at in asks] + [(at, True) for at in replies]):
        if not is_word:
            waiting = waiting or at
        elif waiting is not None:
            pairs.append(MentorQuestion(waiting, at))
            waiting = None
    return [*pairs, MentorQuestion(waiting, None)] if waiting else pairs


def response_time(
    questions: Iterable[MentorQuestion], days: int, now: datetime, away: Sequence[Days] = ()
) -> ResponseTime:
    """The median of working hours over the questions of the last `days` days."""
    recent = [question for question in questions if question.at >= now - timedelta(days=days)]
    hours = [working_hours(question.at, question.word_at, away) for question in recent if question.word_at]
    return ResponseTime(days, median(hours) if len(hours) >= FEW else None, len(hours), len(recent))
