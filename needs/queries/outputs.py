"""The needs of citizens that were met, as an output of the programme."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.tenancy import scope
from needs.enums import NeedStage
from needs.models import Need
from reports.outputs import Amount, Counted, OutputKind, OutputRow, OutputSource, Span, register
from reports.queries.outputs import count_by_span, in_order

DONE = OutputKind(
    "needs", gettext_lazy("Needs done"), gettext_lazy("needs of citizens that a municipality marked as done"),
    of_agreed=True,
)  # fmt: skip


def provide() -> None:
    register(OutputSource([DONE], _totals, _rows))


def _done(places: Mapping[int, Any]) -> QuerySet[Need]:
    return Need.objects.filter(stage=NeedStage.DONE, municipality__in=list(places)).order_by()


def _totals(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    """One query."""
    places = counted.agreed
    with scope(*places):
        return {DONE.key: in_order(_done(places).aggregate(**count_by_span("done_on", spans)))}


def _rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    """What is not public is counted and not named. One query."""
    places = counted.agreed
    with scope(*places):
        rows = _done(places).filter(done_on__range=(span.first, span.last)).order_by("-done_on", "-pk")
        return [
            OutputRow(row.title if row.is_public else _("not public"), 1, row.done_on, places[row.municipality_id])
            for row in rows
        ]
