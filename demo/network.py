"""The demo's accounts on the practice network: pages, citizens, and the channels that publish to them.

Channels are connected as a person would connect them, only without the browser: an application and a token for each
page, both encrypted by the portal's own code. So later posts are published over HTTP as everywhere else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from channels.enums import ChannelState
from channels.models import Channel, Credential
from demo.people import People, Team
from demo.texts import DAYS, ChannelPlan, citizens, place
from municipalities.models import Municipality
from municipalities.tenancy import scope
from practice.domain.door import hue, slug
from practice.enums import AccountKind
from practice.models import Account, App
from trainings.domain.citizens import CITIZEN_OF_A_TEAM
from trainings.domain.practice_channel import PLATFORM, application, connect, server

__all__ = ["PLATFORM", "ChannelPage", "channel_pages", "citizen_accounts", "citizens_of_the_demo", "server"]


class NotTheDemo(RuntimeError):
    """The demo's people have a known password: they must never be made anywhere else."""


def require_demo() -> None:
    """Raises `NotTheDemo`."""
    if not settings.DEMO:
        raise NotTheDemo("The demo is filled in only where DEMO is set; this installation is a real one.")


@dataclass(frozen=True)
class ChannelPage:
    """A channel and the page it speaks through."""

    plan: ChannelPlan
    channel: Channel
    page: Account


def citizen_accounts(today: datetime) -> list[Account]:
    """The citizens, made where missing."""
    names, _comments, _remarks = citizens()
    known = {account.display_name: account for account in citizens_of_the_demo()}
    return [known.get(name) or _account(AccountKind.CITIZEN, slug(name), name, today) for name in names]


def citizens_of_the_demo() -> QuerySet[Account]:
    """The citizens of the demo; those of an exercise belong to its teams and go when it is wiped."""
    accounts = Account.objects.filter(kind=AccountKind.CITIZEN, is_demo=True)
    return accounts.exclude(username__regex=CITIZEN_OF_A_TEAM)


def _account(
    kind: AccountKind, username: str, name: str, today: datetime, *, note: str = "", network: str = ""
) -> Account:
    account, _ = Account.objects.get_or_create(
        username=username,
        defaults={
            "kind": kind,
            "display_name": name,
            "note": note,
            "hue": hue(username),
            "network": network,
            "is_demo": True,
        },
    )
    Account.objects.filter(pk=account.pk).update(created_at=today - timedelta(days=DAYS + 30))
    return account


def channel_pages(people: People, now: datetime) -> dict[str, list[ChannelPage]]:
    """Every municipality's channels, connected to this installation's practice network, by slug."""
    app = application()
    return {key: [_voice(team, plan, app, now) for plan in place(key).channels] for key, team in people.teams.items()}


def _voice(team: Team, plan: ChannelPlan, app: App, now: datetime) -> ChannelPage:
    page = _account(
        AccountKind.PAGE, plan.username, plan.name, now, note=place(team.municipality.slug).note, network=plan.network
    )
    with scope(team.municipality):
        channel = Channel.objects.filter(platform=PLATFORM, remote_id=str(page.pk), is_practice=True).first()
        if channel is None:
            channel = _channel(team, plan, page, now)
        if channel.server != server() or not Credential.objects.filter(channel=channel).exists():
            connect(channel, page, app)
    return ChannelPage(plan, channel, page)


@transaction.atomic
def follow_address() -> int:
    """Connect the demo's channels that publish to a former address of the practice network to its present one.

    Returns how many. Changes nothing else: a channel that a person disconnected, or whose page a person connected anew,
    stays as it is. Raises `NotTheDemo`.
    """
    require_demo()
    with scope(*Municipality.objects.filter(Q(is_demo=True) | Q(is_practice=True))):
        practice = Channel.objects.filter(platform=PLATFORM, is_practice=True)
        taken = practice.filter(server=server()).exclude(state=ChannelState.DISCONNECTED)
        former = practice.filter(state=ChannelState.CONNECTED, credential__isnull=False).exclude(server=server())
        channels = list(former.exclude(remote_id__in=taken.values("remote_id")).select_for_update(of=("self",)))
    pages = {str(page.pk): page for page in Account.objects.filter(kind=AccountKind.PAGE)}
    moved = [channel for channel in channels if channel.remote_id in pages]
    for channel in moved:
        with scope(channel.municipality_id):
            connect(channel, pages[channel.remote_id], application())
    return len(moved)


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
