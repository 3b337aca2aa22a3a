"""Notifications to participants: an exercise was prepared, a certificate was issued. Only rows are written."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from municipalities.enums import MunicipalityKind as Place
from municipalities.models import Membership
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from trainings.models import Certificate, Exercise, Team, Training

NotificationText = tuple[str, str]


def prepared(exercise: Exercise, *, by: User) -> None:
    """To everybody in a team, with the way to the team's own workspace. Two queries and two more for each team."""
    for team in Team.objects.filter(exercise=exercise).select_related("workspace").prefetch_related("people"):

        def text(name: str = team.name) -> NotificationText:
            facts = {"team": name, "training": exercise.training}
            subject = _("An exercise is ready for you in “%(training)s”: you play in %(team)s") % facts
            return subject, _("Open it and read the brief. The time runs once the trainer starts it.")

        notify(
            NotificationKind.TRAINING,
            team.people.all(),
            municipality=None,
            url=reverse("exercise", args=[team.workspace.slug]),
            build_text=text,
            by=by,
            about=f"trainings.exercise:{exercise.pk}",
        )


def issued(training: Training, certificates: Iterable[Certificate], *, by: User) -> None:
    """To those with an account, in the municipality in which they fetch theirs."""
    people = {certificate.participant.user for certificate in certificates if certificate.participant.user is not None}
    real = Membership.objects.running().filter(user__in=people).exclude(municipality__kind=Place.TRAINING)
    places = {row.user_id: row.municipality for row in real.select_related("municipality").order_by("-pk")}

    def text() -> NotificationText:
        subject = _("Your certificate of “%(training)s” is issued") % {"training": training}
        return subject, _("Open the training to download it as PDF.")

    for person in people:
        if place := places.get(person.pk):
            notify(
                NotificationKind.TRAINING,
                [person],
                municipality=place,
                url=reverse("training", args=[place.slug, training.pk]),
                build_text=text,
                by=by,
                about=f"trainings.training:{training.pk}",
            )
