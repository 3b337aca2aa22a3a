"""A municipality wants an account on a network whose keys the administrator has not entered: the administrators are
notified, once a day for each network."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.queries import administrators
from channels import queries
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from platforms.registry import PLATFORMS

VERB = "network.request_keys"
NOT_AGAIN_FOR = timedelta(days=1)
NOTHING_MISSING = gettext_noop("This network can be connected already.")


@transaction.atomic
def request_keys(municipality: Municipality, network: str, *, by: User) -> bool:
    """Notify the administrators. False if that happened in the last day. Raises `ActionNotAllowed` when no keys are
    missing."""
    if network not in queries.networks_without_keys():
        raise ActionNotAllowed(NOTHING_MISSING)
    # Two clicks at once send one notification.
    place = Municipality.objects.select_for_update().get(pk=municipality.pk)
    if network in queries.requested_keys(place, since=timezone.now() - NOT_AGAIN_FOR):
        return False
    platform = PLATFORMS[network]
    audit.record(VERB, by=by, municipality_id=place.pk, label=platform.title, network=network)

    def words() -> tuple[str, str]:
        facts = {"municipality": place, "network": platform.title, "person": by}
        return (
            _("%(municipality)s wants to connect %(network)s") % facts,
            _("%(person)s asks for it. Enter the portal's keys at %(network)s first; until then nobody can.") % facts,
        )

    notify(
        NotificationKind.CHANNEL,
        administrators(),
        municipality=None,
        url=reverse("installation_network", args=[platform.keys_of or network]),
        build_text=words,
        by=by,
        about=f"network:{network}",
    )
    return True
