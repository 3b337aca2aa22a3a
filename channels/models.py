"""A municipality's account on a network, its credential, and the attempts to connect one."""

import pghistory

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels import account_limits
from channels.enums import ChannelState, ConnectStep, Layout
from common import network_labels
from common.fields import WebAddressField
from municipalities.models import Held
from municipalities.tenancy import TenantModel
from platforms.imitation import imitated
from platforms.registry import PLATFORMS
from platforms.types import Limits


def default_languages() -> list[str]:
    return ["sr-Cyrl"]


@pghistory.track(fields=["name", "handle", "state", "layout", "languages", "connected_by", "municipality"])
class Channel(TenantModel):
    """A municipality's account on a network.

    `facts` is what the connector's `fetch_facts()` returned at `facts_at`: limits, software.
    `problem` is one of `channels.messages`.
    `languages` are "sr-Cyrl", "sr-Latn", "bs-Latn" …, in the order in which the layout uses them.
    """

    platform = models.CharField(max_length=20)
    server = models.CharField(max_length=200)
    remote_id = models.CharField(max_length=200)
    handle = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    url = WebAddressField(max_length=500, blank=True)
    avatar_url = WebAddressField(max_length=500, blank=True)
    is_practice = models.BooleanField(default=False)
    imitates = models.CharField(max_length=20, blank=True)  # of a practice account: a key of another network
    state = models.CharField(max_length=14, choices=ChannelState, default=ChannelState.CONNECTED)
    problem = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    facts_at = models.DateTimeField(null=True)
    layout = models.CharField(_("layout"), max_length=10, choices=Layout, default=Layout.ONE)
    languages = models.JSONField(_("languages and scripts"), default=default_languages)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)
    granted = models.JSONField(default=list)  # permissions, in the network's own names
    subscribe_at = models.DateTimeField(null=True)  # when we next subscribe to the network's events
    is_subscribed = models.BooleanField(default=False)  # the network sends us events
    subscription_url = models.CharField(max_length=500, blank=True)  # the address to which it sends them
    leaver_notified_at = models.DateTimeField(null=True)  # its people know that whoever connected it has left

    class Meta(TenantModel.Meta):
        indexes = [
            # upkeep queries what was checked longest ago
            models.Index(fields=["checked_at"], name="channel_upkeep", condition=models.Q(state="connected")),
        ]
        constraints = [
            # one account belongs to one municipality at a time
            models.UniqueConstraint(
                name="account_connected_once",
                fields=["platform", "server", "remote_id"],
                condition=~models.Q(state="disconnected"),
            ),
            models.CheckConstraint(
                name="only_practice_imitates", condition=models.Q(imitates="") | models.Q(is_practice=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.handle})"

    @property
    def network(self) -> str:
        """The key of the network whose rules and looks it has: of a practice account the imitated one, if it is known.
        Calls go through the connector of `platform`."""
        return imitated(self.imitates) or self.platform

    @property
    def network_label(self) -> str:
        """`network` for the eye, as `common.templatetags.ui` shows it: "facebook", of a practice account
        "facebook-practice"."""
        return network_labels.of_practice(self.network) if self.is_practice else self.network

    @property
    def takes_posts(self) -> bool:
        """Whether its network takes posts; False: there are only conversations."""
        return PLATFORMS[self.platform].takes_posts

    @property
    def takes_polls(self) -> bool:
        """Whether its server has polls, by its facts."""
        return self.limits.polls is not None

    @property
    def takes_threads(self) -> bool:
        """Whether a post can go on in a chain of answers to itself, by its server's facts and our permission."""
        return self.limits.threads

    @property
    def limits(self) -> Limits:
        """What it accepts, by its server's facts and our permissions."""
        return account_limits.limits(self.platform, self.facts, self.granted, imitates=self.imitates)


class ChannelPause(Held, TenantModel):
    """While one runs, nothing irreversible leaves through this channel."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="pauses")

    class Meta(TenantModel.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.UniqueConstraint(
                name="one_running_channel_pause", fields=["channel"], condition=models.Q(ended_at__isnull=True)
            ),
        ]


class Credential(TenantModel):
    """The encrypted secret of one channel. `ciphertext` is bound to it: a copy in another row is refused.

    `renew_at`: when a worker renews it. `consent_until`: when a person has to consent anew; `warned_days` is the last
    of the warnings before that. `grantor` is the network's id of the person who consented, "" where it is the account.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="credential")
    ciphertext = models.TextField()
    expires_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True)
    consent_until = models.DateTimeField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)
    grantor = models.CharField(max_length=100, blank=True)
    refreshed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"credential of channel {self.channel_id}"


class AppRegistration(models.Model):
    """Our client id and secret on one server; encrypted, shared by all municipalities.

    Without `redirect_uri` and server: an administrator registered the portal at the network and entered the keys.
    """

    platform = models.CharField(max_length=20)
    server = models.CharField(max_length=200)
    redirect_uri = models.CharField(max_length=300)
    ciphertext = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_registration_per_server", fields=["platform", "server", "redirect_uri"])
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.server}"


class ConnectAttempt(TenantModel):
    """One try to connect a channel, with `channel` for connecting that one again.

    Secrets are in `ciphertext`; the OAuth `state` is found by its hash. `problem` is one of `channels.messages`.
    """

    platform = models.CharField(max_length=20)
    server = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, choices=ConnectStep)
    state_hash = models.CharField(max_length=64, unique=True)
    ciphertext = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)
    missing = models.JSONField(default=list)  # names of permissions that were asked for and not given
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [
            # a worker queries running attempts every few seconds
            models.Index(fields=["step"], name="attempt_running", condition=~models.Q(step__in=["done", "failed"])),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.server}: {self.step}"


class Event(models.Model):
    """A webhook event of a network as it came, to be read later. Its municipality is not known yet.

    `key` is the same whenever the network sends the same event again. `account_id` is the channel's `remote_id`. The
    payload holds citizens' texts: rows are purged after a month. `read_at`: its content is in the inbox.
    """

    platform = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    account_id = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # what is new on one account, in order
            models.Index(fields=["platform", "account_id", "received_at"], name="event_of_account"),
            models.Index(fields=["received_at"], name="event_age"),
            # citizens' messages that were not read yet: a worker queries them every second
            models.Index(
                fields=["platform", "account_id", "id"],
                name="event_unread",
                condition=models.Q(read_at__isnull=True, kind__in=["comment", "mention", "private", "review"]),
            ),
        ]
        constraints = [models.UniqueConstraint(name="event_once", fields=["platform", "key"])]

    def __str__(self) -> str:
        return f"{self.platform} {self.account_id}: {self.kind}"


class Deletion(models.Model):
    """A person's request to delete what we hold of them, passed on by a network. `code` is for their enquiry.

    `digest`: of the network's signed request, so that one that comes again is the same. `person` is the network's id of
    who asked; it is kept only until a worker has looked for their messages (`inbox.domain.deletion_requests`), then
    `done_at` is set. `channels`: how many lost the access that this person had given; `messages` and `held`: how many
    of their messages were erased, and how many are kept by a legal hold or as evidence.
    """

    platform = models.CharField(max_length=20)
    code = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64)
    person = models.CharField(max_length=300, blank=True)
    channels = models.PositiveSmallIntegerField()
    messages = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="deletion_once", fields=["platform", "digest"]),
            models.CheckConstraint(
                name="deletion_forgets_who_asked",
                condition=models.Q(done_at__isnull=True) & ~models.Q(person="")
                | models.Q(done_at__isnull=False, person=""),
            ),
        ]
        indexes = [models.Index(fields=["id"], name="deletion_to_do", condition=models.Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.platform} {self.code}"
