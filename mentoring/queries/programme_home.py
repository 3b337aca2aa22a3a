"""The mentoring of a programme: every municipality of every cohort, with who accompanies it, how far its plan is, and
who waits for whom. Eight queries, at any number of municipalities, mentors, plans and posts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import timezone

from analytics.indicators.queries.off_track import Behind, off_track
from mentoring.attention import Need, needs
from mentoring.models import Absence
from mentoring.queries.overviews import Glance, glances
from mentoring.queries.waiting import Waiting, waiting
from municipalities.models import Cohort, Enrolment, Municipality, Pairing, Programme
from municipalities.queries import enrolments, today
from municipalities.tenancy import scope
from serbian.sorting import sort_key


@dataclass
class CohortMembership:
    """A municipality in a cohort. `pairings` run today or are to come; a mentor who is away knows `away_until`."""

    enrolment: Enrolment
    on: date
    pairings: list[Any] = field(default_factory=list)
    last_paired: date | None = None
    glance: Glance = field(default_factory=Glance)
    to_mentor: Waiting | None = None
    to_municipality: Waiting | None = None
    behind: list[Behind] = field(default_factory=list)

    @property
    def municipality(self) -> Municipality:
        return self.enrolment.municipality

    @property
    def has_left(self) -> bool:
        return self.enrolment.ends_on is not None and self.enrolment.ends_on < self.on

    @property
    def is_to_come(self) -> bool:
        return self.enrolment.starts_on > self.on

    @property
    def current(self) -> list[Any]:
        return [row for row in self.pairings if row.starts_on <= self.on]

    @property
    def coming(self) -> list[Any]:
        return [row for row in self.pairings if row.starts_on > self.on]

    @property
    def without_since(self) -> date:
        """The first day on which nobody accompanied it."""
        begins = max(self.enrolment.starts_on, self.enrolment.cohort.training_on)
        return begins if self.last_paired is None else max(begins, self.last_paired + timedelta(days=1))

    @property
    def plan_until(self) -> date | None:
        return self.glance.plan.ends_on if self.glance.plan else None

    @cached_property
    def needs(self) -> list[Need]:
        return needs(self, self.on)

    @property
    def order(self) -> tuple[Any, ...]:
        """Who needs something first, the most urgent at the top; then by name; who has left, last."""
        first = self.needs[0].rank if self.needs else (len(self.needs), date.max)
        return (self.has_left, not self.needs, first, sort_key(str(self.municipality)))


@dataclass(frozen=True)
class Group:
    """A cohort and what its municipalities come to; those that left are told apart."""

    cohort: Cohort
    seats: list[CohortMembership]

    @property
    def here(self) -> list[CohortMembership]:
        return [seat for seat in self.seats if not seat.has_left]

    @property
    def left(self) -> int:
        return len(self.seats) - len(self.here)

    @property
    def accompanied(self) -> int:
        return sum(bool(seat.current) for seat in self.here)

    @property
    def plans(self) -> int:
        return sum(seat.glance.is_agreed for seat in self.here)

    @property
    def agreed(self) -> int:
        return sum(seat.glance.agreed for seat in self.here)

    @property
    def done(self) -> int:
        return sum(seat.glance.done for seat in self.here)

    @property
    def overdue(self) -> int:
        return sum(seat.glance.overdue for seat in self.here)

    @property
    def needy(self) -> int:
        return sum(bool(seat.needs) for seat in self.here)


def seats(programmes: list[Programme], now: datetime) -> list[CohortMembership]:
    """Every enrolment, ended ones too, in the order of their needs. Opens the scope of those that take part today."""
    on = timezone.localdate(now)
    # a few cohorts for all of them, rather than one each
    cohorts = Prefetch("cohort", Cohort.objects.select_related("programme"))
    every = enrolments(programmes).select_related(None).select_related("municipality").prefetch_related(cohorts)
    rows = [CohortMembership(row, on) for row in every if row.municipality.joined_on is not None]
    here = [seat for seat in rows if not seat.has_left and not seat.is_to_come]
    places = list({seat.municipality.pk for seat in here})
    _accompany(rows)
    with scope(*places):
        by_municipality = glances(places, now, [seat.enrolment.pk for seat in here])
        waits = waiting(places)
        short = off_track(_agreed_to_compare(here), on)
    for seat in here:
        pk = seat.municipality.pk
        seat.glance = by_municipality[pk]
        seat.to_mentor, seat.to_municipality = waits.get((pk, "mentor")), waits.get((pk, "municipality"))
        seat.behind = short.get(pk, [])
    return sorted(rows, key=lambda seat: seat.order)


def _accompany(rows: Iterable[CohortMembership]) -> None:
    """Who accompanies them today and later, and until when somebody did."""
    running: dict[int, list[Any]] = defaultdict(list)
    last: dict[int, date] = {}
    away = Absence.objects.filter(
        mentor=OuterRef("mentor"), withdrawn_at=None, starts_on__lte=today(), ends_on__gte=today()
    )
    pairings = Pairing.objects.filter(municipality__in={seat.municipality.pk for seat in rows})
    until = Subquery(away.order_by("-ends_on").values("ends_on")[:1])
    for row in pairings.select_related("mentor").annotate(away_until=until).order_by("starts_on", "pk"):
        if row.ends_on is None or row.ends_on >= today():
            running[row.municipality_id].append(row)
        else:
            last[row.municipality_id] = max(row.ends_on, last.get(row.municipality_id, row.ends_on))
    for seat in rows:
        if not seat.has_left:
            seat.pairings = running[seat.municipality.pk]
            seat.last_paired = last.get(seat.municipality.pk)


def _agreed_to_compare(rows: Iterable[CohortMembership]) -> dict[int, set[int]]:
    by_programme: dict[int, set[int]] = defaultdict(set)
    for seat in rows:
        if seat.enrolment.compares:  # who did not agree is judged by nobody
            by_programme[seat.enrolment.cohort.programme_id].add(seat.municipality.pk)
    return by_programme


def groups(rows: Iterable[CohortMembership]) -> list[Group]:
    """By cohort, the newest training first."""
    by_cohort: dict[int, list[CohortMembership]] = defaultdict(list)
    for seat in rows:
        by_cohort[seat.enrolment.cohort_id].append(seat)
    groups = [Group(several[0].enrolment.cohort, several) for several in by_cohort.values()]
    return sorted(groups, key=lambda group: (-group.cohort.training_on.toordinal(), group.cohort.name))


def mentors(rows: Iterable[CohortMembership]) -> list[Any]:
    """Who accompanies somebody today, by name."""
    people = {pairing.mentor for seat in rows for pairing in seat.current}
    return sorted(people, key=lambda person: sort_key(person.name))


def narrowed(
    rows: Iterable[CohortMembership], *, cohort: str = "", mentor: str = "", show: str = ""
) -> list[CohortMembership]:
    """`show`: "needs" those that need something, "left" those that have left, "here" all that take part."""
    return [
        seat
        for seat in rows
        if (not cohort or str(seat.enrolment.cohort_id) == cohort)
        and (not mentor or any(str(pairing.mentor_id) == mentor for pairing in seat.current))
        and _shown(seat, show)
    ]


SHOWS = ("here", "needs", "left")


def _shown(seat: CohortMembership, show: str) -> bool:
    if show == "left":
        return seat.has_left
    return not seat.has_left and (show != "needs" or bool(seat.needs))
