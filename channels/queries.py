"""Queries of channels: a municipality's list, and what is due for the workers in all municipalities."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import rules
from channels.enums import ChannelState, ConnectStep
from channels.models import AppRegistration, Channel, ChannelPause, ConnectAttempt, Credential
from common.models import AuditEvent
from municipalities.models import Enrolment, Membership, Municipality, Pause, WidePause
from municipalities.queries import today
from municipalities.tenancy import everywhere
from platforms.registry import PLATFORMS, Platform, without_posts

# Bluesky's access token lives two hours; a tick comes every minute.
RENEW_AHEAD = timedelta(minutes=20)
CHECK_EVERY = timedelta(hours=1)
LEARN_EVERY = timedelta(days=1)
ORDER = {ChannelState.NEEDS_CONSENT: 0, ChannelState.CONNECTED: 1, ChannelState.DISCONNECTED: 2}

Due = list[tuple[int, int]]
"""(id of the row, id of its municipality)."""


def listed() -> QuerySet[Channel]:
    """The channels of the municipality in scope: those that need action first, ended ones last. Each has
    `consent_until`: when a person has to consent anew."""
    place = Case(*(When(state=state, then=Value(n)) for state, n in ORDER.items()), output_field=IntegerField())
    rows = Channel.objects.select_related("connected_by").annotate(consent_until=F("credential__consent_until"))
    return rows.order_by(place, "name", "platform", "pk")


def takes_posts() -> Q:
    """Channels whose network takes posts; on the others there are only conversations."""
    return ~Q(platform__in=without_posts())


def connected() -> QuerySet[Channel]:
    """The channels a post may go to, in the order in which they are shown."""
    rows = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED)
    return rows.order_by("name", "pk")


def networks_with_keys() -> set[str]:
    """Networks for which an administrator has entered keys."""
    return set(AppRegistration.objects.filter(server="").values_list("platform", flat=True))


def networks_without_keys() -> set[str]:
    """Networks that nobody can connect before an administrator has entered their keys. One query."""
    entered = networks_with_keys()
    return {
        key
        for key, platform in PLATFORMS.items()
        if platform.keys_from == "administrator" and (platform.keys_of or key) not in entered
    }


def requested_keys(municipality: Municipality, since: datetime) -> set[str]:
    """Networks whose keys the municipality has requested. One query."""
    events = AuditEvent.objects.filter(verb="network.request_keys", municipality_id=municipality.pk, at__gte=since)
    return {str(detail.get("network", "")) for detail in events.values_list("detail", flat=True)}


def is_connection_requested(municipality: Municipality, since: datetime) -> bool:
    """Whether somebody there asked for a channel to be connected."""
    events = AuditEvent.objects.filter(verb="channel.request_connection", municipality_id=municipality.pk)
    return events.filter(at__gte=since).exists()


def keyed() -> dict[str, Platform]:
    """Networks with keys of their own, which an administrator enters, by title."""
    with_keys = {k: p for k, p in PLATFORMS.items() if p.keys_from == "administrator" and not p.keys_of}
    return dict(sorted(with_keys.items(), key=lambda one: one[1].title.casefold()))


def without_keys() -> list[str]:
    """Titles of the networks that work without an administrator."""
    return sorted((_(p.title) for p in PLATFORMS.values() if p.keys_from != "administrator"), key=str.casefold)


def registrations() -> dict[str, AppRegistration]:
    """Keys that an administrator entered, by network."""
    return {row.platform: row for row in AppRegistration.objects.select_related("entered_by").filter(server="")}


def ends(channel: Channel) -> datetime | None:
    """When a person has to consent anew, if the network reported it."""
    held = Credential.objects.filter(channel=channel).values_list("consent_until", flat=True)
    return held.first()


def attempts_due() -> Due:
    """Attempts to connect that wait for a worker."""
    with everywhere("find due work on channels"):
        waiting = ConnectAttempt.objects.filter(
            step__in=(ConnectStep.REGISTERING, ConnectStep.SIGNING_IN, ConnectStep.READING),
            expires_at__gt=timezone.now(),
        ).exclude(ciphertext="")
        return list(waiting.order_by("pk").values_list("pk", "municipality_id"))


def attempts_overdue() -> Due:
    """Attempts that have passed their time."""
    with everywhere("find due work on channels"):
        running = ConnectAttempt.objects.exclude(step__in=(ConnectStep.DONE, ConnectStep.FAILED))
        return list(running.filter(expires_at__lte=timezone.now()).values_list("pk", "municipality_id"))


def connect_is_due() -> bool:
    """Whether the task that connects channels has anything to do."""
    return bool(attempts_overdue() or attempts_due() or subscriptions_due(calls_first=True))


def ends_soon() -> Q:
    now = timezone.now()
    return Q(renew_at__lte=now) | Q(expires_at__lte=now + RENEW_AHEAD)


def subscriptions_due(*, calls_first: bool = False) -> Due:
    """Channels without a subscription to events that is due; of all networks, or of those that need one before they
    publish."""
    networks = [key for key, platform in PLATFORMS.items() if platform.calls_first or not calls_first]
    with everywhere("find due work on channels"):
        due = Channel.objects.filter(state=ChannelState.CONNECTED, subscribe_at__lte=timezone.now())
        waiting = due.filter(platform__in=networks)
        return list(waiting.order_by("subscribe_at").values_list("pk", "municipality_id"))


def moved() -> Due:
    """Channels whose network sends us events to an address that is no longer ours."""
    if not rules.base_is_public():
        return []
    here = settings.PUBLIC_BASE_URL.rstrip("/") + "/"
    with everywhere("find due work on channels"):
        subscribed = Channel.objects.filter(state=ChannelState.CONNECTED, is_subscribed=True, subscribe_at=None)
        rows = subscribed.exclude(subscription_url__startswith=here)
        return list(rows.order_by("pk").values_list("pk", "municipality_id"))


def warnings_due() -> Due:
    """Channels whose access expires within two weeks."""
    with everywhere("find due work on channels"):
        soon = timezone.now() + timedelta(days=rules.WARNINGS[0])
        ending = Credential.objects.filter(consent_until__lte=soon, channel__state=ChannelState.CONNECTED)
        left = ending.exclude(warned_days=rules.WARNINGS[-1])
        return list(left.order_by("consent_until").values_list("channel_id", "municipality_id"))


@dataclass(frozen=True)
class EndingAccess:
    """`ends_at` is None where the access is lost already."""

    municipality_id: int
    name: str
    ends_at: datetime | None


def access_ending(now: datetime) -> list[EndingAccess]:
    """Channels of all municipalities that have lost their access or lose it within two weeks. One query."""
    soon = now + timedelta(days=rules.WARNINGS[0])
    with everywhere("find due work on channels"):
        rows = Channel.objects.filter(
            Q(state=ChannelState.NEEDS_CONSENT) | Q(state=ChannelState.CONNECTED, credential__consent_until__lte=soon)
        )
        values = rows.order_by("credential__consent_until", "pk").values_list(
            "municipality_id", "name", "state", "credential__consent_until"
        )
        return [
            EndingAccess(place, name, None if state == ChannelState.NEEDS_CONSENT else ends_at)
            for place, name, state, ends_at in values
        ]


def left_behind() -> Due:
    """Channels that depend on the role of a person who has left the municipality, which was not notified yet."""
    tied = [key for key, platform in PLATFORMS.items() if platform.tied_to_person]
    with everywhere("find due work on channels"):
        here = Membership.objects.running().filter(user=OuterRef("connected_by"), municipality=OuterRef("municipality"))
        tied_channels = Channel.objects.filter(platform__in=tied, leaver_notified_at=None)
        orphans = tied_channels.exclude(state=ChannelState.DISCONNECTED)
        abandoned = orphans.filter(~Exists(here)).exclude(
            connected_by__is_administrator=True, connected_by__is_active=True
        )
        return list(abandoned.order_by("pk").values_list("pk", "municipality_id"))


# Where "@handle" in the words of a post becomes a link to the account. On the others it stays what was typed.
MENTIONING = ("bluesky", "instagram", "mastodon", "telegram", "threads", "x")


def mentionable(municipality: Municipality) -> list[Channel]:
    """Accounts of other municipalities of the same programmes, on networks where this municipality has a channel and a
    text can mention accounts; on the practice network only for a channel there. With `municipality`; two queries."""
    own = set(Channel.objects.exclude(state=ChannelState.DISCONNECTED).values_list("platform", "is_practice"))
    reached = [Q(platform=platform, is_practice=practice) for platform, practice in own if platform in MENTIONING]
    if not reached:
        return []
    enrolled = Enrolment.objects.on(today())
    programmes = enrolled.filter(municipality=municipality).values("cohort__programme")
    others = enrolled.filter(cohort__programme__in=programmes).values("municipality")
    with everywhere("public accounts of other municipalities, to mention them in a post"):
        rows = Channel.objects.filter(reduce(or_, reached), municipality__in=others, state=ChannelState.CONNECTED)
        rows = rows.filter(handle__startswith="@").exclude(municipality=municipality)
        return list(rows.select_related("municipality").order_by("municipality__name_cyrl", "name", "pk"))


def network_title(platform: str) -> str:
    """The network's own name for people."""
    return _(PLATFORMS[platform].title)


def is_mailbox(platform: str) -> bool:
    """Whether a channel of this kind is a mailbox. False for a network that the portal no longer knows."""
    return platform in PLATFORMS and PLATFORMS[platform].connect_by == "mailbox"


def mailbox_platforms() -> list[str]:
    """Kinds of channels that are mailboxes."""
    return [key for key in PLATFORMS if is_mailbox(key)]


def networks_of_application(platform: str) -> list[str]:
    """The networks that share one application with this one, itself among them: to the network they are the same."""
    holder = PLATFORMS[platform].keys_of or platform
    return [key for key, one in PLATFORMS.items() if holder in (key, one.keys_of)]


def of_grantor(platform: str, grantor: str) -> list[Credential]:
    """Credentials that live from one person's consent, on all networks of one application, in any municipality."""
    family = networks_of_application(platform)
    with everywhere("one person may have connected pages of several municipalities"):
        credentials = Credential.objects.filter(channel__platform__in=family, grantor=grantor).exclude(grantor="")
        return list(credentials.select_related("channel", "channel__municipality"))


def accounts_here(platform: str, accounts: Collection[str]) -> set[str]:
    """Which of these accounts of a network are channels of ours."""
    with everywhere("an event names its account, and that its municipality"):
        known = Channel.objects.filter(platform=platform, remote_id__in=accounts)
        return set(known.exclude(state=ChannelState.DISCONNECTED).values_list("remote_id", flat=True))


def beside(channel: Channel) -> list[Channel]:
    """The channels that live from the same access, in any municipality: those of one bot. This one is among them."""
    with everywhere("one bot may serve channels of several municipalities"):
        grantor = Credential.objects.filter(channel=channel).values_list("grantor", flat=True).first()
        if not grantor:
            return [channel]
        same = Channel.objects.filter(platform=channel.platform, credential__grantor=grantor)
        return list(same.exclude(state=ChannelState.DISCONNECTED).order_by("pk"))


def shares_access(channel: Channel) -> bool:
    """Whether a channel of another municipality lives from the same access, as with a bot of several."""
    return any(one.municipality_id != channel.municipality_id for one in beside(channel))


def called_by(platform: str, channel_id: int) -> Channel | None:
    """The channel to which a webhook address belongs."""
    with everywhere("an event names its channel by the address, and that its municipality"):
        connected_ones = Channel.objects.exclude(state=ChannelState.DISCONNECTED)
        return connected_ones.filter(pk=channel_id, platform=platform).first()


def sessions_due() -> Due:
    """Channels whose session expires soon."""
    with everywhere("find due work on channels"):
        soon = Credential.objects.filter(ends_soon(), channel__state=ChannelState.CONNECTED)
        return list(soon.order_by("expires_at").values_list("channel_id", "municipality_id"))


def checks_due() -> Due:
    return _stale("checked_at", CHECK_EVERY)


def facts_due() -> Due:
    return _stale("facts_at", LEARN_EVERY)


def _stale(stamp: str, after: timedelta) -> Due:
    with everywhere("find due work on channels"):
        connected_ones = Channel.objects.filter(state=ChannelState.CONNECTED)
        fresh = connected_ones.filter(**{f"{stamp}__gt": timezone.now() - after}).values("pk")
        return list(connected_ones.exclude(pk__in=fresh).order_by(stamp).values_list("pk", "municipality_id"))


def pauses_over(model: type[Pause] | type[ChannelPause]) -> Due:
    """Pauses that have reached their end, of municipalities or of channels."""
    with everywhere("pauses end by themselves"):
        over = model.objects.filter(ended_at=None, ends_at__lte=timezone.now())
        return list(over.order_by("ends_at").values_list("pk", "municipality_id"))


def wide_pauses_over() -> list[int]:
    over = WidePause.objects.filter(ended_at=None, ends_at__lte=timezone.now())
    return list(over.order_by("ends_at").values_list("pk", flat=True))


def revocations_due() -> Due:
    """Ended channels whose access was not revoked yet."""
    with everywhere("find due work on channels"):
        left = Credential.objects.filter(channel__state=ChannelState.DISCONNECTED)
        return list(left.values_list("channel_id", "municipality_id"))
