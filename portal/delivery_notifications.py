"""Notifications and mail about a failed post, an expired post or one that was not confirmed, once per delivery.

The recipients are the people of the municipality who can decide what the portal must not decide alone.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from common.states import STATES
from delivery import origins
from delivery.domain.unsent_notifications import claim_unsent_notifications
from delivery.enums import State
from delivery.models import Delivery
from delivery.thread_place import place
from municipalities.models import Municipality
from municipalities.rules import PUBLISHING_ROLES
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind


@transaction.atomic
def send() -> int:
    """Notify the officers of each municipality of everything new that needs them. Returns how many notifications."""
    with everywhere("tell people what needs them"):
        taken = claim_unsent_notifications(timezone.now())
    people: dict[int, list[User]] = {}
    for delivery in taken:
        if delivery.municipality_id not in people:
            people[delivery.municipality_id] = officers(delivery.municipality)
    return sum(_notify(delivery, people[delivery.municipality_id]) for delivery in taken)


def officers(municipality: Municipality) -> list[User]:
    """Who can answer: running members in a role that publishes, each once."""
    members = municipality.memberships.running().filter(role__in=PUBLISHING_ROLES, user__is_active=True)
    return list(User.objects.filter(pk__in=members.values("user")))


def _notify(delivery: Delivery, people: list[User]) -> int:
    place = delivery.municipality
    with scope(place):
        origin = origins.of(delivery)
        notifications = notify(
            NotificationKind.ELSEWHERE if _happened_there(delivery) else NotificationKind.DELIVERY,
            people,
            municipality=place,
            url=reverse("delivery", args=[place.slug, delivery.pk]),
            build_text=lambda: (_subject(place, origin.title, delivery), _body(delivery)),
            about=origin.about or f"delivery.delivery:{delivery.pk}",
        )
    return len(notifications)


def _happened_there(delivery: Delivery) -> bool:
    return bool(delivery.duplicate_at) or delivery.state in (State.MISSING, State.PUBLISHED)


def _subject(municipality: Municipality, title: str, delivery: Delivery) -> str:
    facts = {"municipality": municipality, "post": title}
    if delivery.duplicate_at:
        return _subject_of_second_post(delivery) % facts
    if delivery.state == State.MISSING:
        return gettext("%(municipality)s: “%(post)s” was removed on its network") % facts
    if delivery.state == State.PUBLISHED:
        return gettext("%(municipality)s: “%(post)s” was changed on its network") % facts
    return gettext("%(municipality)s: “%(post)s” needs your answer") % facts


def _subject_of_second_post(delivery: Delivery) -> str:
    if delivery.state == State.PUBLISHED:
        if delivery.is_private:
            return gettext("%(municipality)s: “%(post)s” was sent twice")
        return gettext("%(municipality)s: “%(post)s” is public twice")
    if delivery.is_private:
        return gettext("%(municipality)s: “%(post)s” was sent after all")
    return gettext("%(municipality)s: “%(post)s” is public after all")


def _body(delivery: Delivery) -> str:
    if delivery.duplicate_at:
        return f"{delivery.channel.name}\n\n{delivery.reason_words}"
    if delivery.state == State.PUBLISHED:
        now = gettext("Current text there:")
        return f"{delivery.channel.name}\n\n{now}\n{delivery.shown_now}"
    lines = [
        delivery.channel.name,
        _thread_words(delivery),
        f"{_state_words(delivery)}. {delivery.reason_words}",
        _problem(delivery),
    ]
    return "\n".join(line for line in lines if line)


def _state_words(delivery: Delivery) -> str:
    if delivery.is_private and (known := STATES.get(delivery.shown_private_state)):
        return str(known.label)
    return delivery.get_state_display()


def _thread_words(delivery: Delivery) -> str:
    where = place(delivery)
    if where is None or where.number == 1:
        return ""
    sentence = gettext("%(place)s. The posts before it are public, those after it wait.")
    return sentence % {"place": where}


def _problem(delivery: Delivery) -> str:
    """Whose words they are: a network answers in English."""
    if delivery.network_words:
        return gettext("The network's words: “%(words)s”") % {"words": delivery.network_words}
    return gettext(delivery.problem) if delivery.problem else ""
