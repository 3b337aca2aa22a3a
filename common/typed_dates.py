"""Days and times as people type them: "6.12.2026.", "06. 12. 2026", "9.30", "0930", and as a browser sends them.

The day always comes before the month: a day that is typed with slashes is refused, since nobody can say which is which.
"""

import re
from datetime import date, time

_DAY = re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4})\s*\.?")
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[.:]\s*(\d{2}))?\s*(?:h|ч)?|(\d{2})(\d{2})")


def parse_day(text: str) -> date:
    """Raises `ValueError` for what is no day of the calendar."""
    text = text.strip()
    match = _DAY.fullmatch(text)
    if match is None:
        return date.fromisoformat(text)
    day, month, year = map(int, match.groups())
    return date(year, month, day)


def parse_clock(text: str) -> time:
    """Raises `ValueError` for what is no time of a day."""
    text = text.strip()
    match = _CLOCK.fullmatch(text)
    if match is None:
        return time.fromisoformat(text)
    hour, minute, joined_hour, joined_minute = match.groups()
    return time(int(hour or joined_hour), int(minute or joined_minute or 0))


def typed_day(day: date) -> str:
    """06.12.2026: as the fields for days show it in every language of the interface."""
    return f"{day:%d.%m.%Y}"
