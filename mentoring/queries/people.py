"""Mentors of a municipality: who is absent, who may take over, what was handed over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from common.prepared import PreparedRows, among, array
from mentoring.models import Absence, Handover
from municipalities.models import Enrolment, Municipality, Pairing, Programme
from municipalities.queries import known_mentors, today
from serbian.sorting import sort_key

# So many days ahead the municipality sees that its mentor will be away.
AHEAD = timedelta(days=14)


def _standing(on: date | None = None) -> QuerySet[Absence]:
    """Not withdrawn and not over on a day (today), the next first."""
    rows = Absence.objects.filter(withdrawn_at=None, ends_on__gte=on or today())
    return rows.select_related("mentor").order_by("starts_on")


def own_absences(mentor: Any) -> list[Absence]:
    return list(_standing().filter(mentor=mentor))


def absences(municipality: Municipality) -> list[Absence]:
    """Of those who accompany the municipality today, now or soon. One query."""
    paired = Pairing.objects.on(today()).filter(municipality=municipality).values("mentor")
    return list(_standing().filter(mentor__in=paired, starts_on__lte=today() + AHEAD))


@dataclass(frozen=True)
class Away:
    """An absence as `absences_of` tells it; it reads like the row."""

    mentor: str
    starts_on: date
    ends_on: date
    note: str

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> "Away":
        days = {name: date.fromisoformat(stored[name]) for name in ("starts_on", "ends_on")}
        return cls(stored["name"] or stored["email"], note=stored["note"], **days)


def absences_of(on: date, until: date) -> ArraySubquery:
    """For a query of municipalities: what `Away.read` reads, as `absences` has it on a day; `until`: `AHEAD` of it."""
    paired = Pairing.objects.on(on).filter(municipality=OuterRef(OuterRef("pk"))).values("mentor")
    rows = _standing(on).filter(mentor__in=paired, starts_on__lte=until)
    fields = {"name": "mentor__name", "email": "mentor__email", "starts_on": "starts_on", "ends_on": "ends_on",
              "note": "note"}  # fmt: skip
    return ArraySubquery(rows.values(fields=JSONObject(**fields)), output_field=ArrayField(JSONField()))


def mentors_of(municipality: Municipality) -> list[Pairing]:
    """All pairings, those to come and those that ended too, the newest first."""
    rows = Pairing.objects.filter(municipality=municipality).select_related("mentor")
    return list(rows.order_by("-starts_on", "-pk"))


def handovers() -> list[Handover]:
    """Of the municipality in scope, the newest first."""
    return list(Handover.objects.select_related("former__mentor", "successor__mentor", "by").order_by("-at"))


def running_pairing(mentor: Any, municipality: Municipality) -> Pairing | None:
    rows = Pairing.objects.on(today()).filter(mentor=mentor, municipality=municipality)
    return rows.select_related("mentor", "municipality").order_by("-starts_on").first()


OWN_PAIRINGS = PreparedRows(
    lambda of: (
        Pairing.objects.filter(mentor=of.mentor, municipality__joined_on__isnull=False)
        .select_related("municipality")
        .order_by("starts_on", "pk")
    ),
    "municipality",
    mentor=int,
)


def own_pairings(mentor: Any) -> list[Pairing]:
    """All of a mentor's, ended ones and those to come too, with their municipalities. One query."""
    return OWN_PAIRINGS.shared_instances(mentor=mentor.pk)


def running(pairings: Iterable[Pairing]) -> list[Pairing]:
    """Those of today, by the name of the municipality."""
    pairings_of_today = [row for row in pairings if runs(row, today())]
    return sorted(pairings_of_today, key=lambda row: sort_key(str(row.municipality)))


def successors(pairing: Pairing, programmes: list[Programme] | None = None) -> list[Any]:
    """Who may take over: mentors of the programmes in which the municipality takes part, by name."""
    if programmes is None:
        running = Enrolment.objects.on(today()).filter(municipality=pairing.municipality_id)
        programmes = list(Programme.objects.filter(cohorts__enrolments__in=running).distinct())
    return [person for person in known_mentors(programmes) if person.pk != pairing.mentor_id]


def _pairings_of(of: Any) -> QuerySet[Pairing]:
    places = Enrolment.objects.on(of.today).filter(cohort__programme__in=among(of.programmes)).values("municipality")
    rows = Pairing.objects.filter(municipality__in=places, municipality__joined_on__isnull=False)
    return rows.select_related("mentor", "municipality")


PAIRINGS_OF = PreparedRows(_pairings_of, "mentor", "municipality", programmes=str, today=date)


def pairings_of(programmes: list[Programme]) -> list[Pairing]:
    """Pairings, ended ones too, in municipalities that take part today in these programmes. One query."""
    ids = array(programme.pk for programme in programmes)
    return PAIRINGS_OF.shared_instances(programmes=ids, today=today())


def runs(period: Pairing | Absence, on: date) -> bool:
    return period.starts_on <= on and (period.ends_on is None or on <= period.ends_on)
