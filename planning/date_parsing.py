"""Parses dates and times as people type them into a table, in both scripts and in English. Pure."""

import re
from datetime import date, time, timedelta

from serbian.folding import fold

MOST = 60
# A date without a year is in the future, but one of last week means last week and not next year.
BACK = timedelta(days=60)

_WEEKDAY = (
    r"(?:(?:ponedeljak|utorak|sr(?:ij)?eda|cetvrtak|petak|subota|nedelja|mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?"
    r"|pon|uto|ut|sre|sri|cet|pet|sub|ned|wed|sat)\s*[.,]*\s*"
)
_YEAR = r"(?P<year>\d{4}|\d{2}))?\s*\.?\s*(?:godine|god\.?|g\.?)?"
_MONTHS = (
    r"jan(?:uara?|uary)?", r"feb(?:ruara?|ruary)?", r"mar(?:ta?|ch)?", r"apr(?:ila?)?", r"maja?|may", r"jun[aei]?",
    r"jul[aiy]?", r"avg(?:usta?)?|aug(?:ust)?", r"sept?(?:emb(?:ar|ra|er))?", r"okt(?:ob(?:ar|ra))?|oct(?:ober)?",
    r"nov(?:emb(?:ar|ra|er))?", r"dec(?:emb(?:ar|ra|er))?",
)  # fmt: skip
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")

_NUMBERS = re.compile(
    rf"(?:{_WEEKDAY})?(?P<day>\d{{1,2}})\s*[./-]\s*(?P<month>\d{{1,2}}|[ivx]{{1,4}})(?:(?:\s*[./-]\s*|\s+){_YEAR}"
)
_WORDS = re.compile(rf"(?:{_WEEKDAY})?(?P<day>\d{{1,2}})\s*\.?\s*(?P<month>[a-z]{{3,9}})(?:\s*[.,]?\s*{_YEAR}")
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\.?")
_CLOCK = re.compile(
    r"(?:u\s+)?(\d{1,2})(?:\s*[:.,h]\s*(\d{2}))?(?::\d{2})?\s*\.?\s*"
    r"(?:(am|pm)|h|c|cas|casa|casova|sat|sata|sati)?\.?"
)


def parse_day(typed: str, today: date) -> date | None:
    """24.11.2026., 24/11/26, 24. новембар, уторак 24. XI 2026. and 2026-11-24; None for anything else."""
    plain = fold(typed[:MOST]).strip()
    for form in (_ISO, _NUMBERS, _WORDS):
        if match := form.fullmatch(plain):
            month = _month(match["month"])
            return _date(match["year"], month, int(match["day"]), today) if month else None
    return None


def _month(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    if word in _ROMAN:
        return _ROMAN.index(word) + 1
    return next((at for at, form in enumerate(_MONTHS, 1) if re.fullmatch(form, word)), None)


def _date(year: str | None, month: int, day: int, today: date) -> date | None:
    if year:
        return _in_year(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    days = [_in_year(candidate, month, day) for candidate in range(today.year - 1, today.year + 2)]
    return next((on for on in days if on and on >= today - BACK), None)


def _in_year(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(typed: str) -> time | None:
    """9:00, 09.00, 9h, 9 часова, у 9 and 7 pm; None for anything else."""
    match = _CLOCK.fullmatch(fold(typed[:MOST]).strip())
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3] and not 1 <= hour <= 12:
        return None
    try:
        return time(hour % 12 + (12 if match[3] == "pm" else 0) if match[3] else hour, minute)
    except ValueError:
        return None


def parse_day_and_time(typed_day: str, typed_time: str, today: date) -> tuple[date | None, time | None]:
    """The day and the time of a row, also where one cell holds both: "24.11.2026. у 9 часова"."""
    on, at = parse_day(typed_day, today), parse_time(typed_time)
    if on is None:
        on, within = _both(typed_day, today)
        at = at if typed_time else within
    elif at is None and typed_time:
        same, within = _both(typed_time, today)
        at = within if same == on else None
    return on, at


def _both(typed: str, today: date) -> tuple[date | None, time | None]:
    tokens = typed[:MOST].replace("T", " ").split()
    for cut in range(len(tokens) - 1, 0, -1):
        on, at = parse_day(" ".join(tokens[:cut]).rstrip(","), today), parse_time(" ".join(tokens[cut:]))
        if on and at:
            return on, at
    return None, None
