"""Freezes baselines. A frozen value never changes; freezing again adds a row with a reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.indicators.queries.measurements import measure
from analytics.indicators.queries.programme import latest_baselines, taking_part
from analytics.logframe import FEW_PLACES, Measured
from analytics.models import Baseline, MunicipalityBaseline, ProgrammeIndicator
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.tenancy import scope


@transaction.atomic
def freeze(
    indicator: ProgrammeIndicator,
    places: Sequence[Municipality],
    first: date,
    last: date,
    *,
    by: User,
    reason: str = "",
) -> int:
    """Freeze the value of the indicator from `first` to `last` for each of `places`; returns how many have a value.
    The programme's own baseline, the median of those that agreed to comparison, is frozen with it.

    Raises `ActionNotAllowed` for days that are not over, for a manual or an unmeasured indicator, if no place has a
    value, and without a reason if one of them already has a baseline.
    """
    _lock(indicator)
    _refuse_days(first, last)
    if indicator.is_manual:
        raise ActionNotAllowed(_("People enter the values of this indicator; enter its baseline too."))
    with scope(*places):
        by_municipality = measure(places, first, last, indicator.code).get(indicator.code)
        if by_municipality is None:
            raise ActionNotAllowed(str(indicator.listed.needs) if indicator.listed else "")
        values = {pk: figure for pk, figure in by_municipality.items() if figure.value is not None}
        if not values:
            raise ActionNotAllowed(_("None of the municipalities has a value for these days. Choose others."), "first")
        known = {row.municipality_id for row in latest_baselines(indicator)}
        _refuse_change_without_reason(bool(known & set(values)), reason)
        MunicipalityBaseline.objects.bulk_create(
            MunicipalityBaseline(
                municipality_id=pk,
                **_row((first, last), measured, indicator=indicator, reason=reason, frozen_by=by),
            )
            for pk, measured in values.items()
        )
    _freeze_median(indicator, by, reason)
    audit.record(
        "indicator.freeze", by=by, target=indicator, count=len(values), since=first.isoformat(),
        until=last.isoformat(), reason=reason or "–",
    )  # fmt: skip
    return len(values)


@transaction.atomic
def enter(
    indicator: ProgrammeIndicator,
    place: Municipality | None,
    first: date,
    last: date,
    value: float,
    *,
    source: str,
    by: User,
    reason: str = "",
) -> None:
    """Freeze a baseline that a person knows from elsewhere: of a municipality, or of the programme as a whole.

    Raises `ActionNotAllowed` for days that are not over, and without a reason where there is one already.
    """
    _lock(indicator)
    _refuse_days(first, last)
    entered = Measured(value, 1, quality={"source": source})
    row = _row((first, last), entered, indicator=indicator, reason=reason, frozen_by=by)
    if place is None:
        _refuse_change_without_reason(indicator.baselines.exists(), reason)
        Baseline.objects.create(**row)
    else:
        with scope(place):
            _refuse_change_without_reason(MunicipalityBaseline.objects.filter(indicator=indicator).exists(), reason)
            MunicipalityBaseline.objects.create(municipality=place, **row)
    audit.record(
        "indicator.freeze", by=by, target=indicator, municipality_id=place.pk if place else None, count=1,
        since=first.isoformat(), until=last.isoformat(), reason=reason or "–",
    )  # fmt: skip


def _freeze_median(indicator: ProgrammeIndicator, by: User, reason: str) -> None:
    """The median of the latest baselines; none below three, because it would reveal single values."""
    agreed = [seat.municipality for seat in taking_part(indicator.programme) if seat.compares]
    with scope(*agreed):
        rows = list(latest_baselines(indicator))
    if len(rows) < FEW_PLACES:
        return
    whole = Measured(median(row.value for row in rows), len(rows), quality=_together(rows))
    days = min(row.first for row in rows), max(row.last for row in rows)
    Baseline.objects.create(**_row(days, whole, indicator=indicator, reason=reason, frozen_by=by))


def _together(rows: Sequence[MunicipalityBaseline]) -> dict[str, int]:
    names = ("posts", "told", "imported")
    return {name: sum(int(row.quality.get(name) or 0) for row in rows) for name in names}


def _row(days: tuple[date, date], measured: Measured, **same: Any) -> Mapping[str, Any]:
    return {
        "first": days[0], "last": days[1], "value": measured.value, "n": measured.n, "quality": dict(measured.quality),
        **same,
    }  # fmt: skip


def _refuse_days(first: date, last: date) -> None:
    if last < first:
        raise ActionNotAllowed(_("The last day lies before the first."), "last")
    if last >= timezone.localdate():
        raise ActionNotAllowed(
            _("These days are not over yet. A baseline is taken from days that have passed."), "last"
        )


def _refuse_change_without_reason(there_is_one: bool, reason: str) -> None:
    if there_is_one and not reason:
        raise ActionNotAllowed(
            _("There is already a frozen baseline. Explain why it changes; the old one stays in the history."), "reason"
        )


def _lock(indicator: ProgrammeIndicator) -> None:
    """Concurrent calls wait for each other, so that the second one needs a reason."""
    ProgrammeIndicator.objects.select_for_update().get(pk=indicator.pk)
