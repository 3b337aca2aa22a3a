"""The mentoring of a programme: every municipality of every cohort with its mentors, the progress of its plan, and
waiting posts. Eight queries, at any number of municipalities, mentors, plans and posts.
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
from mentoring.attention import AttentionReason, attention_reasons
from mentoring.models import Absence
from mentoring.queries.overviews import MentoringOverview, overviews
from mentoring.queries.waiting import WaitingPosts, waiting
from municipalities.models import Cohort, Enrolment, Municipality, Pairing, Programme
from municipalities.queries import enrolments, today
from municipalities.tenancy import scope
from serbian.sorting import sort_key


@dataclass
class EnrolmentStatus:
    """A municipality in a cohort. `pairings` run today or are to come; a mentor who is away knows `away_until`."""

    enrolment: Enrolment
    on: date
    pairings: list[Any] = field(default_factory=list)
    last_paired: date | None = None
    overview: MentoringOverview = field(default_factory=MentoringOverview)
    to_mentor: WaitingPosts | None = None
    to_municipality: WaitingPosts | None = None
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
        """The first day without a mentor."""
        begins = max(self.enrolment.starts_on, self.enrolment.cohort.training_on)
        return begins if self.last_paired is None else max(begins, self.last_paired + timedelta(days=1))

    @property
    def plan_until(self) -> date | None:
        return self.overview.plan.ends_on if self.overview.plan else None

    @cached_property
    def needs(self) -> list[AttentionReason]:
        return attention_reasons(self, self.on)

    @property
    def order(self) -> tuple[Any, ...]:
        """Who needs something first, the most urgent at the top; then by name; who has left, last."""
        first = self.needs[0].rank if self.needs else (len(self.needs), date.max)
        return (self.has_left, not self.needs, first, sort_key(str(self.municipality)))


@dataclass(frozen=True)
class CohortGroup:
    """A cohort with the totals of its municipalities; those that left are counted apart."""

    cohort: Cohort
    statuses: list[EnrolmentStatus]

    @property
    def here(self) -> list[EnrolmentStatus]:
        return [status for status in self.statuses if not status.has_left]

    @property
    def left(self) -> int:
        return len(self.statuses) - len(self.here)

    @property
    def accompanied(self) -> int:
        return sum(bool(status.current) for status in self.here)

    @property
    def plans(self) -> int:
        return sum(status.overview.is_agreed for status in self.here)

    @property
    def agreed(self) -> int:
        return sum(status.overview.agreed for status in self.here)

    @property
    def done(self) -> int:
        return sum(status.overview.done for status in self.here)

    @property
    def overdue(self) -> int:
        return sum(status.overview.overdue for status in self.here)

    @property
    def needy(self) -> int:
        return sum(bool(status.needs) for status in self.here)


def enrolment_statuses(programmes: list[Programme], now: datetime) -> list[EnrolmentStatus]:
    """Every enrolment, ended ones too, in the order of their needs. Opens the scope of those that take part today."""
    on = timezone.localdate(now)
    # a few cohorts for all of them, rather than one each
    cohorts = Prefetch("cohort", Cohort.objects.select_related("programme"))
    every = enrolments(programmes).select_related(None).select_related("municipality").prefetch_related(cohorts)
    rows = [EnrolmentStatus(row, on) for row in every if row.municipality.joined_on is not None]
    here = [status for status in rows if not status.has_left and not status.is_to_come]
    places = list({status.municipality.pk for status in here})
    _accompany(rows)
    with scope(*places):
        by_municipality = overviews(places, now, [status.enrolment.pk for status in here])
        waits = waiting(places)
        short = off_track(_agreed_to_compare(here), on)
    for status in here:
        pk = status.municipality.pk
        status.overview = by_municipality[pk]
        status.to_mentor, status.to_municipality = waits.get((pk, "mentor")), waits.get((pk, "municipality"))
        status.behind = short.get(pk, [])
    return sorted(rows, key=lambda status: status.order)


def _accompany(rows: Iterable[EnrolmentStatus]) -> None:
    """Set the pairings of today and later, and the last day of the former ones."""
    running: dict[int, list[Any]] = defaultdict(list)
    last: dict[int, date] = {}
    away = Absence.objects.filter(
        mentor=OuterRef("mentor"), withdrawn_at=None, starts_on__lte=today(), ends_on__gte=today()
    )
    pairings = Pairing.objects.filter(municipality__in={status.municipality.pk for status in rows})
    until = Subquery(away.order_by("-ends_on").values("ends_on")[:1])
    for row in pairings.select_related("mentor").annotate(away_until=until).order_by("starts_on", "pk"):
        if row.ends_on is None or row.ends_on >= today():
            running[row.municipality_id].append(row)
        else:
            last[row.municipality_id] = max(row.ends_on, last.get(row.municipality_id, row.ends_on))
    for status in rows:
        if not status.has_left:
            status.pairings = running[status.municipality.pk]
            status.last_paired = last.get(status.municipality.pk)


def _agreed_to_compare(rows: Iterable[EnrolmentStatus]) -> dict[int, set[int]]:
    by_programme: dict[int, set[int]] = defaultdict(set)
    for status in rows:
        if status.enrolment.compares:  # those that did not agree are not compared
            by_programme[status.enrolment.cohort.programme_id].add(status.municipality.pk)
    return by_programme


def groups(rows: Iterable[EnrolmentStatus]) -> list[CohortGroup]:
    """By cohort, the newest training first."""
    by_cohort: dict[int, list[EnrolmentStatus]] = defaultdict(list)
    for status in rows:
        by_cohort[status.enrolment.cohort_id].append(status)
    groups = [CohortGroup(several[0].enrolment.cohort, several) for several in by_cohort.values()]
    return sorted(groups, key=lambda group: (-group.cohort.training_on.toordinal(), group.cohort.name))


def mentors(rows: Iterable[EnrolmentStatus]) -> list[Any]:
    """Mentors of today, by name."""
    people = {pairing.mentor for status in rows for pairing in status.current}
    return sorted(people, key=lambda person: sort_key(person.name))


def narrowed(
    rows: Iterable[EnrolmentStatus], *, cohort: str = "", mentor: str = "", show: str = ""
) -> list[EnrolmentStatus]:
    """`show`: "needs" those that need something, "left" those that have left, "here" all that take part."""
    return [
        status
        for status in rows
        if (not cohort or str(status.enrolment.cohort_id) == cohort)
        and (not mentor or any(str(pairing.mentor_id) == mentor for pairing in status.current))
        and _shown(status, show)
    ]


SHOWS = ("here", "needs", "left")


def _shown(status: EnrolmentStatus, show: str) -> bool:
    if show == "left":
        return status.has_left
    return not status.has_left and (show != "needs" or bool(status.needs))
