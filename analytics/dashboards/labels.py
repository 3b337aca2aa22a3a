"""Labels of dimensions, of their values, and of times."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.enums import Basis, Material
from analytics.thresholds import hours_of
from common.dates import weekday
from common.lazy_text import LazyText
from common.numbers import number, significant
from posts.enums import CallKind, Category, Format
from posts.labels import language_name

# Each dimension: title of its table, head of its first column.
TITLES: dict[str, tuple[LazyText, LazyText]] = {
    "channel": (_("By channel"), _("Channel")),
    "category": (_("By category"), _("Category")),
    "call": (_("By call to action"), _("What people are asked to do")),
    "material": (_("By material"), _("What the post consists of")),
    "interactive": (_("By interactive format"), _("How people take part")),
    "service": (_("By eService"), _("eService")),
    "languages": (_("By language and script"), _("Language and script")),
    "boosted": (_("Boosted and organic"), _("Whether it was paid for")),
}
BASES: dict[str, LazyText] = {
    Basis.PUBLICATION: _("By publication day"),
    Basis.ACTIVITY: _("By activity day"),
}
MONDAY = date(2024, 1, 1)


def value_label(dimension: str, value: str, names: Mapping[str, str]) -> str:
    """A value in words; `names` are those of channels (by id) and eServices (by key)."""
    if dimension in ("channel", "service") and value:
        return names.get(value, value)
    return _LABELS[dimension](value)


def _of(enum: Any, nothing: Callable[[], str]) -> Callable[[str], str]:
    def label(value: str) -> str:
        if not value:
            return nothing()
        return str(enum(value).label) if value in enum.values else value

    return label


def _languages(value: str) -> str:
    return " + ".join(language_name(tag) for tag in value.split("+")) if value else gettext("Not specified")


_LABELS: dict[str, Callable[[str], str]] = {
    "channel": lambda _value: gettext("Not specified"),
    "category": _of(Category, lambda: gettext("Not specified")),
    "call": _of(CallKind, lambda: gettext("Nothing: it only informs")),
    "material": _of(Material, lambda: gettext("Not specified")),
    "interactive": _of(Format, lambda: gettext("None: people only read")),
    "service": lambda _value: gettext("No eService"),
    "languages": _languages,
    "boosted": lambda value: gettext("Boosted (paid for)") if value == "true" else gettext("Organic"),
}


def day_name(number_of_day: int) -> str:
    return weekday(MONDAY.replace(day=number_of_day + 1))


def hours(band: int) -> str:
    """00–06"""
    first, end = hours_of(band)
    return f"{first:02}–{end:02}"


def times(value: float) -> str:
    """1,8 ×"""
    return f"{number(value, 1)} ×"


def whole(value: float) -> str:
    """Marks of an axis come as 250.0."""
    return number(int(value) if value == int(value) else value)


def rounded(value: float | None) -> str:
    return whole(value) if value is not None and value == int(value) else significant(value, 2)
