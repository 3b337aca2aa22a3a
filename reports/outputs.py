"""What a programme did: trainings, check-ins, posts, …, counted by the same functions for Home of its staff, for the
page of the rows behind each figure, and for the report to the donor.

The layers in which these things live register a source when they start, as layers above analytics do with indicators
(`analytics.logframe.provide`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Min

from analytics.comparison.queries.comparison import taking_part
from common.lazy_text import LazyText
from common.numbers import number
from municipalities.models import Enrolment, Municipality, Programme

Amount = int | Decimal
ORDER = (
    "municipalities", "trainings", "people", "certificates", "plans", "check-ins", "hours", "kits", "posts",
    "eservices", "questions", "needs", "consultations", "contributions",
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Local days; both ends belong to it."""

    first: date
    last: date


@dataclass(frozen=True)
class OutputKind:
    """`meaning`: what is counted, in words. `of_agreed`: only of municipalities that take part today and agreed to be
    compared. `is_summed`: a row stands for several, and its amount is a number of its own."""

    key: str
    label: LazyText
    meaning: LazyText
    of_agreed: bool = False
    is_summed: bool = False


@dataclass(frozen=True)
class OutputRow:
    """One of the things that were counted, or the sum of one municipality. `day` None: of several days."""

    what: str
    amount: Amount = 1
    day: date | None = None
    municipality: Municipality | None = None
    url: str = ""


class Counted:
    """The programme whose outputs are counted, and its municipalities, which are read once for all sources."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    @cached_property
    def first_days(self) -> dict[int, date]:
        """By id of every municipality that ever took part, the first day on which it did."""
        rows = Enrolment.objects.filter(cohort__programme=self.programme, municipality__joined_on__isnull=False)
        firsts = rows.order_by().values("municipality").annotate(first=Min("starts_on"))
        return dict(firsts.values_list("municipality", "first"))

    @cached_property
    def agreed(self) -> dict[int, Municipality]:
        """By id, those that take part today and agreed to be compared."""
        return {pk: place.municipality for pk, place in taking_part([self.programme]).places.items()}

    def began_on(self, today: date) -> date:
        """The day on which its first municipality began to take part; today where none has yet."""
        return min([*self.first_days.values(), today])


@dataclass(frozen=True)
class OutputSource:
    """`totals`: by key, an amount for each span, in their order; a fixed number of queries for any number of spans.
    `rows`: those behind one amount, the newest first. Both open the scopes that they need."""

    kinds: Sequence[OutputKind]
    totals: Callable[[Counted, Sequence[Span]], Mapping[str, Sequence[Amount]]]
    rows: Callable[[str, Counted, Span], list[OutputRow]]


_sources: dict[str, OutputSource] = {}


def register(source: OutputSource) -> None:
    for kind in source.kinds:
        _sources[kind.key] = source


def kinds() -> list[OutputKind]:
    by_key = {kind.key: kind for source in _sources.values() for kind in source.kinds}
    return [by_key[key] for key in ORDER if key in by_key]


def kind_of(key: str) -> OutputKind | None:
    return next((kind for kind in kinds() if kind.key == key), None)


def totals(counted: Counted, spans: Sequence[Span]) -> dict[str, Sequence[Amount]]:
    """By key of each kind, an amount for each span."""
    by_key: dict[str, Sequence[Amount]] = {}
    for source in {id(source): source for source in _sources.values()}.values():
        by_key.update(source.totals(counted, spans))
    return by_key


def rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    return _sources[key].rows(key, counted, span)


def shown(amount: Amount) -> str:
    """Hours with their quarters where they have some."""
    if isinstance(amount, Decimal) and amount % 1:
        return number(float(amount))
    return number(int(amount))
