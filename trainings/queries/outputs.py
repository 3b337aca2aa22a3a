"""Outputs of trainings for the programme's report: trainings held, who attended, and certificates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import Programme
from municipalities.queries import today
from reports.outputs import Amount, Counted, OutputKind, OutputRow, OutputSource, Span, register
from reports.queries.outputs import count_by_span, in_order
from trainings.models import Attendance, Certificate, Participant, Training

TRAININGS = OutputKind("trainings", _("Trainings held"), _("on their last day"))
PEOPLE = OutputKind(
    "people", _("People who attended"), _("present at one session at least; once for each training, on its last day")
)
CERTIFICATES = OutputKind("certificates", _("Certificates that hold"), _("issued and not revoked"))


def provide() -> None:
    register(OutputSource([TRAININGS, PEOPLE, CERTIFICATES], _totals, _rows))


def _trainings(programme: Programme) -> QuerySet[Training]:
    return Training.objects.filter(programme=programme, ends_on__lte=today())


def _people(programme: Programme) -> QuerySet[Participant]:
    came = Exists(Attendance.objects.filter(participant=OuterRef("pk"), present=True))
    return Participant.objects.filter(came, training__in=_trainings(programme))


def _certificates(programme: Programme) -> QuerySet[Certificate]:
    return Certificate.objects.filter(participant__training__programme=programme, revoked_at=None)


# By key: the rows, and the field with their day.
ROWS: dict[str, tuple[Any, str]] = {
    TRAININGS.key: (_trainings, "ends_on"),
    PEOPLE.key: (_people, "training__ends_on"),
    CERTIFICATES.key: (_certificates, "issued_at__date"),
}


def _totals(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    """Three queries."""
    return {
        key: in_order(rows(counted.programme).order_by().aggregate(**count_by_span(day, spans)))
        for key, (rows, day) in ROWS.items()
    }


def _rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    """One query."""
    rows, day = ROWS[key]
    selected = rows(counted.programme).filter(**{f"{day}__range": (span.first, span.last)})
    if key == TRAININGS.key:
        return [
            OutputRow(row.name, day=row.ends_on, url=reverse("train_agenda", args=[row.pk]))
            for row in selected.order_by("-ends_on", "-pk")
        ]
    if key == PEOPLE.key:
        people = selected.select_related("training", "municipality").order_by("-training__ends_on", "-training", "pk")
        return [_person(row) for row in people]
    several = selected.select_related("participant__training", "participant__municipality").order_by(
        "-issued_at", "-pk"
    )
    return [_certificate(row) for row in several]


def _person(row: Participant) -> OutputRow:
    training = row.training
    url = reverse("train_people", args=[training.pk])
    return OutputRow(f"{row.name} · {training}", 1, training.ends_on, row.municipality, url)


def _certificate(row: Certificate) -> OutputRow:
    person = row.participant
    url = reverse("train_certificates", args=[person.training_id])
    return OutputRow(f"{row.number} · {person.name}", 1, timezone.localdate(row.issued_at), person.municipality, url)
