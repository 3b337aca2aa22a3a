"""The demo's side of the practice network: pages, citizens, and the channels that publish to them.

The channels are connected as a person would connect them, only without the browser: an application, a token for each
page, both encrypted by the portal's own code. So what is published later goes over HTTP like everywhere else.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from channels.domain import credentials
from channels.enums import ChannelState
from channels.models import AppRegistration, Channel, Credential
from common import crypto
from municipalities.tenancy import scope
from platforms.types import Credential as Access
from platforms.types import Keys
from portal.demo.people import People, Team
from portal.demo.texts import DAYS, ChannelPlan, citizens, place
from practice.api.instance import SOFTWARE, SPEAKS, configuration
from practice.domain import access
from practice.domain.door import hue, slug
from practice.enums import AccountKind
from practice.models import Account, App

SCOPES = ("read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media")
PLATFORM = "mastodon"


@dataclass(frozen=True)
class Voice:
    """A channel and the page it speaks through."""

    plan: ChannelPlan
    channel: Channel
    page: Account


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


def crowd(today: datetime) -> list[Account]:
    """The citizens, made where missing."""
    names, _comments, _remarks = citizens()
    known = {account.display_name: account for account in Account.objects.filter(kind=AccountKind.CITIZEN)}
    return [known.get(name) or _account(AccountKind.CITIZEN, slug(name), name, today) for name in names]


def _account(kind: AccountKind, username: str, name: str, today: datetime, note: str = "") -> Account:
    account, _ = Account.objects.get_or_create(
        username=username,
        defaults={"kind": kind, "display_name": name, "note": note, "hue": hue(username), "is_demo": True},
    )
    Account.objects.filter(pk=account.pk).update(created_at=today - timedelta(days=DAYS + 30))
    return account


def voices(people: People, now: datetime) -> dict[str, list[Voice]]:
    """Every municipality's channels, connected to this installation's practice network, by slug."""
    app, keys = _application()
    return {
        key: [_voice(team, plan, app, keys, now) for plan in place(key).channels] for key, team in people.teams.items()
    }


def _application() -> tuple[App, Keys]:
    """Our registration at the network: the one we have, or a new one after the address changed."""
    where = {"platform": PLATFORM, "server": server(), "redirect_uri": callback()}
    known = AppRegistration.objects.filter(**where).first()
    if known:
        keys = credentials.keys_of(known)
        app = App.objects.filter(client_id=keys.client_id).first()
        if app:
            return app, keys
        known.delete()
    app, secret = access.register("Dobošar", [callback()], SCOPES)
    keys = Keys(app.client_id, secret)
    sealed = crypto.seal(
        credentials.KEYS_PURPOSE,
        json.dumps({"client_id": keys.client_id, "client_secret": keys.client_secret}),
        credentials.bound(**where),
    )
    AppRegistration.objects.create(**where, ciphertext=sealed)
    return app, keys


def _voice(team: Team, plan: ChannelPlan, app: App, keys: Keys, now: datetime) -> Voice:
    page = _account(AccountKind.PAGE, plan.username, plan.name, now, place(team.municipality.slug).note)
    with scope(team.municipality):
        channel = Channel.objects.filter(platform=PLATFORM, remote_id=str(page.pk), is_practice=True).first()
        if channel is None:
            channel = _channel(team, plan, page, now)
        if channel.server != server() or not Credential.objects.filter(channel=channel).exists():
            _connect(channel, page, app)
    return Voice(plan, channel, page)


def _channel(team: Team, plan: ChannelPlan, page: Account, now: datetime) -> Channel:
    return Channel(
        municipality=team.municipality,
        platform=PLATFORM,
        remote_id=str(page.pk),
        name=plan.name,
        is_practice=True,
        languages=list(plan.languages),
        connected_by=team.approver,
        connected_at=now - timedelta(days=DAYS + 5),
    )


def _connect(channel: Channel, page: Account, app: App) -> None:
    """Also when the demo moved to another port: the pages are the same, their address is not."""
    host = server().split("://", 1)[1]
    channel.server, channel.handle = server(), f"@{page.username}@{host}"
    channel.url = f"{server()}/@{page.username}"
    channel.state, channel.problem = ChannelState.CONNECTED, ""
    channel.facts, channel.facts_at, channel.checked_at = facts(), timezone.now(), timezone.now()
    channel.save()
    token = access.issue(app, page, SCOPES).secret
    credentials.store(channel, Access(token, service=server(), account_id=str(page.pk), scopes=SCOPES))
