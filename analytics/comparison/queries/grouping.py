"""Rows of a comparison by group: medians with the number of municipalities behind them."""

from collections.abc import Iterable, Mapping

from analytics.comparison.groups import SIZES, Group, Middle, grouped, middle
from analytics.comparison.measures import Measure
from analytics.comparison.queries.comparison import ComparisonRow
from common.lazy_text import LazyText
from serbian.sorting import sort_key


def groups(rows: Iterable[ComparisonRow], by: str, minimum: int) -> list[Group[ComparisonRow]]:
    """`by` is cohort, district or size; names in the reader's alphabet, sizes from small to large."""
    those = list(rows)
    labels: dict[str, LazyText] = {}
    if by == "size":
        labels = {str(key): label for key, label in SIZES.items()}
        members = [(str(row.size), row) for row in those]
    elif by == "district":
        members = [(row.municipality.district_id, row) for row in those]
        labels = _by_name({row.municipality.district_id: str(row.municipality.district) for row in those})
    else:
        members = [(str(row.cohort.pk), row) for row in those]
        labels = _by_name({str(row.cohort.pk): str(row.cohort) for row in those})
    return grouped(members, labels, minimum)


def median_of(rows: Iterable[ComparisonRow], measure: Measure, minimum: int) -> Middle:
    return middle((row.value(measure) for row in rows), minimum)


def _by_name(labels: Mapping[str, str]) -> dict[str, LazyText]:
    return dict(sorted(labels.items(), key=lambda pair: sort_key(str(pair[1]))))
