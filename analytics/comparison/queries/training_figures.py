"""Figures before and after the training of each municipality's cohort. The caller opens their scope."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from analytics.comparison.measures import Figures
from analytics.comparison.queries import totals
from analytics.comparison.queries.totals import Window
from analytics.comparison.training_periods import STRETCHES, Stretch
from analytics.models import TrainingWindow
from municipalities.queries import today

STORED = (
    "posts", "interactions", "calls", "services", "informing", "ceremonies", "interactive", "boosted", "bought",
    "followers", "channels", "median", "counted",
)  # fmt: skip
Around = dict[int, dict[int, Figures]]


def around(
    trained: Mapping[int, date],
    stretches: tuple[Stretch, ...] = STRETCHES,
    *,
    followers: bool = True,
    medians: bool = True,
) -> Around:
    """Figures by municipality and number of the stretch, for stretches that are over; `trained` holds the day of each
    training.

    One query for stored figures, and one to three for those that are not stored yet.
    """
    lengths = {stretch.number: stretch.last - stretch.first + 1 for stretch in stretches}
    by_municipality: Around = {pk: {} for pk in trained}
    rows = TrainingWindow.objects.filter(number__in=lengths)
    for pk, training_on, number, *values in rows.values_list("municipality_id", "training_on", "number", *STORED):
        if trained.get(pk) == training_on:
            by_municipality[pk][number] = Figures(lengths[number], **dict(zip(STORED, values, strict=True)))
    missing = [
        (pk, stretch)
        for pk, training_on in trained.items()
        for stretch in stretches
        if stretch.number not in by_municipality[pk] and stretch.is_over(training_on, today())
    ]
    figures = totals.by_days(
        [window(pk, stretch, trained[pk]) for pk, stretch in missing], followers=followers, medians=medians
    )
    for (pk, stretch), one in zip(missing, figures, strict=True):
        by_municipality[pk][stretch.number] = one
    return by_municipality


def window(pk: int, stretch: Stretch, training_on: date) -> Window:
    days = stretch.of(training_on)
    return Window(pk, days.first, days.last)


def stored_values(one: Figures) -> dict[str, Any]:
    return {name: getattr(one, name) for name in STORED}
