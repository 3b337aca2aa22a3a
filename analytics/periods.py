"""The period of a page and those it is compared with: the previous one, and the municipality's own baseline.

`parse` reads one of the three short periods. `choose` also reads twelve months, everything, and dates in any notation
that people use; for unusable input it returns a sentence, and the page keeps what was typed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.dates import long_date
from common.lazy_text import LazyText
from planning.date_parsing import parse_day as day_typed

CHOICES: dict[str, tuple[int, LazyText]] = {
    "7": (7, _("7 days")),
    "28": (28, _("28 days")),
    "90": (90, _("90 days")),
}
DEFAULT = "28"
YEAR, ALL, OWN = "12m", "all", "own"
LONGER: dict[str, LazyText] = {YEAR: _("12 months"), ALL: _("Everything")}
# A window before the training or before joining, long enough for a rhythm to show and short enough to be remembered.
BASELINE_DAYS = 28
# Nothing is older; 1926 is a typing error.
MOST_YEARS = 12
# Whoever writes no year means a day that is over.
BACKWARDS = timedelta(days=305)


@dataclass(frozen=True)
class Period:
    """Whole days in Belgrade; `last` is included."""

    first: date
    last: date
    key: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.days)]

    @property
    def before(self) -> "Period":
        """The period of the same length right before this one."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True)
class Chosen:
    """A period as requested. `problem` says what could not be used and `note` what was cut off; `typed` holds the
    contents of the two fields."""

    period: Period
    problem: str = ""
    note: str = ""
    typed: tuple[str, str] = ("", "")


def parse(wanted: str | None, today: date) -> Period:
    """The period named in the address; anything unknown is the default. Ends yesterday: today is not over."""
    key = wanted if wanted in CHOICES else DEFAULT
    days, _label = CHOICES[key]
    last = today - timedelta(days=1)
    return Period(last - timedelta(days=days - 1), last, key)


def choose(
    wanted: str | None, typed: tuple[str, str], today: date, earliest: date | None, default: str = DEFAULT
) -> Chosen:
    """`earliest` is the first day with data, for "everything"; None while there is none."""
    key = wanted if wanted in {*CHOICES, *LONGER, OWN} else default
    last = today - timedelta(days=1)
    if key == YEAR:
        return Chosen(Period(a_year_before(last) + timedelta(days=1), last, YEAR))
    if key == ALL:
        return Chosen(Period(_within_reason(min(earliest or last, last), last), last, ALL))
    if key == OWN:
        return _own(typed, last, default)
    return Chosen(parse(key, today))


def _own(typed: tuple[str, str], last: date, default: str) -> Chosen:
    texts = (typed[0].strip()[:40], typed[1].strip()[:40])
    stand_in = choose(default, ("", ""), last + timedelta(days=1), None).period
    stand_in = Period(stand_in.first, stand_in.last, OWN)
    since, until = (day_typed(word, last - BACKWARDS) if word else None for word in texts)
    problem = ""
    if not any(texts):
        problem = gettext("Enter the first and the last day of the period.")
    elif bad := [word for word, day in zip(texts, (since, until), strict=True) if word and day is None]:
        problem = gettext("“%(typed)s” is not a day. Write it like 24. 11. 2026. or 24.11.2026.") % {"typed": bad[0]}
    elif since is None:
        problem = gettext("Enter the first day too.")
    elif since > last:
        problem = gettext("The period begins on %(day)s, and that day is not over yet.") % {"day": long_date(since)}
    elif until and until < since:
        problem = gettext("The last day lies before the first one. Exchange them.")
    if problem or since is None:
        return Chosen(stand_in, problem, typed=texts)
    note = ""
    if until and until > last:
        note = gettext("Metrics end on %(day)s: today is not over.") % {"day": long_date(last)}
    first, final = since, min(until or last, last)
    if first < _within_reason(first, last):
        first = _within_reason(first, last)
        note = gettext("Nothing is older than %(day)s.") % {"day": long_date(first)}
        final = max(final, first)
    return Chosen(Period(first, final, OWN), note=note, typed=texts)


def a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _within_reason(first: date, last: date) -> date:
    return max(first, last - timedelta(days=366 * MOST_YEARS))


# ---- stretches of a chart ----


DAY, WEEK, MONTH, QUARTER = "day", "week", "month", "quarter"
MOST_DAYS, MOST_WEEKS, MOST_MONTHS = 31, 26, 24


@dataclass(frozen=True)
class Stretches:
    """Points of an axis: single days for a month, weeks that end with the period for half a year, months for two
    years, then quarters. The first and the last may be shorter than the others."""

    unit: str
    firsts: list[date]
    lasts: list[date]

    def __len__(self) -> int:
        return len(self.firsts)


def stretches(period: Period) -> Stretches:
    if period.days <= MOST_DAYS:
        return Stretches(DAY, period.dates, period.dates)
    if period.days <= MOST_WEEKS * 7:
        short = period.days % 7
        firsts = [period.first] if short else []
        firsts += [period.first + timedelta(days=n) for n in range(short, period.days, 7)]
        return Stretches(WEEK, firsts, _until_next(firsts, period.last))
    return _by_calendar(period)


def _by_calendar(period: Period) -> Stretches:
    firsts = [period.first]
    while (after := (firsts[-1].replace(day=1) + timedelta(days=32)).replace(day=1)) <= period.last:
        firsts.append(after)
    unit = MONTH if len(firsts) <= MOST_MONTHS + 1 else QUARTER
    if unit == QUARTER:
        firsts = [firsts[0], *(first for first in firsts[1:] if first.month % 3 == 1)]
    return Stretches(unit, firsts, _until_next(firsts, period.last))


def _until_next(firsts: list[date], last: date) -> list[date]:
    return [first - timedelta(days=1) for first in firsts[1:]] + [last]
