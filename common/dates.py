"""Dates as text, in the language and script of the interface.

Serbian needs the genitive in running text ("24. новембра 2026."), the nominative above a calendar ("новембар 2026.")
and lower-case names of days. Functions take a date or an aware datetime, which is shown in Belgrade time.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import languages
from serbian.letters import letters_to_latin

_MONTHS = (
    "јануар", "фебруар", "март", "април", "мај", "јун", "јул", "август", "септембар", "октобар", "новембар", "децембар",
)  # fmt: skip
_MONTHS_GENITIVE = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра", "новембра",
    "децембра",
)  # fmt: skip
_WEEKDAYS = ("понедељак", "уторак", "среда", "четвртак", "петак", "субота", "недеља")
_WEEKDAYS_SHORT = ("пон", "уто", "сре", "чет", "пет", "суб", "нед")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Moment = date | datetime


def long_date(moment: Moment) -> str:
    """24. новембра 2026. · 24. novembra 2026. · 24 November 2026"""
    day = _local(moment)
    if _is_english():
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return _scripted(f"{day.day}. {_MONTHS_GENITIVE[day.month - 1]} {day.year}.")


def short_date(moment: Moment) -> str:
    """24. 11. 2026. · 24 Nov 2026"""
    day = _local(moment)
    if _is_english():
        return f"{day.day} {_MONTHS_EN[day.month - 1][:3]} {day.year}"
    return f"{day.day}. {day.month}. {day.year}."


def day_month(moment: Moment) -> str:
    """24. новембра · 24. novembra · 24 November"""
    day = _local(moment)
    if _is_english():
        return f"{day.day} {_MONTHS_EN[day.month - 1]}"
    return _scripted(f"{day.day}. {_MONTHS_GENITIVE[day.month - 1]}")


def day_month_short(moment: Moment) -> str:
    """Under an axis: 24. 11. · 24 Nov"""
    day = _local(moment)
    if _is_english():
        return f"{day.day} {_MONTHS_EN[day.month - 1][:3]}"
    return f"{day.day}. {day.month}."


def month_year(moment: Moment) -> str:
    """The heading of a calendar: новембар 2026. · novembar 2026. · November 2026"""
    day = _local(moment)
    if _is_english():
        return f"{_MONTHS_EN[day.month - 1]} {day.year}"
    return _scripted(f"{_MONTHS[day.month - 1]} {day.year}.")


def weekday(moment: Moment) -> str:
    """уторак · utorak · Tuesday"""
    number = _local(moment).weekday()
    return _WEEKDAYS_EN[number] if _is_english() else _scripted(_WEEKDAYS[number])


def weekday_short(moment: Moment) -> str:
    """уто · uto · Tue"""
    number = _local(moment).weekday()
    return _WEEKDAYS_EN[number][:3] if _is_english() else _scripted(_WEEKDAYS_SHORT[number])


def clock(moment: datetime) -> str:
    """14:30"""
    return f"{_local(moment):%H:%M}"


def date_time(moment: datetime) -> str:
    """24. новембра 2026. у 14:30 · 24. novembra 2026. u 14:30 · 24 November 2026 at 14:30"""
    between = " at " if _is_english() else _scripted(" у ")
    return f"{long_date(moment)}{between}{clock(moment)}"


def relative(moment: datetime, now: datetime | None = None) -> str:
    """пре 5 минута · za 2 sata · 3 days ago; from a week on the short date."""
    seconds = int(((now or timezone.now()) - moment).total_seconds())
    distance = abs(seconds)
    if distance < 45:
        return _("just now")
    if distance >= 7 * 86400:
        return short_date(moment)
    relative_text = _ago if seconds > 0 else _ahead
    return relative_text(distance)


def _ago(seconds: int) -> str:
    minutes, hours, days = _rounded(seconds)
    if days:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    if hours:
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}


def _ahead(seconds: int) -> str:
    minutes, hours, days = _rounded(seconds)
    if days:
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
    if hours:
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}


def _rounded(seconds: int) -> tuple[int, int, int]:
    """Minutes, hours and days, each rounded; hours and days are 0 where a smaller unit says it better."""
    minutes = max(1, round(seconds / 60))
    hours = round(seconds / 3600) if minutes >= 60 else 0
    return minutes, hours, round(seconds / 86400) if hours >= 24 else 0


def _local(moment: Moment) -> Moment:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def _is_english() -> bool:
    return languages.current().text_variant == languages.ENGLISH


def _scripted(cyrillic: str) -> str:
    return letters_to_latin(cyrillic) if languages.current().text_variant == languages.LATIN else cyrillic
