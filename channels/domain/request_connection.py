"""Somebody who may not connect a channel asks those who may: they are notified, once a day for each municipality."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import administrators
from channels import queries
from common import audit
from municipalities.models import Municipality
from municipalities.queries import approvers
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

NOT_AGAIN_FOR = timedelta(days=1)


@transaction.atomic
def request_connection(municipality: Municipality, *, by: User) -> Sequence[User]:
    """The approvers, or the administrators where there is no approver. Nobody if that happened in the last day."""
    # Two clicks at once send one notification.
    place = Municipality.objects.select_for_update().get(pk=municipality.pk)
    if queries.is_connection_requested(place, since=timezone.now() - NOT_AGAIN_FOR):
        return []
    people = approvers(place) or list(administrators())
    audit.record("channel.request_connection", by=by, municipality_id=place.pk)

    def words() -> tuple[str, str]:
        facts = {"municipality": place, "person": by}
        return (
            _("%(municipality)s: please connect a channel") % facts,
            _("%(person)s asks for it and may not do it themselves. Choose the network and connect the account.")
            % facts,
        )

    notify(
        NotificationKind.CHANNEL,
        people,
        municipality=place,
        url=reverse("channel_choose", args=[place.slug]),
        build_text=words,
        by=by,
        about=f"connect:{place.pk}",
    )
    return people
