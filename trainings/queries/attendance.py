"""Attendance, and who has earned a certificate. Each has a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from common.sorting import SerbianKey
from municipalities.models import Enrolment, Membership, Municipality
from serbian.sorting import sort_key
from trainings.models import Attendance, Certificate, Participant, Session, Training
from trainings.queries.trainings import participants, sessions
from trainings.rules import has_earned, percent


@dataclass(frozen=True)
class AttendanceRow:
    """A participant. `marks` by session: there, not there; a session that is missing was not marked."""

    participant: Participant
    marks: dict[int, bool]
    counted: int
    share: int
    certificate: Certificate | None

    @property
    def present(self) -> int:
        return sum(self.marks.values())

    @property
    def percent(self) -> int | None:
        return percent(self.present, self.counted)

    @property
    def fraction(self) -> float | None:
        return None if self.percent is None else self.percent / 100

    @property
    def has_earned(self) -> bool:
        return has_earned(self.present, self.counted, self.share)


@dataclass(frozen=True)
class Sheet:
    """All who are on the list, by name, and the sessions that count, in their order."""

    sessions: list[Session]
    rows: list[AttendanceRow]

    @property
    def unmarked(self) -> list[Session]:
        """Sessions without any mark: more likely forgotten than empty."""
        marked = {session for row in self.rows for session in row.marks}
        return [session for session in self.sessions if session.pk not in marked] if self.rows else []


def sheet(training: Training) -> Sheet:
    """Four queries, however many people and sessions there are."""
    counted = list(sessions(training).filter(is_break=False))
    marks: dict[int, dict[int, bool]] = defaultdict(dict)
    rows = Attendance.objects.filter(session__training=training, session__is_break=False)
    for participant, session, present in rows.values_list("participant", "session", "present"):
        marks[participant][session] = present
    held = {row.participant_id: row for row in certificates(training).filter(revoked_at__isnull=True)}
    people = participants(training)
    return Sheet(
        counted,
        [
            AttendanceRow(person, marks[person.pk], len(counted), training.share_asked, held.get(person.pk))
            for person in people
        ],
    )


def row_of(participant: Participant, lines: Sequence[Session]) -> AttendanceRow:
    """One's own, with the `lines` of the agenda. Two queries."""
    rows = Attendance.objects.filter(participant=participant, session__is_break=False)
    marks = dict(rows.values_list("session", "present"))
    counted = sum(not line.is_break for line in lines)
    return AttendanceRow(participant, marks, counted, participant.training.share_asked, held_by(participant))


def held_by(participant: Participant) -> Certificate | None:
    """The certificate that holds."""
    return Certificate.objects.filter(participant=participant, revoked_at__isnull=True).first()


def certificates(training: Training) -> QuerySet[Certificate]:
    """All that were ever issued, by name."""
    rows = Certificate.objects.filter(participant__training=training)
    rows = rows.select_related("participant__municipality", "issued_by", "revoked_by")
    return rows.order_by(SerbianKey("participant__name"), "pk")


# ---------------------------------------------------------------- who could be on the list


@dataclass(frozen=True)
class Candidate:
    """A member of a municipality of the cohort who is not on the list yet."""

    user: Any
    municipality: Municipality
    role: str


def candidates(training: Training) -> list[Candidate]:
    """By municipality and name; a person once, however many roles they have. Two queries, none without a cohort."""
    if training.cohort is None:
        return []
    enrolled = Enrolment.objects.filter(cohort=training.cohort, starts_on__lte=training.ends_on)
    enrolled = enrolled.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=training.starts_on))
    rows = Membership.objects.running().filter(municipality__in=enrolled.values("municipality"), user__is_active=True)
    listed = Participant.objects.filter(training=training)
    known, addresses = set(), set()
    for user, email in listed.values_list("user", "email"):
        known.add(user)
        addresses.add(email)
    people: dict[tuple[int, int], Candidate] = {}
    for row in rows.select_related("user", "municipality").order_by("role"):
        if row.user_id not in known and row.user.email not in addresses:
            key = (row.user_id, row.municipality_id)
            people.setdefault(key, Candidate(row.user, row.municipality, str(row.get_role_display())))
    return sorted(
        people.values(), key=lambda candidate: (sort_key(str(candidate.municipality)), sort_key(candidate.user.name))
    )


def places(training: Training) -> Sequence[Municipality]:
    """Municipalities from which people come: those of the cohort, else all with a workspace; by name."""
    rows = Municipality.objects.filter(joined_on__isnull=False)
    if training.cohort:
        rows = Municipality.objects.filter(enrolments__cohort=training.cohort)
    return sorted(rows.distinct(), key=lambda row: sort_key(str(row)))
