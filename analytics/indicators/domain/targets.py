"""Targets and milestones: set with a reason, replaced or ended, never rewritten."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.enums import Better, TargetKind, Unit
from analytics.indicators.labels import value as format_value
from analytics.indicators.queries.programme import start_of
from analytics.indicators.target_status import Start, TargetPoint, goal, is_for_worse
from analytics.models import MunicipalityTarget, ProgrammeIndicator, Target
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.tenancy import scope


@dataclass(frozen=True)
class Wanted:
    """What was agreed, in words of the form."""

    kind: str
    value: float
    due_on: date
    is_milestone: bool
    reason: str
    worse_because: str = ""


@transaction.atomic
def set_target(
    indicator: ProgrammeIndicator, wanted: Wanted, *, by: User, place: Municipality | None = None
) -> list[str]:
    """Agree on a target or a milestone, for the programme or for one municipality. Returns warnings for people.

    It ends the one that stood in its place: the target, or the milestone of that day. Raises `ActionNotAllowed` for a
    day that is past, a share above 100 per cent, a milestone that is not before the target, and a value worse than the
    baseline without `worse_because`.
    """
    ProgrammeIndicator.objects.select_for_update().get(pk=indicator.pk)
    _refuse(indicator, wanted)
    if place is None:
        start = start_of(indicator, None)
        wanted = _explained(indicator, wanted, start)
        _write(Target.objects.filter(indicator=indicator), Target(indicator=indicator), wanted, by)
    else:
        with scope(place):
            start = start_of(indicator, place)
            wanted = _explained(indicator, wanted, start)
            rows = MunicipalityTarget.objects.filter(indicator=indicator)
            _write(rows, MunicipalityTarget(indicator=indicator, municipality=place), wanted, by)
    audit.record(
        "indicator.set_target", by=by, target=indicator, municipality_id=place.pk if place else None,
        value=_target_text(wanted), due_on=short_date(wanted.due_on), reason=wanted.reason,
    )  # fmt: skip
    if wanted.worse_because:
        audit.record(
            "indicator.set_worse_target", by=by, target=indicator, municipality_id=place.pk if place else None,
            value=_target_text(wanted), reason=wanted.worse_because,
        )  # fmt: skip
    return _warnings(wanted, start)


@transaction.atomic
def end_target(target: Target | MunicipalityTarget, reason: str, *, by: User) -> None:
    """It no longer holds. Inside the municipality's scope where it is one's own. Ended twice is ended once."""
    if target.ended_at:
        return
    _end([target], by, reason)
    place_id = getattr(target, "municipality_id", None)
    audit.record(
        "indicator.end_target", by=by, target=target.indicator, municipality_id=place_id,
        value=f"{target.value:g}", due_on=short_date(target.due_on), reason=reason,
    )  # fmt: skip


def _write(rows: Any, new: Target | MunicipalityTarget, wanted: Wanted, by: User) -> None:
    standing = list(rows.filter(ended_at__isnull=True))
    same = [row for row in standing if row.is_milestone == wanted.is_milestone]
    if wanted.is_milestone:
        same = [row for row in same if row.due_on == wanted.due_on]
        final = next((row for row in standing if not row.is_milestone), None)
        if final is not None and wanted.due_on >= final.due_on:
            parameters = {"day": short_date(final.due_on)}
            raise ActionNotAllowed(
                _("A milestone lies before the target, which is due on %(day)s.") % parameters, "due_on"
            )
    _end(same, by, wanted.reason)
    for name, value in vars(wanted).items():
        setattr(new, name, value)
    new.set_by = by
    new.save()


def _end(rows: list[Any], by: User, reason: str) -> None:
    for row in rows:
        row.ended_at, row.ended_by, row.ended_because = timezone.now(), by, reason
        row.save(update_fields=["ended_at", "ended_by", "ended_because"])


def _refuse(indicator: ProgrammeIndicator, wanted: Wanted) -> None:
    if wanted.due_on <= timezone.localdate():
        raise ActionNotAllowed(_("This day has passed. Choose one that is still to come."), "due_on")
    if wanted.kind == TargetKind.VALUE and wanted.value < 0:
        raise ActionNotAllowed(_("A value cannot be below 0."), "value")
    if indicator.unit == Unit.PERCENT and wanted.kind == TargetKind.VALUE and wanted.value > 100:
        raise ActionNotAllowed(_("A share cannot be above 100 per cent."), "value")


def _explained(indicator: ProgrammeIndicator, wanted: Wanted, start: Start | None) -> Wanted:
    """A value worse than the baseline needs a reason of its own; others have none."""
    if not is_for_worse(wanted.kind, wanted.value, start, indicator.better):
        return replace(wanted, worse_because="")
    because = " ".join(wanted.worse_because.split())
    if not because:
        raise ActionNotAllowed(_worse(indicator, wanted, start), "worse_because")
    return replace(wanted, worse_because=because)


def _worse(indicator: ProgrammeIndicator, wanted: Wanted, start: Start | None) -> str:
    """What is wrong, what it means, and what to do."""
    advice = _("It asks for a decline. Enter another value, or explain here why a decline was agreed.")
    value = goal(TargetPoint(wanted.kind, wanted.value, wanted.due_on), start)
    if start is None or value is None:
        return _("This change goes the wrong way.") + " " + advice
    parameters = {
        "value": format_value(value, indicator.unit),
        "baseline": format_value(start.value, indicator.unit),
    }
    problem = (
        _("%(value)s is more than the baseline %(baseline)s, and less is better.")
        if indicator.better == Better.DOWN
        else _("%(value)s is less than the baseline %(baseline)s, and more is better.")
    )
    return problem % parameters + " " + advice


def _warnings(wanted: Wanted, start: Start | None) -> list[str]:
    """Warnings about a valid target."""
    if wanted.kind != TargetKind.CHANGE:
        return []
    if start is None:
        return [_("There is no baseline yet. The target becomes a value once one is frozen.")]
    if start.value == 0:
        return [_("The baseline is 0, and a change of 0 in per cent is not defined. Enter the target as a value.")]
    return []


def _target_text(wanted: Wanted) -> str:
    return f"{wanted.value:+g} %" if wanted.kind == TargetKind.CHANGE else f"{wanted.value:g}"
