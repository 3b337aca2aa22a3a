"""Consultations and what citizens contributed to them, as outputs of the programme."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import scope
from participation.enums import ConsultationStage
from participation.models import Consultation, Contribution
from reports.outputs import Amount, Counted, OutputKind, OutputRow, OutputSource, Span, register
from reports.queries.outputs import count_by_span, in_order

HELD = OutputKind(
    "consultations", _("Consultations with a published report"), _("each once, on the day of its first report"),
    of_agreed=True,
)  # fmt: skip
CONTRIBUTED = OutputKind(
    "contributions", _("Contributions to consultations"), _("of citizens, on the day on which they were received"),
    of_agreed=True, is_summed=True,
)  # fmt: skip


def provide() -> None:
    register(OutputSource([HELD], _totals, _rows))
    register(OutputSource([CONTRIBUTED], _contributed, _contributed_rows))


def _held(places: Mapping[int, Any]) -> QuerySet[Consultation]:
    return Consultation.objects.filter(stage=ConsultationStage.REPORTED, municipality__in=list(places)).order_by()


def _totals(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    """One query."""
    places = counted.agreed
    with scope(*places):
        return {HELD.key: in_order(_held(places).aggregate(**count_by_span("reported_at__date", spans)))}


def _rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    """One query. They are public, so they are named."""
    places = counted.agreed
    with scope(*places):
        rows = _held(places).filter(reported_at__date__range=(span.first, span.last)).order_by("-reported_at", "-pk")
        return [
            OutputRow(
                row.title, 1, timezone.localdate(row.reported_at), (place := places[row.municipality_id]),
                url=reverse("consultation_public", args=[place.slug, row.slug]),
            )
            for row in rows
        ]  # fmt: skip


def _received(places: Mapping[int, Any]) -> QuerySet[Contribution]:
    """Of consultations that were not called off."""
    rows = Contribution.objects.filter(municipality__in=list(places)).order_by()
    return rows.exclude(consultation__stage=ConsultationStage.CALLED_OFF)


def _contributed(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    """One query."""
    places = counted.agreed
    with scope(*places):
        return {CONTRIBUTED.key: in_order(_received(places).aggregate(**count_by_span("received_at__date", spans)))}


def _contributed_rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    """The sum of each consultation, the newest first. Two queries."""
    places = counted.agreed
    with scope(*places):
        rows = _received(places).filter(received_at__date__range=(span.first, span.last))
        counts = dict(rows.values_list("consultation").annotate(total=Count("pk")))
        named = Consultation.objects.filter(pk__in=counts).order_by("-starts_on", "-pk")
        return [
            OutputRow(
                row.title, counts[row.pk], None, (place := places[row.municipality_id]),
                url=reverse("consultation_public", args=[place.slug, row.slug]),
            )
            for row in named
        ]  # fmt: skip
