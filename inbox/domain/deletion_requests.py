"""Requests of citizens to delete their data that a network passes on (Meta's data deletion callback), carried out.

Meta names the person by an app-scoped id
(https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback), while whoever
writes to a page has a page-scoped id there
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity). What can be matched is
what was written under the very id of the request; the two are the same only for people whom the network reported to us
by that id. The page behind the confirmation code says so, and whom else to ask.

The view only stores the request. A worker carries it out once, in all municipalities in one transaction: if it dies,
nothing was done, and the next one begins again.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import queries
from channels.domain import unread_events
from channels.models import Channel, Deletion, Event
from common.audit import record
from inbox.domain import evidence, retention, staff_notifications
from inbox.models import Conversation, Message, Moderation
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

log = logging.getLogger(__name__)

AT_ONCE = 20


def carry_out_due() -> int:
    """Carry out what waits; returns how many requests. Safe to run concurrently."""
    count = 0
    for pk in Deletion.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        try:
            count += _carry_out(pk)
        except Exception:
            log.exception("The deletion request %s was not carried out", pk)
    return count


@transaction.atomic
def _carry_out(pk: int) -> bool:
    row = Deletion.objects.select_for_update(skip_locked=True).filter(pk=pk, done_at=None).first()
    if row is None:
        return False
    for municipality_id, channels in _channels_with(row).items():
        municipality = Municipality.objects.get(pk=municipality_id)
        with scope(municipality):
            erased = _erase(municipality, [(channel.pk, row.person) for channel in channels], row)
            row.messages, row.held = row.messages + erased.messages, row.held + erased.held
    row.person, row.done_at = "", timezone.now()
    row.save(update_fields=["messages", "held", "person", "done_at"])
    return True


def _channels_with(row: Deletion) -> Mapping[int, list[Channel]]:
    """By municipality: the channels of these networks that hold anything of the person."""
    family, person = queries.networks_of_application(row.platform), row.person
    with everywhere("a person may have written to several municipalities"):
        written = Message.objects.filter(channel__platform__in=family, author_id=person)
        copied = Moderation.objects.filter(message__channel__platform__in=family, author_id=person)
        talked = Conversation.objects.filter(channel__platform__in=family, author_id=person)
        keys = {*written.values_list("channel", flat=True), *copied.values_list("message__channel", flat=True)}
        keys |= set(talked.values_list("channel", flat=True))
        keys |= {channel.pk for channel in _with_events(family, person)}
        rows = Channel.objects.filter(pk__in=keys).order_by("municipality", "pk")
        by_municipality: dict[int, list[Channel]] = defaultdict(list)
        for channel in rows:
            by_municipality[channel.municipality_id].append(channel)
    return by_municipality


def _with_events(family: list[str], person: str) -> list[Channel]:
    """Channels whose stored events, read or not, name the person: their words may be nowhere else yet."""
    events = Event.objects.filter(platform__in=family, kind__in=unread_events.KINDS)
    naming = events.annotate(content=Cast("payload", TextField())).filter(content__contains=person)
    accounts = set(naming.values_list("platform", "account_id"))
    rows = Channel.objects.filter(platform__in=family, remote_id__in={account for _platform, account in accounts})
    return [channel for channel in rows if (channel.platform, channel.remote_id) in accounts]


def _erase(municipality: Municipality, authors: list[tuple[int, str]], row: Deletion) -> retention.Erased:
    erased, network = retention.erase_everything_of(municipality, authors), queries.network_title(row.platform)
    copies = {copy.message_id for channel, author in authors for copy in evidence.retained(channel, author)}
    held = Message.objects.filter(pk__in=copies, erased_at__isnull=False).count()  # others are counted as held
    erased = replace(erased, held=erased.held + held)
    record(
        "message.erase_by_network", by=None, municipality_id=municipality.pk, label=str(municipality),
        network=network, messages=erased.messages, held=erased.held,
    )  # fmt: skip
    if erased.messages or erased.held:
        _notify(municipality, erased, network)
    return erased


def _notify(municipality: Municipality, erased: retention.Erased, network: str) -> None:
    """To who answers messages: what was there yesterday is gone, and why. It names nobody."""
    facts = {"municipality": municipality, "network": network, "count": erased.messages, "held": erased.held}

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: messages were erased at a citizen's request") % facts
        text = ngettext(
            "A citizen asked %(network)s to have their data deleted. %(count)s message was erased.",
            "A citizen asked %(network)s to have their data deleted. %(count)s messages were erased.",
            erased.messages,
        )
        kept = ngettext(
            "%(held)s message is protected from being erased, and stays.",
            "%(held)s messages are protected from being erased, and stay.",
            erased.held,
        )
        return subject, " ".join([text % facts, *([kept % facts] if erased.held else [])])

    notify(
        NotificationKind.MESSAGES,
        staff_notifications.inbox_staff(municipality),
        municipality=municipality,
        url=reverse("inbox", args=[municipality.slug]),
        build_text=build_text,
        about=f"inbox.deletion:{municipality.pk}",
    )
