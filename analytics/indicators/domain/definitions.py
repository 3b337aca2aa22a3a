"""Which indicators a programme follows. Ended ones keep their baselines, targets and values."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.logframe import INDICATORS
from analytics.models import ProgrammeIndicator
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import Programme


@dataclass(frozen=True)
class Defined:
    """What a programme says of an indicator of its own."""

    name: str
    level: str
    unit: str
    better: str
    method: str
    source: str
    areas: tuple[str, ...] = ()


@transaction.atomic
def choose(programme: Programme, codes: Collection[str], *, by: User) -> None:
    """Follow exactly these codes of the list. Others end; codes that come back continue."""
    _lock(programme)
    rows = {row.code: row for row in ProgrammeIndicator.objects.filter(programme=programme).exclude(code="")}
    wanted = [code for code in INDICATORS if code in codes]
    begun = [code for code in wanted if code not in rows or rows[code].ended_at]
    ended = [code for code, row in rows.items() if code not in wanted and not row.ended_at]
    if not begun and not ended:
        return
    ProgrammeIndicator.objects.filter(programme=programme, code__in=begun).update(ended_at=None)
    ProgrammeIndicator.objects.filter(programme=programme, code__in=ended).update(ended_at=timezone.now())
    ProgrammeIndicator.objects.bulk_create(_of_list(programme, code, by) for code in begun if code not in rows)
    audit.record("indicator.choose", by=by, target=programme, begun=begun or ["–"], ended=ended or ["–"])


def _of_list(programme: Programme, code: str, by: User) -> ProgrammeIndicator:
    line = INDICATORS[code]
    return ProgrammeIndicator(
        programme=programme, code=code, level=line.level, unit=line.unit, better=line.better,
        areas=[str(area) for area in line.areas], added_by=by,
    )  # fmt: skip


@transaction.atomic
def define(programme: Programme, definition: Defined, *, by: User) -> ProgrammeIndicator:
    """Define a manual indicator. Raises `ActionNotAllowed` when the programme has one of that name."""
    _lock(programme)
    _refuse_twice(programme, definition.name, None)
    row = ProgrammeIndicator.objects.create(programme=programme, added_by=by, **_fields(definition))
    audit.record("indicator.define", by=by, target=row)
    return row


@transaction.atomic
def change(indicator: ProgrammeIndicator, definition: Defined, *, by: User) -> None:
    """New words for an indicator of the programme's own. Raises `ActionNotAllowed` as `define` does, and for a new unit
    once there are values: they would say something else.
    """
    _lock(indicator.programme)
    _refuse_twice(indicator.programme, definition.name, indicator.pk)
    counted = (indicator.values, indicator.baselines, indicator.targets)
    if definition.unit != indicator.unit and any(rows.exists() for rows in counted):
        raise ActionNotAllowed(_("There are values in the old unit. Define another indicator instead."), "unit")
    for name, value in _fields(definition).items():
        setattr(indicator, name, value)
    indicator.save()
    audit.record("indicator.change", by=by, target=indicator)


@transaction.atomic
def rename(indicator: ProgrammeIndicator, name: str, *, by: User) -> None:
    """The programme's own name for an indicator of the list; empty takes the list's again."""
    if indicator.name == name:
        return
    _lock(indicator.programme)
    if name:
        _refuse_twice(indicator.programme, name, indicator.pk)
    indicator.name = name
    indicator.save(update_fields=["name"])
    audit.record("indicator.change", by=by, target=indicator)


@transaction.atomic
def end(indicator: ProgrammeIndicator, *, by: User) -> None:
    """End the indicator: it leaves the pages and keeps its data. `take_up` restores it."""
    _set_end(indicator, timezone.now(), "indicator.end", by)


@transaction.atomic
def take_up(indicator: ProgrammeIndicator, *, by: User) -> None:
    _set_end(indicator, None, "indicator.take_up", by)


def _set_end(indicator: ProgrammeIndicator, at: Any, verb: str, by: User) -> None:
    if bool(indicator.ended_at) == bool(at):
        return
    indicator.ended_at = at
    indicator.save(update_fields=["ended_at"])
    audit.record(verb, by=by, target=indicator)


def _fields(definition: Defined) -> dict[str, Any]:
    return {**vars(definition), "areas": list(definition.areas)}


def _refuse_twice(programme: Programme, name: str, own: int | None) -> None:
    others = ProgrammeIndicator.objects.filter(programme=programme, name__iexact=name, ended_at__isnull=True)
    if any(pk != own for pk in others.values_list("pk", flat=True)):
        raise ActionNotAllowed(_("The programme has an indicator of this name."), "name")


def _lock(programme: Programme) -> None:
    """Concurrent changes of a programme's indicators wait for each other."""
    Programme.objects.select_for_update().get(pk=programme.pk)
