"""Mail to a municipality's people about what the portal must not decide alone. Each delivery is mentioned once."""

from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from accounts.models import User
from common import mail
from delivery import origins
from delivery.domain.notice import take_unnoticed
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.rules import PUBLISHING_ROLES
from municipalities.tenancy import everywhere, scope


@transaction.atomic
def send() -> int:
    """Write one mail per person and municipality about everything new that needs them. Returns how many mails."""
    with everywhere("tell people what needs them"):
        taken = take_unnoticed(timezone.now())
    by_municipality: dict[Municipality, list[Delivery]] = defaultdict(list)
    for delivery in taken:
        by_municipality[delivery.municipality].append(delivery)
    return sum(_tell(municipality, deliveries) for municipality, deliveries in by_municipality.items())


def _tell(municipality: Municipality, deliveries: list[Delivery]) -> int:
    people = officers(municipality)
    for person in people:
        with override(person.language), scope(municipality):
            mail.queue(to=person.email, subject=_subject(municipality, deliveries), body=_body(deliveries))
    return len(people)


def officers(municipality: Municipality) -> list[User]:
    """Who can answer: running members in a role that publishes, each once."""
    members = municipality.memberships.running().filter(role__in=PUBLISHING_ROLES, user__is_active=True)
    return list(User.objects.filter(pk__in=members.values("user")))


def _subject(municipality: Municipality, deliveries: list[Delivery]) -> str:
    count = len(deliveries)
    told = ngettext(
        "%(municipality)s: a post needs your answer", "%(municipality)s: %(count)s posts need your answer", count
    )
    return told % {"municipality": municipality, "count": count}


def _body(deliveries: list[Delivery]) -> str:
    parts = [_paragraph(delivery) for delivery in deliveries]
    return "\n\n".join([*parts, gettext("Each link leads to the page on which you can answer.")])


def _paragraph(delivery: Delivery) -> str:
    path = reverse("delivery", args=[delivery.municipality.slug, delivery.pk])
    lines = [
        f"{origins.of(delivery).title} ({delivery.channel.name})",
        f"{delivery.get_state_display()}. {delivery.reason_words}",
        gettext(delivery.problem) if delivery.problem else "",
        f"{settings.PUBLIC_BASE_URL}{path}",
    ]
    return "\n".join(line for line in lines if line)
