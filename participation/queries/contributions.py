"""Contributions of a consultation: those without an end, and the counts by which everything else is reported."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from participation.enums import Decision
from participation.models import Consultation, Contribution


def undecided(consultation: Consultation) -> QuerySet[Contribution]:
    """Without an end. One that is joined with another has the end of that one."""
    return Contribution.objects.filter(consultation=consultation, decision="", same_as=None)


@dataclass(frozen=True)
class Counts:
    """How many, each contribution once: in all, by way in, and by decision ("" without one)."""

    total: int = 0
    by_way: dict[str, int] = field(default_factory=dict)
    by_decision: dict[str, int] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        return self.by_decision.get("", 0)

    @property
    def withdrawn(self) -> int:
        return self.by_decision.get(Decision.WITHDRAWN, 0)


def count(consultation: Consultation) -> Counts:
    """One query."""
    by_way: Counter[str] = Counter()
    by_decision: Counter[str] = Counter()
    rows = Contribution.objects.filter(consultation=consultation).order_by()
    for way, decision, number in rows.values_list("way_in", "decision").annotate(number=Count("pk")):
        by_way[way] += number
        by_decision[decision] += number
    return Counts(sum(by_way.values()), dict(by_way), dict(by_decision))
