"""The results of a programme as plain data: what the indicators' table of its report says, for a file that programs of
donors read (`reports.files.iati`). Part of the document, so it is kept with it and says the same for ever.

A value that is missing is None beside the reason for it. Never a zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Aim:
    """A target, or a milestone on the way to it, as a value on its day. `value` None: a change against a baseline that
    is missing or 0."""

    value: float | None
    due_on: date
    is_milestone: bool
    note: str = ""


@dataclass(frozen=True)
class IndicatorResult:
    """`level` and `unit` are of `analytics.enums`. `baseline_on`: the last of the days it was taken from; None where
    none was frozen. The notes are sentences; they also say why a value is missing."""

    level: str
    unit: str
    name: str
    definition: str
    is_up: bool
    baseline: float | None
    baseline_on: date | None
    baseline_note: str
    actual: float | None
    actual_note: str
    aims: Sequence[Aim]


@dataclass(frozen=True)
class ReportedMunicipality:
    """A municipality that agreed to be compared. `code`: the Statistical Office's, empty where there is none."""

    name: str
    code: str


@dataclass(frozen=True)
class Results:
    """Of the programme with this id. `first` to `last` are the days of the actual values. `started_on`: the first day
    of its first municipality; `is_running`: whether one took part on the day when this was counted."""

    programme: int
    name: str
    started_on: date
    is_running: bool
    first: date
    last: date
    municipalities: Sequence[ReportedMunicipality]
    indicators: Sequence[IndicatorResult]
