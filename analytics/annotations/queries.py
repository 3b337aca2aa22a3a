"""Events that are marked on the charts of a municipality or of programmes."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value

from analytics.models import MunicipalityAnnotation, ProgrammeAnnotation
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.queries import today

MOST = 50
# Not a kind of event: the day of a training, in the same query.
TRAINED = "trained"


class Event(NamedTuple):
    """An event on charts; `is_shared`: of a programme, for all its municipalities. `pk` is that of its own table."""

    pk: int
    kind: str
    first: date
    last: date
    text: str
    is_shared: bool


def of_municipality(municipality: Municipality, first: date, last: date) -> list[Event]:
    """In its open scope: its own and those of the programmes in which it took part then, oldest first. One query."""
    own, *others = _of_municipality(municipality, first, last)
    return _events(own.union(*others, all=True))


def with_first_training(municipality: Municipality, first: date, last: date) -> tuple[list[Event], date | None]:
    """The same, and the day of its first training that is not to come. One query."""
    enrolments = Enrolment.objects.filter(municipality=municipality, cohort__training_on__lte=today())
    day = F("cohort__training_on")
    trained = enrolments.annotate(kind=Value(TRAINED), first=day, last=day, text=Value(""), is_shared=Value(True))
    own, *others = _of_municipality(municipality, first, last)
    rows = _events(own.union(*others, trained.order_by().values_list(*Event._fields), all=True))
    days = [row.first for row in rows if row.kind == TRAINED]
    return [row for row in rows if row.kind != TRAINED], min(days, default=None)


def of_programmes(programmes: Iterable[Programme], first: date, last: date) -> list[Event]:
    """The oldest first. One query."""
    rows = ProgrammeAnnotation.objects.filter(programme__in=programmes)
    return _events(_latest(rows, first, last, is_shared=True))


def _of_municipality(municipality: Municipality, first: date, last: date) -> tuple[QuerySet[Any], ...]:
    there = Enrolment.objects.filter(municipality=municipality, starts_on__lte=last)
    there = there.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
    shared = ProgrammeAnnotation.objects.filter(programme__in=there.values("cohort__programme"))
    own = MunicipalityAnnotation.objects.filter(municipality=municipality)
    return _latest(own, first, last, is_shared=False), _latest(shared, first, last, is_shared=True)


def _latest(rows: QuerySet[Any], first: date, last: date, *, is_shared: bool) -> QuerySet[Any]:
    """Of those that lie in these days, at least in part."""
    rows = rows.filter(first__lte=last, last__gte=first).annotate(is_shared=Value(is_shared))
    return rows.order_by("-first", "-pk").values_list(*Event._fields)[:MOST]


def _events(rows: QuerySet[Any]) -> list[Event]:
    return sorted((Event(*row) for row in rows), key=lambda event: (event.first, event.is_shared, event.pk))
