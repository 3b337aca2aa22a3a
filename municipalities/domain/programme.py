"""Programmes: cohorts, enrolments, pairings with mentors. Both ends of a period are inclusive."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.invitations import invite
from accounts.endings import end_unauthorised
from accounts.models import User
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.models import Cohort, Enrolment, Municipality, Pairing, Period, Programme

# How long the daily task for rights that expired may be down without missing any.
LOOKS_BACK = timedelta(days=14)


@transaction.atomic
def start(name: str, *, by: User) -> Programme:
    programme = Programme.objects.create(name=name)
    audit.record("programme.start", by=by, target=programme)
    return programme


@transaction.atomic
def add_staff(programme: Programme, user: User, *, by: User) -> None:
    """`user` runs the programme too; nothing changes when they do already."""
    if programme.staff.filter(pk=user.pk).exists():
        return
    programme.staff.add(user)
    audit.record("programme.add_staff", by=by, target=programme, person=str(user))


@transaction.atomic
def end_staff(programme: Programme, user: User, *, by: User) -> None:
    """The right ends at once, with what hung on it (`accounts.endings`). Twice changes nothing."""
    if not programme.staff.filter(pk=user.pk).exists():
        return
    programme.staff.remove(user)
    audit.record("programme.end_staff", by=by, target=programme, person=str(user))
    end_unauthorised(user, by=by)


@transaction.atomic
def add_trainer(programme: Programme, user: User, *, by: User) -> None:
    """`user` may hold the programme's trainings; nothing changes when they may already."""
    if programme.trainers.filter(pk=user.pk).exists():
        return
    programme.trainers.add(user)
    audit.record("programme.add_trainer", by=by, target=programme, person=str(user))


@transaction.atomic
def end_trainer(programme: Programme, user: User, *, by: User) -> None:
    """The right ends at once; what they made stays. Twice changes nothing."""
    if not programme.trainers.filter(pk=user.pk).exists():
        return
    programme.trainers.remove(user)
    audit.record("programme.end_trainer", by=by, target=programme, person=str(user))
    end_unauthorised(user, by=by)


@transaction.atomic
def invite_trainer(programme: Programme, email: str, *, by: User, name: str = "", language: str = "") -> str:
    """Give an account of that address the right at once, or invite it; returns the link, empty when it was given.

    Raises `ActionNotAllowed` when they are a trainer already.
    """
    known = User.objects.filter(email=email, is_active=True).first()
    if known is None:
        grant = {"kind": "trainer", "programme": programme.pk}
        return invite(email, [grant], by=by, name=name, language=language)  # type: ignore[list-item]
    if programme.trainers.filter(pk=known.pk).exists():
        raise ActionNotAllowed(_("%(person)s is a trainer of this programme already.") % {"person": known}, "email")
    add_trainer(programme, known, by=by)
    return ""


@transaction.atomic
def add_cohort(programme: Programme, name: str, training_on: date, *, by: User) -> Cohort:
    cohort = Cohort.objects.create(programme=programme, name=name, training_on=training_on)
    audit.record("programme.add_cohort", by=by, target=cohort)
    return cohort


@transaction.atomic
def enrol(cohort: Cohort, municipality: Municipality, starts_on: date, *, compares: bool, by: User) -> Enrolment:
    """Raises `ActionNotAllowed` while the municipality has no workspace, or is enrolled in the programme in that time,
    and for a workspace of a training.
    """
    _lock(municipality)
    _refuse_training(municipality)
    if municipality.joined_on is None:
        raise ActionNotAllowed(_("This municipality has no workspace yet. An administrator opens it."), "municipality")
    others = Enrolment.objects.filter(municipality=municipality, cohort__programme=cohort.programme)
    _refuse_overlap(others.select_related("cohort"), starts_on, None)
    enrolment = Enrolment.objects.create(
        cohort=cohort, municipality=municipality, starts_on=starts_on, compares=compares
    )
    audit.record("programme.enrol", by=by, target=enrolment, cohort=str(cohort))
    return enrolment


@transaction.atomic
def end_enrolment(enrolment: Enrolment, ends_on: date | None, *, by: User) -> None:
    """`None` takes a last day back. Raises `ActionNotAllowed` for a day before the first."""
    _end(enrolment, ends_on)
    audit.record("programme.end_enrolment", by=by, target=enrolment, cohort=str(enrolment.cohort))
    for person in enrolment.cohort.programme.staff.order_by("pk"):
        end_unauthorised(person, by=by)


@transaction.atomic
def set_comparison(enrolment: Enrolment, compares: bool, *, by: User) -> None:
    """Whether the municipality agreed to be compared with the others."""
    if enrolment.compares == compares:
        return
    enrolment.compares = compares
    enrolment.save(update_fields=["compares"])
    audit.record("programme.set_comparison", by=by, target=enrolment, compares=compares)


@transaction.atomic
def pair(mentor: User, municipality: Municipality, starts_on: date, ends_on: date | None, *, by: User) -> Pairing:
    """Raises `ActionNotAllowed` when the two are paired in that time already, the period ends before it starts, and for
    a workspace of a training.
    """
    _lock(municipality)
    _refuse_training(municipality)
    if ends_on and ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    _refuse_overlap(Pairing.objects.filter(municipality=municipality, mentor=mentor), starts_on, ends_on)
    pairing = Pairing.objects.create(mentor=mentor, municipality=municipality, starts_on=starts_on, ends_on=ends_on)
    audit.record("programme.pair", by=by, target=pairing, person=str(mentor))
    return pairing


@transaction.atomic
def end_pairing(pairing: Pairing, ends_on: date, *, by: User) -> None:
    """The mentor's right ends with the end of that day. Raises `ActionNotAllowed` for a day before the first."""
    _end(pairing, ends_on)
    audit.record("programme.end_pairing", by=by, target=pairing, person=str(pairing.mentor))
    end_unauthorised(pairing.mentor, by=by)


def end_lapsed() -> int:
    """End what hung on pairings and enrolments whose last day has passed by itself; returns of how many people.

    Looks back some days, in case that the worker stood still; twice ends nothing.
    """
    lapsed = {"ends_on__lt": timezone.localdate(), "ends_on__gte": timezone.localdate() - LOOKS_BACK}
    mentors = Pairing.objects.filter(**lapsed).values("mentor")
    left = Programme.objects.filter(cohorts__enrolments__in=Enrolment.objects.filter(**lapsed))
    staff = Programme.staff.through.objects.filter(programme__in=left).values("user")
    people = list(User.objects.filter(Q(pk__in=mentors) | Q(pk__in=staff)).order_by("pk"))
    for person in people:
        with transaction.atomic():
            end_unauthorised(person, by=None)
    return len(people)


@transaction.atomic
def succeed(
    pairing: Pairing, successor: User, starts_on: date, ends_on: date | None, *, by: User
) -> tuple[Pairing, Pairing]:
    """End `pairing` the day before `starts_on` and pair the successor from that day; returns both.

    Raises `ActionNotAllowed` when the pairing has ended or begins no earlier than `starts_on`, for a
    day that is past, and as `pair` does.
    """
    _lock(pairing.municipality)
    former = Pairing.objects.select_related("mentor", "municipality").get(pk=pairing.pk)
    if former.ends_on and former.ends_on < timezone.localdate():
        raise ActionNotAllowed(_("This pairing has ended already."))
    if former.mentor_id == successor.pk:
        raise ActionNotAllowed(_("Choose a mentor other than the present one."), "successor")
    if starts_on < timezone.localdate():
        raise ActionNotAllowed(_("The first day of the successor cannot lie in the past."), "starts_on")
    if starts_on <= former.starts_on:
        since = {"since": short_date(former.starts_on)}
        raise ActionNotAllowed(
            _("The present pairing begins on %(since)s, so the successor can begin the day after at the earliest.")
            % since,
            "starts_on",
        )
    if ends_on and ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    others = Pairing.objects.filter(municipality=former.municipality, mentor=successor)
    _refuse_overlap(others, starts_on, ends_on)
    last = starts_on - timedelta(days=1)
    former.ends_on = min(former.ends_on or last, last)
    former.save(update_fields=["ends_on"])
    next_one = Pairing.objects.create(
        mentor=successor, municipality=former.municipality, starts_on=starts_on, ends_on=ends_on
    )
    audit.record("programme.hand_over", by=by, target=next_one, person=str(former.mentor), successor=str(successor))
    end_unauthorised(former.mentor, by=by)
    return former, next_one


@transaction.atomic
def invite_mentor(
    email: str,
    municipality: Municipality,
    starts_on: date,
    ends_on: date | None,
    *,
    by: User,
    name: str = "",
    language: str = "",
) -> str:
    """Pair an account of that address at once, or invite it to be paired; returns the link, empty when paired.

    Raises `ActionNotAllowed` as `pair` does.
    """
    known = User.objects.filter(email=email, is_active=True).first()
    if known is not None:
        pair(known, municipality, starts_on, ends_on, by=by)
        return ""
    if ends_on and ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    grant = {
        "kind": "pairing",
        "municipality": municipality.slug,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat() if ends_on else "",
    }
    return invite(
        email,
        [grant],  # type: ignore[list-item]
        by=by,
        name=name,
        language=language,
        municipality_id=municipality.pk,
    )


def _lock(municipality: Municipality) -> None:
    """Serialises staff who add the same period at the same time."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)


def _refuse_training(municipality: Municipality) -> None:
    if municipality.is_training:
        raise ActionNotAllowed(_("This workspace belongs to an exercise and is no municipality."), "municipality")


def _refuse_overlap(rows: QuerySet[Any], starts_on: date, ends_on: date | None) -> None:
    overlapping = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on:
        overlapping = overlapping.filter(starts_on__lte=ends_on)
    other: Period | None = overlapping.order_by("starts_on").first()
    if other is None:
        return
    since = short_date(other.starts_on)
    if other.ends_on is None:
        message = _("The periods overlap: one runs from %(since)s with no end. End it first.") % {"since": since}
    else:
        until = short_date(other.ends_on)
        message = _("The periods overlap: one runs from %(since)s to %(until)s.") % {"since": since, "until": until}
    raise ActionNotAllowed(message, "starts_on")


def _end(period: Enrolment | Pairing, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < period.starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    period.ends_on = ends_on
    period.save(update_fields=["ends_on"])
