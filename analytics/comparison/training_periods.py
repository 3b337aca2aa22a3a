"""Periods around a training: four weeks before it, and the three months of mentoring after it.

The day of the training belongs to none of them; day 1 is the one after it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from common.lazy_text import LazyText


@dataclass(frozen=True)
class Stretch:
    """Days relative to the training; both ends belong to it."""

    number: int
    first: int
    last: int
    label: LazyText

    def of(self, training_on: date) -> Period:
        return Period(training_on + timedelta(days=self.first), training_on + timedelta(days=self.last))

    def is_over(self, training_on: date, today: date) -> bool:
        return self.of(training_on).last < today


BEFORE = Stretch(0, -28, -1, _("28 days before"))
AFTER = (
    Stretch(1, 1, 28, _("Days 1–28")),
    Stretch(2, 29, 56, _("Days 29–56")),
    Stretch(3, 57, 90, _("Days 57–90")),
)
STRETCHES = (BEFORE, *AFTER)
