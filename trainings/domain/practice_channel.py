"""A channel on the installation's practice network, connected without a browser.

What takes a person five pages is done at once: an application on the network and a token for the page, both encrypted
by the portal's own code. Publishing later goes over HTTP as usual. Nothing here calls the network, because it is in the
same database.
"""

import json

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from channels.domain import credentials
from channels.enums import ChannelState
from channels.models import AppRegistration, Channel
from common import crypto
from municipalities.models import Municipality
from platforms.imitation import imitated
from platforms.types import Credential as Access
from platforms.types import Keys
from practice.api.instance import SOFTWARE, SPEAKS, configuration
from practice.domain import access
from practice.models import Account, App

SCOPES = ("read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media")
PLATFORM = "mastodon"


def server() -> str:
    return str(settings.PRACTICE_URL).rstrip("/")


def callback() -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('channel_callback')}"


def facts() -> dict[str, object]:
    """What the connector would hear if it asked the network now."""
    return {
        "title": "Practice network",
        "version": SPEAKS,
        "api_version": 2,
        "software": SOFTWARE,
        "pkce": True,
        "configuration": configuration(),
    }


def application() -> App:
    """Our registration at the network: the one we have, or a new one after the address changed."""
    where = {"platform": PLATFORM, "server": server(), "redirect_uri": callback()}
    known = AppRegistration.objects.filter(**where).first()
    if known:
        app = App.objects.filter(client_id=credentials.keys_of(known).client_id).first()
        if app:
            return app
        known.delete()
    app, secret = access.register("Dobošar", [callback()], SCOPES)
    keys = Keys(app.client_id, secret)
    sealed = crypto.seal(
        credentials.KEYS_PURPOSE,
        json.dumps({"client_id": keys.client_id, "client_secret": keys.client_secret}),
        credentials.bound(**where),
    )
    AppRegistration.objects.create(**where, ciphertext=sealed)
    return app


def new(municipality: Municipality, page: Account, *, by: User) -> Channel:
    """A channel through which this municipality speaks as `page`. Its scope is open."""
    channel = Channel(
        municipality=municipality,
        platform=PLATFORM,
        remote_id=str(page.pk),
        name=page.display_name,
        is_practice=True,
        connected_by=by,
        connected_at=timezone.now(),
    )
    connect(channel, page, application())
    return channel


def connect(channel: Channel, page: Account, app: App) -> None:
    """Also when the network moved to another port: the pages are the same, their address is not."""
    host = server().split("://", 1)[1]
    channel.server, channel.handle = server(), f"@{page.username}@{host}"
    channel.url = f"{server()}/@{page.username}"
    channel.imitates = imitated(page.network)
    channel.state, channel.problem = ChannelState.CONNECTED, ""
    channel.facts, channel.facts_at, channel.checked_at = facts(), timezone.now(), timezone.now()
    channel.save()
    token = access.issue(app, page, SCOPES).secret
    credentials.store(channel, Access(token, service=server(), account_id=str(page.pk), scopes=SCOPES))
