"""Holidays of Serbia and the clock of working hours.

The days are in `reference/holidays.toml`; this module has the rules that cannot be a table: Easter, the Sunday rule,
the Islamic calendar and what a working minute is. `holidays()` feeds calendars and warnings, `working_minutes()` feeds
response times.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from common import languages
from municipalities.reference import DIRECTORY
from serbian.transliteration import to_latin

BELGRADE = ZoneInfo("Europe/Belgrade")
OPENS, CLOSES = time(7), time(15)
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Holiday:
    """A holiday or marked day. `is_working` is about offices; `sensitive` days tolerate no cheerful posts;
    `is_moved` is the free day after a Sunday holiday; `is_estimate` is a day its community has yet to announce."""

    on: date
    key: str
    kind: str
    name_cyrl: str
    name_en: str
    is_working: bool = True
    sensitive: bool = False
    is_moved: bool = False
    is_estimate: bool = False
    municipality: str = ""

    @property
    def name_latn(self) -> str:
        return to_latin(self.name_cyrl)

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return self.name(languages.current().code)

    def name(self, language: str) -> str:
        """The name as pages in an interface language (a code of settings.LANGUAGES) show it."""
        variant = languages.by_code()[language].text_variant
        return {"cyrl": self.name_cyrl, "latn": self.name_latn, "en": self.name_en}[variant]


def holidays(start: date, end: date, municipality_slug: str | None = None) -> list[Holiday]:
    """Every holiday from `start` to `end`, both included, by date; local days only for `municipality_slug`."""
    years = range(start.year, end.year + 1)
    return [
        day
        for year in years
        for day in _of_year(year)
        if start <= day.on <= end and day.municipality in ("", municipality_slug)
    ]


def is_working_day(day: date) -> bool:
    """True from Monday to Friday unless offices are closed by a holiday."""
    return day.weekday() < 5 and day not in _closed(day.year)


def next_working_day(day: date) -> date:
    """`day` itself where offices work on it."""
    while not is_working_day(day):
        day += _DAY
    return day


def end_of_next_working_day(moment: datetime) -> datetime:
    """The midnight, in Belgrade time, that ends the first working day after the local day of an aware time."""
    day = next_working_day(moment.astimezone(BELGRADE).date() + _DAY)
    return datetime.combine(day + _DAY, time(), BELGRADE)


def is_open(moment: datetime, opens: time = OPENS, closes: time = CLOSES) -> bool:
    """Whether offices are open at an aware time."""
    local = moment.astimezone(BELGRADE)
    return is_working_day(local.date()) and opens <= local.time() < closes


def next_opening(moment: datetime, opens: time = OPENS) -> datetime:
    """When offices open next after an aware time, in Belgrade time."""
    local = moment.astimezone(BELGRADE)
    day = local.date()
    while not is_working_day(day) or datetime.combine(day, opens, BELGRADE) <= local:
        day += _DAY
    return datetime.combine(day, opens, BELGRADE)


def last_closing(moment: datetime, closes: time = CLOSES) -> datetime:
    """When offices closed last before an aware time, in Belgrade time."""
    local = moment.astimezone(BELGRADE)
    day = local.date()
    while not is_working_day(day) or datetime.combine(day, closes, BELGRADE) > local:
        day -= _DAY
    return datetime.combine(day, closes, BELGRADE)


def working_minutes(start: datetime, end: datetime, opens: time = OPENS, closes: time = CLOSES) -> int:
    """Whole minutes of office hours between two aware times; 0 if `end` is not after `start`.

    `opens` and `closes` are local wall times of the municipality's offices.
    """
    if end <= start:
        return 0
    day, last = start.astimezone(BELGRADE).date(), end.astimezone(BELGRADE).date()
    total = timedelta()
    while day <= last:
        if is_working_day(day):
            total += _overlap(day, opens, closes, start, end)
        day += _DAY
    return int(total.total_seconds() // 60)


def orthodox_easter(year: int) -> date:
    """Easter Sunday of the Julian calendar, as a Gregorian date (Meeus; valid 1900 to 2099)."""
    moon = (19 * (year % 19) + 15) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + sunday + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def catholic_easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap = (century + 8) // 25
    moon = (19 * golden + century - century // 4 - (century - leap + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def islamic_days(year: int, month: int, day: int) -> list[date]:
    """Gregorian dates in `year` of an Islamic date, by the tabular calendar: right to a day, and no more."""
    first = int((year - 622) * 33 / 32) - 1
    candidates = (_tabular(islamic, month, day) for islamic in range(first, first + 4))
    return [candidate for candidate in candidates if candidate.year == year]


def _tabular(year: int, month: int, day: int) -> date:
    days = day + (59 * (month - 1) + 1) // 2 + (year - 1) * 354 + (3 + 11 * year) // 30
    return date.fromordinal(227014 + days)  # 227015 is 19 July 622, 1 Muharram 1


def _overlap(day: date, opens: time, closes: time, start: datetime, end: datetime) -> timedelta:
    opened = max(datetime.combine(day, opens, BELGRADE).astimezone(start.tzinfo), start)
    closed = min(datetime.combine(day, closes, BELGRADE).astimezone(start.tzinfo), end)
    # Two aware times of one zone are subtracted as wall time; in UTC the hours of a clock change count.
    return max(closed.astimezone(ZoneInfo("UTC")) - opened.astimezone(ZoneInfo("UTC")), timedelta())


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((DIRECTORY / "holidays.toml").read_text(encoding="utf-8"))


@cache
def _of_year(year: int) -> tuple[Holiday, ...]:
    days = [*_fixed(year), *_around_easter(year), *_islamic(year), *_local(year)]
    return tuple(sorted([*days, *_moved(year, days)]))


@cache
def _closed(year: int) -> frozenset[date]:
    return frozenset(day.on for day in _of_year(year) if not day.is_working)


def _fixed(year: int) -> list[Holiday]:
    return [_holiday(row, date.fromisoformat(f"{year}-{on}")) for row in _table()["fixed"] for on in row["on"]]


def _around_easter(year: int) -> list[Holiday]:
    sundays = {"orthodox": orthodox_easter(year), "catholic": catholic_easter(year)}
    return [
        _holiday({"kind": row["calendar"], **row}, sundays[row["calendar"]] + timedelta(days=row["offset"]))
        for row in _table()["easter"]
    ]


def _islamic(year: int) -> list[Holiday]:
    holidays = []
    for entry in _table()["islamic"]:
        row = {"kind": "islamic", **entry}
        announced = [date.fromisoformat(on) for on in row["on"] if on.startswith(f"{year}-")]
        holidays += [_holiday(row, on) for on in announced]
        if not announced:
            holidays += [
                replace(_holiday(row, on), is_estimate=True) for on in islamic_days(year, row["month"], row["day"])
            ]
    return holidays


def _local(year: int) -> list[Holiday]:
    return [
        replace(
            _holiday({"kind": "local", **row}, date.fromisoformat(f"{year}-{on}")), municipality=row["municipality"]
        )
        for row in _table()["local"]
        for on in row["on"]
    ]


def _moved(year: int, days: list[Holiday]) -> list[Holiday]:
    """The Sunday rule: a state holiday on a Sunday frees the next day that is not a holiday already."""
    moving = {row["key"] for row in _table()["fixed"] if row.get("moves")}
    closed = {day.on for day in days if not day.is_working}
    moved = []
    for day in sorted(days):
        if day.key in moving and day.on.weekday() == 6:
            free = day.on + _DAY
            while free in closed or free.weekday() >= 5:
                free += _DAY
            closed.add(free)
            moved.append(replace(day, on=free, is_moved=True))
    return moved


def _holiday(row: dict[str, Any], on: date) -> Holiday:
    return Holiday(
        on=on,
        key=row["key"],
        kind=row["kind"],
        name_cyrl=row["sr"],
        name_en=row["en"],
        is_working=row.get("works", True),
        sensitive=row.get("sensitive", False),
    )
