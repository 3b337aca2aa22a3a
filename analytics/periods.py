"""The period a page speaks of, and the one before it that it is compared with."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHOICES: dict[str, tuple[int, str | Promise]] = {
    "7": (7, _("7 days")),
    "28": (28, _("28 days")),
    "90": (90, _("90 days")),
}
DEFAULT = "28"


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


def parse(wanted: str | None, today: date) -> Period:
    """The period named in the address; anything unknown is the default. Ends yesterday: today is not over."""
    key = wanted if wanted in CHOICES else DEFAULT
    days, _label = CHOICES[key]
    last = today - timedelta(days=1)
    return Period(last - timedelta(days=days - 1), last, key)
