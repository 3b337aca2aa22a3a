"""Freezes baselines. A frozen value never changes; freezing again adds a row with a reason.

A value of too little data (`analytics.indicators.sufficiency`) is only frozen with a reason of its own, and enters no
median.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics.indicators import labels, sufficiency
from analytics.indicators.queries.baselines import latest_baselines
from analytics.indicators.queries.measurements import measure
from analytics.indicators.queries.programme import taking_part
from analytics.logframe import FEW_PLACES, Measured
from analytics.models import Baseline, MunicipalityBaseline, ProgrammeIndicator
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.tenancy import scope

CHANGE_NEEDS_REASON = gettext_lazy(
    "There is already a frozen baseline. Explain why it changes; the old one stays in the history."
)


@transaction.atomic
def freeze(
    indicator: ProgrammeIndicator,
    places: Sequence[Municipality],
    first: date,
    last: date,
    *,
    by: User,
    reason: str = "",
    few_because: Mapping[int, str] | None = None,
) -> int:
    """Freeze the value of the indicator from `first` to `last` for each of `places`; returns how many have a value.
    The programme's own baseline, the median of those that agreed to comparison, is frozen with it.

    `few_because`: by municipality id, why a value of too little data is frozen. Raises `ActionNotAllowed` where that is
    missing (its field is `because_field`), for days that are not over, for a manual or an unmeasured indicator, if no
    place has a value, and without a reason if one of them already has a baseline.
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
        explained = _explained(indicator, values, few_because or {})
        MunicipalityBaseline.objects.bulk_create(
            MunicipalityBaseline(
                municipality_id=pk,
                few_because=explained.get(pk, ""),
                **_row((first, last), measured, indicator=indicator, reason=reason, frozen_by=by),
            )
            for pk, measured in values.items()
        )
    _freeze_median(indicator, by, reason)
    names = {place.pk: str(place) for place in places}
    audit.record(
        "indicator.freeze", by=by, target=indicator, count=len(values), since=first.isoformat(),
        until=last.isoformat(), reason=reason or "–",
    )  # fmt: skip
    for pk, because in explained.items():
        audit.record(
            "indicator.freeze_few", by=by, target=indicator, municipality_id=pk, place=names[pk], n=values[pk].n,
            needed=sufficiency.needed(indicator.code), reason=because,
        )  # fmt: skip
    return len(values)


def because_field(pk: int) -> str:
    """The field of a form in which it is explained why too little is frozen for the municipality of this id."""
    return f"because_{pk}"


def _explained(
    indicator: ProgrammeIndicator, values: Mapping[int, Measured], few_because: Mapping[int, str]
) -> dict[int, str]:
    """The reasons for those values that are of too little data, by municipality id."""
    explained = {}
    for pk, measured in values.items():
        if sufficiency.is_enough(indicator.code, measured.value, measured.n):
            continue
        explained[pk] = " ".join(few_because.get(pk, "").split())
        if not explained[pk]:
            too_few = labels.too_few(indicator, measured.n)
            advice = _("Explain why it is frozen all the same, or leave the municipality out.")
            raise ActionNotAllowed(f"{too_few} {advice}", because_field(pk))
    return explained


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
    """The median of the latest baselines of enough data; none below three, because it would reveal single values."""
    agreed = [seat.municipality for seat in taking_part(indicator.programme) if seat.compares]
    with scope(*agreed):
        latest = list(latest_baselines(indicator))
    rows = [row for row in latest if sufficiency.is_frozen_of_enough(indicator.code, row)]
    if len(rows) < FEW_PLACES:
        return
    quality = {**_together(rows), sufficiency.LEFT_OUT: len(latest) - len(rows)}
    whole = Measured(median(row.value for row in rows), len(rows), quality=quality)
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
        raise ActionNotAllowed(str(CHANGE_NEEDS_REASON), "reason")


def _lock(indicator: ProgrammeIndicator) -> None:
    """Concurrent calls wait for each other, so that the second one needs a reason."""
    ProgrammeIndicator.objects.select_for_update().get(pk=indicator.pk)
