"""Reminders that are due today, over all municipalities. The caller opens the scope.

A fixed number of queries. Each reminder may be sent on several days, so that an outage of the worker does not lose it;
rows of `mentoring.models.Reminder` make sure that it is sent once. People whose membership or pairing has ended, closed
plans and municipalities that left get none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Q

from mentoring.enums import CheckInState, ReminderKind
from mentoring.models import Activity, CheckIn, Plan
from municipalities.enums import Role
from municipalities.holidays import BELGRADE
from municipalities.models import Enrolment, Membership, Pairing, Programme

DAY = timedelta(days=1)
# How many days ahead each reminder is sent: the first and the last possible day.
DUE_SOON = (7, 5)
PLAN_ENDS = (14, 12)
UNFOLLOWED = (14, 1)
# A day after its day; so many days later it is too late to say so kindly.
OVERDUE = (1, 3)
SILENCE = timedelta(weeks=4)
WRITERS = (Role.OFFICER, Role.APPROVER)


@dataclass(frozen=True)
class DueReminder:
    """A reminder with its recipients. `about` names its subject with the day, `thing` is the row it is about."""

    kind: ReminderKind
    about: str
    municipality: Any
    thing: Any
    people: list[Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _People:
    """Who belongs to a municipality today, and who ever accompanied it."""

    writers: dict[int, list[Any]]
    mentors: dict[int, list[Any]]
    accompanied: dict[int, set[int]]

    def both(self, place: int) -> list[Any]:
        return _each_once([*self.writers[place], *self.mentors[place]])

    def doing(self, activity: Activity) -> list[Any]:
        """Who does it, as far as they are still there; else the side it belonged to."""
        place, owner = activity.municipality_id, activity.owner
        both = self.both(place)
        if owner is not None and owner.pk in {person.pk for person in both}:
            return [owner]
        if owner is not None and owner.pk in self.accompanied[place]:
            return self.mentors[place]
        return self.writers[place]


def due(on: date, now: datetime) -> list[DueReminder]:
    """Everything of the day `on`. Fourteen queries at most, whatever the amount of municipalities."""
    places = set(_taking_part(on).values_list("municipality_id", flat=True))
    if not places:
        return []
    people = _people(places, on)
    reminders = [
        *_activities(places, people, on),
        *_check_ins(places, people, on),
        *_plans(places, people, on),
        *_unfollowed(places, on),
        *_silence(places, on, now),
    ]
    return [reminder for reminder in reminders if reminder.people]


def _taking_part(on: date) -> Any:
    return Enrolment.objects.on(on).filter(municipality__joined_on__isnull=False)


def _people(places: Iterable[int], on: date) -> _People:
    writers: dict[int, list[Any]] = defaultdict(list)
    rows = Membership.objects.running().filter(
        municipality__in=places, role__in=WRITERS, user__is_active=True
    ).select_related("user")  # fmt: skip
    for row in rows.order_by("pk"):
        writers[row.municipality_id].append(row.user)
    mentors: dict[int, list[Any]] = defaultdict(list)
    accompanied: dict[int, set[int]] = defaultdict(set)
    for pairing in Pairing.objects.filter(municipality__in=places).select_related("mentor").order_by("pk"):
        accompanied[pairing.municipality_id].add(pairing.mentor_id)
        runs = pairing.starts_on <= on and (pairing.ends_on is None or on <= pairing.ends_on)
        if runs and pairing.mentor.is_active:
            mentors[pairing.municipality_id].append(pairing.mentor)
    return _People(writers, mentors, accompanied)


def _each_once(people: Iterable[Any]) -> list[Any]:
    return list({person.pk: person for person in people}.values())


def _followed(on: date) -> Q:
    """Of plans: agreed, begun, and not closed."""
    return Q(agreed_at__isnull=False, closed_at__isnull=True, starts_on__lte=on)


def _activities(places: set[int], people: _People, on: date) -> Iterator[DueReminder]:
    soon = Q(due_on__gte=on + DUE_SOON[1] * DAY, due_on__lte=on + DUE_SOON[0] * DAY)
    late = Q(due_on__gte=on - OVERDUE[1] * DAY, due_on__lte=on - OVERDUE[0] * DAY)
    rows = Activity.objects.filter(
        soon | late, municipality__in=places, done_at__isnull=True, dropped_at__isnull=True,
        plan__agreed_at__isnull=False, plan__closed_at__isnull=True,
    ).select_related("municipality", "owner")  # fmt: skip
    for row in rows.order_by("due_on", "pk"):
        kind = ReminderKind.DUE_SOON if row.due_on > on else ReminderKind.OVERDUE
        yield DueReminder(kind, f"activity:{row.pk}:{row.due_on}", row.municipality, row, people.doing(row))


def _check_ins(places: set[int], people: _People, on: date) -> Iterator[DueReminder]:
    """Check-ins of tomorrow, except those planned or moved today: everybody was notified of these today."""
    first = datetime.combine(on + DAY, time(), BELGRADE)
    until = datetime.combine(on + 2 * DAY, time(), BELGRADE)
    rows = CheckIn.objects.filter(
        municipality__in=places, state=CheckInState.PLANNED, due_at__gte=first, due_at__lt=until,
        changed_at__lt=datetime.combine(on, time(), BELGRADE),
    ).select_related("municipality", "mentor")  # fmt: skip
    for row in rows.order_by("due_at", "pk"):
        there = people.both(row.municipality_id)
        yield DueReminder(ReminderKind.CHECK_IN, f"check-in:{row.pk}:{row.on}", row.municipality, row, there)


def _plans(places: set[int], people: _People, on: date) -> Iterator[DueReminder]:
    rows = Plan.objects.filter(
        _followed(on), municipality__in=places,
        ends_on__gte=on + PLAN_ENDS[1] * DAY, ends_on__lte=on + PLAN_ENDS[0] * DAY,
    ).select_related("municipality")  # fmt: skip
    for row in rows.order_by("pk"):
        there = people.both(row.municipality_id)
        yield DueReminder(ReminderKind.PLAN_ENDS, f"plan:{row.pk}:{row.ends_on}", row.municipality, row, there)


def _unfollowed(places: set[int], on: date) -> Iterator[DueReminder]:
    """To the staff: pairings that end without a successor although the municipality still takes part."""
    ending = Pairing.objects.on(on).filter(
        municipality__in=places, ends_on__gte=on + UNFOLLOWED[1] * DAY, ends_on__lte=on + UNFOLLOWED[0] * DAY
    )
    rows = list(ending.select_related("mentor", "municipality").order_by("pk"))
    if not rows:
        return
    municipalities = {row.municipality_id for row in rows}
    others = list(Pairing.objects.filter(municipality__in=municipalities))
    plans: dict[int, list[Plan]] = defaultdict(list)
    for plan in Plan.objects.filter(municipality__in=municipalities):
        plans[plan.municipality_id].append(plan)
    part = list(Enrolment.objects.filter(municipality__in=municipalities).select_related("cohort"))
    staff = _staff({enrolment.cohort.programme_id for enrolment in part})
    for row in rows:
        place, after = row.municipality_id, row.ends_on + DAY
        follows = any(other.municipality_id == place and _runs(other, after) for other in others)
        programmes = {
            enrolment.cohort.programme_id
            for enrolment in part
            if enrolment.municipality_id == place and _runs(enrolment, after)
        }
        over = plans[place] and all(plan.closed_at for plan in plans[place])
        if not follows and not over:
            there = _each_once(person for pk in sorted(programmes) for person in staff[pk])
            yield DueReminder(ReminderKind.UNFOLLOWED, f"pairing:{row.pk}:{row.ends_on}", row.municipality, row, there)


def _runs(period: Pairing | Enrolment, on: date) -> bool:
    return period.starts_on <= on and (period.ends_on is None or on <= period.ends_on)


def _staff(programmes: set[int]) -> dict[int, list[Any]]:
    rows = Programme.staff.through.objects.filter(programme__in=programmes, user__is_active=True)
    by_programme: dict[int, list[Any]] = defaultdict(list)
    for row in rows.select_related("user").order_by("pk"):
        by_programme[row.programme_id].append(row.user)
    return by_programme


def _silence(places: set[int], on: date, now: datetime) -> Iterator[DueReminder]:
    """Plans that are followed, and for four weeks no check-in was held or is planned: to the mentors."""
    plans = list(
        Plan.objects.filter(_followed(on), municipality__in=places, ends_on__gte=on).select_related("municipality")
    )
    plan_of = {plan.municipality_id: plan for plan in plans}
    if not plan_of:
        return
    talks = CheckIn.objects.filter(municipality__in=plan_of).exclude(state=CheckInState.CANCELLED)
    last = dict(talks.order_by().values_list("municipality").annotate(Max("due_at")))
    pairings = Pairing.objects.on(on).filter(municipality__in=plan_of, mentor__is_active=True).select_related("mentor")
    for row in pairings.order_by("pk"):
        plan = plan_of[row.municipality_id]
        moment = last.get(row.municipality_id)
        if moment is not None and moment >= now:
            continue
        spoken = moment.astimezone(BELGRADE).date() if moment else None
        since = max(filter(None, (spoken, row.starts_on, plan.starts_on)))
        if on - since >= SILENCE:
            about = f"silence:{row.pk}:{since}"
            yield DueReminder(ReminderKind.SILENCE, about, plan.municipality, plan, [row.mentor], {"last": spoken})
