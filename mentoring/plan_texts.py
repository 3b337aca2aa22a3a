"""Texts about plans: a proposed change field by field, before and after, and the target of an indicator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analytics.enums import Better, Unit
from analytics.logframe import INDICATORS
from common.dates import long_date
from common.lazy_text import LazyText
from common.numbers import number
from mentoring.enums import Proof
from mentoring.models import PlanChange
from mentoring.models.plans import in_readers_language


def whole(value: float | None) -> float | int | None:
    """60 instead of 60.0."""
    return int(value) if value is not None and value == int(value) else value


LABELS: dict[str, LazyText] = {
    "name": pgettext_lazy("agreed with the mentor", "Activity"),
    "description": gettext_lazy("Details"),
    "who": gettext_lazy("Who does it"),
    "due_on": gettext_lazy("Due on"),
    "proof": gettext_lazy("Evidence of completion"),
    "wanted": gettext_lazy("How many"),
    "code": gettext_lazy("Indicator"),
    "threshold": gettext_lazy("Value to reach"),
    "starts_on": gettext_lazy("First day"),
    "ends_on": gettext_lazy("Last day"),
    "goal": gettext_lazy("Goal"),
}


@dataclass(frozen=True)
class FieldChange:
    label: LazyText
    before: str
    after: str


def describe_change(change: PlanChange) -> list[FieldChange]:
    """The fields that would change, or those of a new activity (with nothing before)."""
    before, after = change.before, change.after
    field_changes = [
        FieldChange(label, _field_text(before, name), _field_text(after, name)) for name, label in LABELS.items()
    ]
    return [field_change for field_change in field_changes if field_change.before != field_change.after]


def _field_text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None or value == "":
        return ""
    if name in ("due_on", "starts_on", "ends_on"):
        return long_date(date.fromisoformat(value))
    if name == "proof":
        return str(Proof(value).label)
    if name == "code":
        return f"{value} · {INDICATORS[value].name}" if value in INDICATORS else str(value)
    if name == "threshold":
        return number(whole(value))
    english = (values.get("english") or {}).get(name, "") if isinstance(values.get("english"), dict) else ""
    return in_readers_language(str(value), english)


def target_text(code: str, threshold: float | None) -> str:
    """ "at least 60 %"."""
    indicator, value = INDICATORS[code], number(whole(threshold))
    facts = {"value": f"{value} %" if indicator.unit == Unit.PERCENT else f"{value} {Unit(indicator.unit).label}"}
    return (_("at most %(value)s") if indicator.better == Better.DOWN else _("at least %(value)s")) % facts
