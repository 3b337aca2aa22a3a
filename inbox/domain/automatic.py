"""What automatic messages have in common: who may switch them on, and what becomes of those that could not leave."""

import contextlib
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import ActionNotAllowed
from delivery.domain import cancel
from delivery.domain.move import Moved
from delivery.enums import State as Sent
from inbox.models import Reply
from municipalities.models import Municipality
from municipalities.queries import access
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope

BATCH = 200


def refuse_switching_on(municipality: Municipality, by: User) -> None:
    """Raises `ActionNotAllowed` for who may not read private messages, and where answers need approval for who may not
    approve them. `municipality` is locked."""
    held = access(by, municipality)
    if not held.may(Verb.INBOX_PRIVATE):
        raise ActionNotAllowed(_("It answers private messages, so only who may read them can switch it on."), "is_on")
    if municipality.answers_need_approval and not held.may(Verb.POST_APPROVE):
        raise ActionNotAllowed(
            _("Here an approver reviews answers before they are sent, so only an approver can switch this on."), "is_on"
        )


def withdraw_stale() -> int:
    """Cancel those that could not leave in time, so that nobody is asked to decide about them. Returns how many."""
    with everywhere("find automatic messages that are too late"):
        recent = Reply.objects.filter(is_automatic=True, at__gt=timezone.now() - timedelta(days=7), arrived_at=None)
        stale = recent.filter(delivery__state__in=[Sent.EXPIRED, Sent.FAILED]).select_related("delivery")
        deliveries = [row.delivery for row in stale.order_by("pk")[:BATCH]]
    count = 0
    for delivery in deliveries:
        with scope(delivery.municipality_id), contextlib.suppress(Moved):  # it moved just now
            cancel.cancel(delivery, by=None)
            count += 1
    return count
