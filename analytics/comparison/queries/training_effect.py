"""The effect of a training on a measure, from monthly facts. The caller opens the scope of the municipalities."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from analytics.comparison import training_effect
from analytics.comparison.measures import Figures, Measure, MeasureKind
from analytics.comparison.queries import totals
from analytics.comparison.queries.comparison import ComparedMunicipality
from analytics.comparison.training_effect import LAST_AFTER, Behind, Effect, Obstacle, Scale
from analytics.months import MOST, Months, first_of, spanning
from common import optional_cache
from municipalities.models import Enrolment
from municipalities.queries import today

# The effect whose power decides whether a verdict is given: +25 %, or 10 points of a share.
RECOGNISED = {Scale.RATIO: math.log(1.25), Scale.POINTS: 10.0}
KEPT_SECONDS = 600


@dataclass(frozen=True)
class KeptEffect:
    source: tuple[list[list[float | None]], list[int], Scale]
    effect: Effect


def scale_of(measure: Measure) -> Scale:
    return Scale.POINTS if measure.kind == MeasureKind.SHARE else Scale.RATIO


def effect_of_training(places: Mapping[int, ComparedMunicipality], measure: Measure) -> Effect:
    """Two queries; the computing, which takes a tenth of a second for 145 municipalities, is kept for ten minutes."""
    trained = first_trainings(places)
    months = months_around(trained, today())
    if months is None:
        return Effect(Obstacle.TOO_EARLY, Behind())
    figures = totals.by_month(places, months)
    ids = sorted(places)
    values = [_series(places[pk], figures.get(pk, {}), months, measure) for pk in ids]
    starts = [_index(months, trained[pk]) for pk in ids]
    scale = scale_of(measure)
    # Kept with what it was computed from: other figures, or other municipalities, make a new one.
    source = (values, starts, scale)
    key = f"training-effect:{measure.key}:{len(ids)}:{ids[0]}"
    kept = optional_cache.read(key)
    if isinstance(kept, KeptEffect) and kept.source == source:
        return kept.effect
    computed = training_effect.effect(*source, RECOGNISED[scale])
    optional_cache.write(key, KeptEffect(source, computed), KEPT_SECONDS)
    return computed


def first_trainings(places: Mapping[int, ComparedMunicipality]) -> dict[int, date]:
    """By municipality the day of its first training; one that is still to come counts as not yet trained."""
    rows = Enrolment.objects.filter(municipality__in=places).values_list("municipality_id")
    return dict(rows.annotate(Min("cohort__training_on")).order_by())


def months_around(trained: Mapping[int, date], now: date) -> Months | None:
    """From two months before the first training to the last month that is over, or that any cohort is followed for.
    None: no training is so long ago that a month after it could be over."""
    past = [day for day in trained.values() if day < now]
    if not past:
        return None
    last = min(first_of(now, -1), first_of(max(past), LAST_AFTER))
    first = max(first_of(min(past), -2), first_of(last, 1 - MOST))
    return spanning(first, last) if first <= last else None


def _index(months: Months, day: date) -> int:
    """Of the month of a day; negative before the first."""
    return (day.year - months.first.year) * 12 + day.month - months.first.month


def _series(
    place: ComparedMunicipality, figures: Mapping[date, Figures], months: Months, measure: Measure
) -> list[float | None]:
    """By month; by the day where the measure grows with time. None where nothing was measured, in the first month, of
    which only a part may have been measured, and in a month whose followers are those of fewer or more channels."""
    first = min(figures, default=None)
    channels = Counter(one.channels for one in figures.values() if one.channels)
    usual = channels.most_common(1)[0][0] if channels else 0
    values: list[float | None] = []
    for month in months.months:
        one = figures.get(month)
        is_other = measure.key == "followers" and one is not None and one.channels != usual
        is_known = one is not None and month != first and not is_other
        values.append(measure.daily(one, place.municipality.population) if one is not None and is_known else None)
    return values
