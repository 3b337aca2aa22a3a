"""Asking an approver to publish a consultation."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.queries import approvers
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from participation.domain.publish import problems
from participation.domain.write import lock
from participation.models import Consultation
from participation.queries.consultations import last_event


@transaction.atomic
def ask_to_publish(consultation: Consultation, *, by: User) -> list[User]:
    """Tell the approver in charge, or everybody who decides where nobody is, that it is ready; returns whom.

    Raises `ActionNotAllowed` where something is missing, where nobody can publish it, and where nothing was changed
    since they were asked.
    """
    row = lock(consultation)
    if row.is_published:
        raise ActionNotAllowed(_("This consultation is public already."))
    for problem, name in problems(row):
        raise ActionNotAllowed(problem, name)
    request = last_event(row, "consultation.ask")
    if request is not None and request.at >= row.changed_at:
        raise ActionNotAllowed(_("They were asked already, and nothing was changed since then."))
    people = [person for person in approvers(row.municipality) if person.pk != by.pk]
    people = [person for person in people if person.pk == row.approver_id] or people
    if not people:
        raise ActionNotAllowed(_("The municipality has no other approver who could publish it."))

    def build_text() -> tuple[str, str]:
        facts = {"person": by, "consultation": row}
        return (
            _("Ready to be published: %(consultation)s") % facts,
            _("%(person)s asks you to publish it. You see what citizens will see before you decide.") % facts,
        )

    notify(
        NotificationKind.CONSULTATION, people, municipality=row.municipality, build_text=build_text, by=by,
        url=reverse("consultation_publish", args=[row.municipality.slug, row.pk]),
        about=f"participation.consultation:{row.pk}", at_once=True,
    )  # fmt: skip
    record("consultation.ask", by=by, target=row)
    return people
