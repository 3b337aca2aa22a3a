"""Baseline of a municipality: its own period before the training, beside the previous period."""

from dataclasses import dataclass
from datetime import date, timedelta

from analytics.periods import BASELINE_DAYS, Period
from municipalities.models import Municipality


@dataclass(frozen=True)
class Baseline:
    """Four weeks that end the day before `until`: the first day of the training, or (`joined`) in the portal."""

    period: Period
    until: date
    joined: bool


def baseline(municipality: Municipality, trained: date | None) -> Baseline | None:
    """Before the first training of a cohort that it takes part in; before joining where there was none."""
    until = trained or municipality.joined_on
    if until is None:
        return None
    last = until - timedelta(days=1)
    return Baseline(Period(last - timedelta(days=BASELINE_DAYS - 1), last), until, joined=trained is None)
