"""Posts that a network removes by itself after a time, as it does with stories.

Nothing of it is stored: it follows from when a post was published, its format, and what the connector says about that
format (`platforms.types.Limits.expires_after`). Afterwards such a post is over: neither missing nor taken down.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from channels import validation
from delivery.enums import State
from platforms.post_settings import format_of

if TYPE_CHECKING:
    from delivery.models import Delivery

OVER = gettext_noop("It was public for a limited time, which is over.")
# The network counts from its own time, and its clock is another one.
SLACK = timedelta(minutes=15)
# No format of any network lives longer, so what is older needs no second look.
LONGEST = timedelta(days=7)


def lifetime(delivery: "Delivery") -> timedelta | None:
    """How long it is public; None: until somebody deletes it. Needs the channel of what is no ordinary post alone.

    Also None where a list was read without the payloads: it shows a story that is over as published, which it was.
    """
    if "payload" in delivery.get_deferred_fields():
        return None
    chosen = delivery.payload.get("settings") or {}
    return validation.limits(delivery.channel).of_format(chosen).expires_after if format_of(chosen) else None


def public_until(delivery: "Delivery") -> datetime | None:
    """When the network removes it by itself; None where it stays, or was never public."""
    life = lifetime(delivery) if delivery.published_at else None
    return delivery.published_at + life if delivery.published_at and life else None


def is_over(delivery: "Delivery", now: datetime) -> bool:
    """Whether it was there to its end. What was removed before is not over, but gone."""
    until = public_until(delivery) if delivery.state == State.PUBLISHED else None
    return until is not None and now >= until


def ends_about_now(delivery: "Delivery", now: datetime) -> bool:
    """Whether the network may have removed it by itself already."""
    until = public_until(delivery)
    return until is not None and now >= until - SLACK
