"""The list of participants of a training, with an account or without."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from trainings.domain.locking import locked_open
from trainings.models import Participant, Training
from trainings.queries.attendance import Candidate
from trainings.rules import MOST_PARTICIPANTS

FIELDS = ("name", "email", "municipality", "role", "language", "printed_name")


@transaction.atomic
def add(training: Training, values: Mapping[str, Any], *, by: User) -> Participant:
    """An account with that address sees the training as its own. Raises `ActionNotAllowed`."""
    row = locked_open(training)
    _refuse_crowd(row, 1)
    participant = Participant(training=row, added_by=by)
    _fill(participant, values)
    participant.save()
    record("training.add_participants", by=by, target=row, people=[participant.name], programme=str(row.programme))
    return participant


@transaction.atomic
def add_members(training: Training, chosen: Sequence[Candidate], *, by: User) -> list[Participant]:
    """People of the cohort's municipalities; who is on the list already stays there once. Raises `ActionNotAllowed`."""
    row = locked_open(training)
    known = set(row.participants.values_list("user", flat=True))
    fresh = {candidate.user.pk: candidate for candidate in chosen if candidate.user.pk not in known}
    _refuse_crowd(row, len(fresh))
    participants = Participant.objects.bulk_create(
        [
            Participant(
                training=row,
                user=candidate.user,
                name=candidate.user.name or candidate.user.email,
                email=candidate.user.email,
                municipality=candidate.municipality,
                role=candidate.role,
                language=candidate.user.language,
                added_by=by,
            )
            for candidate in fresh.values()
        ]
    )
    if participants:
        names = [participant.name for participant in participants]
        record("training.add_participants", by=by, target=row, people=names, programme=str(row.programme))
    return participants


@transaction.atomic
def add_lines(training: Training, lines: Iterable[Mapping[str, Any]], *, by: User) -> list[Participant]:
    """Many at once, from a pasted list; an address that is on the list already is passed over. Raises
    `ActionNotAllowed`.
    """
    row = locked_open(training)
    known = set(row.participants.exclude(email="").values_list("email", flat=True))
    participants = []
    for values in lines:
        if values["email"] and values["email"] in known:
            continue
        known.add(values["email"])
        participant = Participant(training=row, added_by=by)
        _fill(participant, values)
        participants.append(participant)
    _refuse_crowd(row, len(participants))
    Participant.objects.bulk_create(participants)
    if participants:
        names = [participant.name for participant in participants]
        record("training.add_participants", by=by, target=row, people=names, programme=str(row.programme))
    return participants


@transaction.atomic
def change(participant: Participant, values: Mapping[str, Any], *, by: User) -> Participant:
    """Certificates that were issued stay as they are. Raises `ActionNotAllowed`."""
    row = locked_open(participant.training)
    _fill(participant, values)
    participant.save()
    record("training.change_participant", by=by, target=row, person=participant.name, programme=str(row.programme))
    return participant


def _fill(participant: Participant, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(participant, name, values[name])
    user = User.objects.filter(email=participant.email, is_active=True).first() if participant.email else None
    others = Participant.objects.filter(training=participant.training).exclude(pk=participant.pk)
    if participant.email and others.filter(email=participant.email).exists():
        raise ActionNotAllowed(_("A person with this address is already on the list."), "email")
    if user and others.filter(user=user).exists():
        raise ActionNotAllowed(_("%(person)s is on the list already.") % {"person": user}, "email")
    participant.user = user


def _refuse_crowd(training: Training, more: int) -> None:
    if training.participants.count() + more > MOST_PARTICIPANTS:
        raise ActionNotAllowed(
            _("A training has %(most)s participants at most. Make a second one.") % {"most": MOST_PARTICIPANTS}
        )


@transaction.atomic
def remove(participant: Participant, *, by: User) -> None:
    """With their attendance. Raises `ActionNotAllowed` once they got a certificate."""
    row = locked_open(participant.training)
    if participant.certificates.exists():
        raise ActionNotAllowed(_("This person got a certificate, so they stay on the list."))
    record("training.remove_participant", by=by, target=row, person=participant.name, programme=str(row.programme))
    participant.delete()
