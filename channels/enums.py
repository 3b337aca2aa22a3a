"""Closed lists of channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelState(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    NEEDS_CONSENT = "needs_consent", _("Needs reconnecting")
    DISCONNECTED = "disconnected", _("Disconnected")


class Layout(models.TextChoices):
    """How the variants of a post appear on the channel."""

    ONE = "one", _("One language and script")
    COMBINED = "combined", _("Several in one post, in this order")
    SEPARATE = "separate", _("A post for each")


class ConnectStep(models.TextChoices):
    """Where a connection attempt stands; a worker moves it, the page polls."""

    REGISTERING = "registering", _("Introducing the portal to the server")
    AUTHORISING = "authorising", _("Waiting for your consent on the network")
    SIGNING_IN = "signing_in", _("Signing in")
    READING = "reading", _("Fetching the account")
    CHOOSING = "choosing", _("Choosing the page")
    DONE = "done", _("Connected")
    FAILED = "failed", _("Not connected")
