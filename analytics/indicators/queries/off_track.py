"""Indicators that are behind their target today, by municipality. Three queries for any number of
municipalities, indicators and values.

The caller opens the scope of municipalities that agreed to comparison. Without a target nothing is behind.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from analytics.enums import Span, TargetStatus
from analytics.indicators.queries.rows import target_points_of
from analytics.indicators.sufficiency import is_sound
from analytics.indicators.target_status import Start, TargetPoint, Way
from analytics.models import MunicipalityTarget, ProgrammeIndicator, Target

# The value of today (of a code that of the last 28 days, else what was entered last) beside the frozen baseline.
ACTUAL = """
WITH actual AS (
    SELECT i.id AS indicator_id, v.municipality_id, v.value
    FROM analytics_programmeindicator i
    JOIN analytics_indicatorvalue v ON v.code = i.code AND v.span = %(span)s AND v.way = ''
    WHERE i.id = ANY(%(indicators)s) AND v.municipality_id = ANY(%(ids)s) AND v.is_enough AND v.value IS NOT NULL
    UNION ALL
    (SELECT DISTINCT ON (e.indicator_id, e.municipality_id) e.indicator_id, e.municipality_id, e.value
     FROM analytics_municipalityvalue e
     WHERE e.indicator_id = ANY(%(indicators)s) AND e.municipality_id = ANY(%(ids)s)
     ORDER BY e.indicator_id, e.municipality_id, e."on" DESC, e.id DESC)
), frozen AS (
    SELECT DISTINCT ON (indicator_id, municipality_id) indicator_id, municipality_id, value, last, n, few_because
    FROM analytics_municipalitybaseline
    WHERE indicator_id = ANY(%(indicators)s) AND municipality_id = ANY(%(ids)s)
    ORDER BY indicator_id, municipality_id, id DESC
)
SELECT a.indicator_id, a.municipality_id, a.value, f.value, f.last, f.n, f.few_because
FROM actual a LEFT JOIN frozen f USING (indicator_id, municipality_id)
"""


@dataclass(frozen=True)
class Behind:
    """An indicator of one municipality that is behind: its value, and the value due today."""

    indicator: ProgrammeIndicator
    actual: float
    due: float | None


def off_track(places: Mapping[int, Collection[int]], today: date) -> dict[int, list[Behind]]:
    """By municipality. `places` are the municipalities of each programme, by its id."""
    ids = sorted({pk for several in places.values() for pk in several})
    common, own, indicators = _agreed(places)
    behind: dict[int, list[Behind]] = defaultdict(list)
    params: dict[str, Any] = {"span": Span.ROLLING.value, "indicators": list(indicators), "ids": ids}
    with connection.cursor() as cursor:
        cursor.execute(ACTUAL, params)
        rows = cursor.fetchall()
    ways = {key: Way(indicators[key[0]].better, aims) for key, aims in own.items()}
    usual = {pk: Way(indicators[pk].better, common.get(pk, [])) for pk in indicators}
    for pk, place, value, began, until, n, few_because in rows:
        indicator = indicators[pk]
        if place not in places[indicator.programme_id]:
            continue
        has_start = until is not None and is_sound(indicator.code, began, n, few_because)
        start = Start(began, until) if has_start else None
        judged = (ways.get((pk, place)) or usual[pk]).judge(value, start, today)
        if judged.standing == TargetStatus.BEHIND:
            behind[place].append(Behind(indicator, value, judged.due))
    return behind


TargetPoints = dict[int, list[TargetPoint]]


def _agreed(
    places: Mapping[int, Collection[int]],
) -> tuple[TargetPoints, dict[tuple[int, int], list[TargetPoint]], dict[int, ProgrammeIndicator]]:
    """Targets of the programme, targets of single municipalities (which replace them), and their indicators."""
    agreed_on = Q(indicator__programme__in=list(places), indicator__ended_at__isnull=True, ended_at__isnull=True)
    whole: dict[int, list[Target]] = defaultdict(list)
    for row in Target.objects.filter(agreed_on).select_related("indicator"):
        whole[row.indicator_id].append(row)
    by_municipality: dict[tuple[int, int], list[MunicipalityTarget]] = defaultdict(list)
    for own in MunicipalityTarget.objects.filter(agreed_on).select_related("indicator"):
        by_municipality[own.indicator_id, own.municipality_id].append(own)
    # milestones without a target of the municipality's own have no effect
    agreed = {key: rows for key, rows in by_municipality.items() if any(not row.is_milestone for row in rows)}
    every: list[Target | MunicipalityTarget] = [row for rows in whole.values() for row in rows]
    every += [row for rows in agreed.values() for row in rows]
    indicators = {row.indicator_id: row.indicator for row in every}
    return (
        {pk: target_points_of(rows) for pk, rows in whole.items()},
        {key: target_points_of(rows) for key, rows in agreed.items()},
        indicators,
    )
