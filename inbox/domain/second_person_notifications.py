"""Notifications about moderation that waits for a colleague, without any words of a citizen."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from inbox.domain.staff_notifications import only_readers
from inbox.models import Moderation
from inbox.moderation_rules import ModerationAction
from municipalities.models import Membership
from municipalities.rules import PUBLISHING_ROLES
from notifications.domain.notify import TextBuilder, notify
from notifications.enums import NotificationKind


def review_requested(row: Moderation, *, by: User) -> None:
    """To everybody except the first person: a removal needs agreement, or a hide has to be reviewed within a day."""

    def build_text() -> tuple[str, str]:
        if row.act == ModerationAction.REMOVE:
            return _("%(person)s requests to remove a comment permanently") % {"person": row.by}, _(
                "A second person has to agree first. The copy and the reason are in the portal."
            )
        return _("%(person)s hid a comment: review it within a day") % {"person": row.by}, _(
            "The reason given is: %(reason)s. A second person decides whether it was right."
        ) % {"reason": row.get_reason_display()}

    _notify_others(row, build_text, by=by)


def objection_recorded(row: Moderation, *, by: User) -> None:
    """To everybody except who hid the message, because somebody else decides."""

    def build_text() -> tuple[str, str]:
        return _("An objection to a hidden comment"), _(
            "It was hidden by %(person)s, so another person decides. The objection is in the portal."
        ) % {"person": row.by}

    _notify_others(row, build_text, by=by)


def automation_stopped(row: Moderation) -> None:
    """To who decided it: the portal could not do it, so a person has to."""

    def build_text() -> tuple[str, str]:
        if row.act == ModerationAction.REMOVE:
            return _("A comment was not removed"), _(
                "The network did not do what you decided. What to do there is in the portal."
            )
        return _("A comment was not hidden: do it by hand"), _(
            "The network did not do what you decided. What to do there is in the portal."
        )

    _send(row, [row.undo_by or row.by], build_text, by=None)


def _notify_others(row: Moderation, build_text: TextBuilder, *, by: User) -> None:
    here = Membership.objects.running().filter(municipality=row.municipality_id, role__in=PUBLISHING_ROLES)
    people = {membership.user_id: membership.user for membership in here.exclude(user=row.by_id).select_related("user")}
    _send(row, list(people.values()), build_text, by=by)


def _send(row: Moderation, people: list[Any], build_text: TextBuilder, *, by: User | None) -> None:
    municipality, people = row.municipality, only_readers(row.message, people)
    url = reverse("moderation_one", args=[municipality.slug, row.pk])
    notify(
        NotificationKind.MODERATION,
        people,
        municipality=municipality,
        url=url,
        build_text=build_text,
        by=by,
        about=f"inbox.moderation:{row.pk}",
    )
