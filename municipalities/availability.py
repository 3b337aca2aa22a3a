"""Whether an eService is available in a municipality today, as far as it was verified. Pure.

state(entry, today, stale_months)   the state, an `Offer`
promotable(state)                   whether a post may promote it without a warning
"""

import calendar
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol


class Offer(StrEnum):
    """What is known of a service in one municipality."""

    AVAILABLE = "available"
    STALE = "stale"
    UNVERIFIED = "unverified"
    NOT_YET = "not_yet"
    ENDED = "ended"
    NOT_HERE = "not_here"
    UNKNOWN = "unknown"


class Entry(Protocol):
    """What a municipality wrote down about a service."""

    is_offered: bool
    starts_on: date | None
    ends_on: date | None
    verified_on: date | None


def state(entry: Entry | None, today: date, stale_months: int) -> Offer:
    """The dates decide first, then whether it was verified lately."""
    if entry is None:
        return Offer.UNKNOWN
    if not entry.is_offered:
        return Offer.NOT_HERE
    if entry.starts_on and entry.starts_on > today:
        return Offer.NOT_YET
    if entry.ends_on and entry.ends_on < today:
        return Offer.ENDED
    if entry.verified_on is None:
        return Offer.UNVERIFIED
    return Offer.STALE if months_later(entry.verified_on, stale_months) < today else Offer.AVAILABLE


def promotable(offer: Offer) -> bool:
    return offer == Offer.AVAILABLE


def in_season(months: Sequence[int], today: date) -> bool:
    """Whether posts about it fit now. A service without months fits all year, which is no season."""
    return today.month in months


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
