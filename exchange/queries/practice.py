"""Queries of good practice. Each has a fixed number of queries, however many examples there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from exchange.built_in import built_in, example
from exchange.enums import ExampleShape, Purpose
from exchange.models import Example, SwitchedOff
from exchange.rules import PostTraits, fitting
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.queries import today
from serbian.folding import fold

PURPOSE_ORDER = {value: place for place, value in enumerate(Purpose.values)}


@dataclass(frozen=True)
class PracticeFilters:
    """`query` in either script; the others in values of `exchange.enums`, empty for all."""

    query: str = ""
    purpose: str = ""
    shape: str = ""

    @classmethod
    def from_params(cls, query: str, purpose: str, shape: str) -> "PracticeFilters":
        """What does not exist is not asked for."""
        return cls(
            query[:80], purpose if purpose in Purpose.values else "", shape if shape in ExampleShape.values else ""
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.query or self.purpose or self.shape)

    def keep(self, example: Example) -> bool:
        return (
            (not self.purpose or example.purpose == self.purpose)
            and (not self.shape or example.shape == self.shape)
            and all(word in example.search_key for word in fold(self.query).split())
        )


def _programmes(municipality: Municipality) -> QuerySet[Enrolment, dict[str, Any]]:
    """Those in which it takes part today."""
    return Enrolment.objects.on(today()).filter(municipality=municipality).values("cohort__programme")


def _rows() -> QuerySet[Example]:
    return (
        Example.objects.filter(retired_at__isnull=True)
        .select_related("programme", "updated_by")
        .order_by("position", "pk")
    )


def _together(rows: Sequence[Example], without: set[str]) -> list[Example]:
    """A programme's own first, then the built-in ones that it neither rewrote nor switched off; by purpose."""
    hidden = without | {row.starter for row in rows}
    examples = [*rows, *(example(key) for key in built_in() if key not in hidden)]
    return sorted(examples, key=lambda row: PURPOSE_ORDER.get(row.purpose, len(PURPOSE_ORDER)))


# ---------------------------------------------------------------- a municipality


def examples(municipality: Municipality, filters: PracticeFilters | None = None) -> list[Example]:
    """What its programmes of today show it. Two queries."""
    programmes = _programmes(municipality)
    rows = list(_rows().filter(programme__in=programmes))
    off = set(SwitchedOff.objects.filter(programme__in=programmes).values_list("key", flat=True))
    return [example for example in _together(rows, off) if filters is None or filters.keep(example)]


def seen(municipality: Municipality, ref: str) -> Example | None:
    """One of `examples`, by what stands in its address; the key of a built-in one leads to the programme's own copy."""
    return next((example for example in examples(municipality) if ref in (example.ref, example.starter)), None)


def offered(municipality: Municipality, kind: PostTraits) -> list[Example]:
    """Those that fit a post that is being written, the best first. Two queries."""
    return fitting(examples(municipality), kind)


# ---------------------------------------------------------------- a programme


@dataclass(frozen=True)
class ProgrammeExamples:
    """What a programme keeps: `shown` is what its municipalities see, `off` are built-in ones it does not show."""

    programme: Programme
    shown: list[Example]
    off: list[Example]
    retired: list[Example]


def programme_examples(programme: Programme) -> ProgrammeExamples:
    """Two queries."""
    rows = list(Example.objects.filter(programme=programme).select_related("updated_by").order_by("position", "pk"))
    for row in rows:
        row.programme = programme
    off = set(SwitchedOff.objects.filter(programme=programme).values_list("key", flat=True))
    running = [row for row in rows if row.retired_at is None]
    copied = {row.starter for row in running}
    return ProgrammeExamples(
        programme,
        _together(running, off),
        [example(key) for key in built_in() if key in off - copied],
        [row for row in rows if row.retired_at is not None],
    )


def own_example(programmes: Sequence[Programme]) -> QuerySet[Example]:
    """Rows of these programmes, also retired ones."""
    return Example.objects.filter(programme__in=programmes).select_related("programme", "updated_by")
