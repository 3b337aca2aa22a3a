"""Dates and numbers in templates: `{% load sr %}{{ post.due_at|date_time }}`. The formats are defined in `common.dates`
and `common.numbers`; an empty value prints nothing, a missing number a dash."""

from collections.abc import Callable
from typing import Any

from django import template

from common import dates, numbers

register = template.Library()


def _or_nothing(show: Callable[[Any], str]) -> Callable[[Any], str]:
    def filtered(moment: Any) -> str:
        return show(moment) if moment else ""

    return filtered


for _show in (
    dates.long_date,
    dates.short_date,
    dates.day_month,
    dates.month_year,
    dates.weekday,
    dates.weekday_short,
    dates.clock,
    dates.date_time,
    dates.relative,
):
    register.filter(_show.__name__, _or_nothing(_show))


@register.filter
def number(value: numbers.Number | None, places: int | None = None) -> str:
    """`{{ n|number }}`, `{{ n|number:1 }}`"""
    return numbers.number(value, places)


@register.filter
def per_thousand(value: numbers.Number | None, population: int | None) -> str:
    """`{{ interactions|per_thousand:municipality.population }}`"""
    return numbers.significant(numbers.per_thousand(value, population))


@register.filter
def percent(share: float | None, places: int = 0) -> str:
    """`{{ 0.253|percent }}`: 25 % with a narrow no-break space, as Serbian typography asks."""
    return numbers.MISSING if share is None else f"{numbers.number(share * 100, places)}\u202f%"
