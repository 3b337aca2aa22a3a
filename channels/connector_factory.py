"""Builds the connector of a channel, with its token. The only module through which a network can be called.

Only workers import it (delivery, metrics, replies, upkeep of channels); import-linter enforces that. Pages use
`channels.validation`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from channels import queries, rate_limits
from channels.domain import credentials
from channels.enums import ChannelState
from channels.models import Channel
from channels.validation import known
from common import crypto
from common.http import Answer, Http
from platforms.errors import NeedsConsent, NotReached
from platforms.protocols import Connector
from platforms.registry import PLATFORMS, connector
from platforms.types import Credential


def open_channel(
    channel: Channel,
    *,
    before_send: Callable[[], None] | None = None,
    deadline: float | None = None,
    loaded: bool = False,
    save_checkpoint: Callable[[str], None] | None = None,
) -> Connector:
    """The connector of `channel`, inside its municipality's scope.

    `before_send` runs right before the one irreversible request; its exceptions are passed on unchanged. `deadline`:
    seconds for one call, the installation's `CALL_DEADLINE_SECONDS` unless given. `loaded`: the query that just loaded
    the channel also loaded its credential. `save_checkpoint` stores the id under which the network holds what is not
    public yet, before it returns. A session that the connector renews is stored at once.

    Raises `NeedsConsent` when the channel is not connected or has no credential, and `NotReached` when the stored token
    cannot be decrypted: nothing was sent then.
    """
    if channel.state != ChannelState.CONNECTED:
        raise NeedsConsent("The channel is not connected.", {"state": channel.state})
    return opened(channel, before_send=before_send, deadline=deadline, loaded=loaded, save_checkpoint=save_checkpoint)


def opened(
    channel: Channel,
    *,
    before_send: Callable[[], None] | None = None,
    deadline: float | None = None,
    loaded: bool = False,
    save_checkpoint: Callable[[str], None] | None = None,
    way_out: Http | None = None,
) -> Connector:
    """As `open_channel`, whatever the channel's state: to give the right back. `way_out`: what is called instead of
    `http`."""
    try:
        credential = credentials.read(channel, loaded=loaded)
        keys = credentials.keys(channel.platform, channel.server)
    except crypto.CryptoError as unreadable:
        raise NotReached(str(unreadable), {"problem": type(unreadable).__name__}) from unreadable
    app = rate_limits.app_of(channel.platform, channel.server)
    return built(
        channel.platform,
        way_out
        or http(
            before_send=before_send,
            on_answer=lambda answer, commits: rate_limits.record_answer(
                channel.pk, channel.server, answer, commits=commits, app=app
            ),
            deadline=deadline,
        ),
        server=channel.server,
        keys=keys,
        credential=credential,
        facts=_facts(channel),
        keep=lambda fresh: _keep(channel, fresh),
        save_checkpoint=save_checkpoint,
    )


def _facts(channel: Channel) -> Mapping[str, Any]:
    """With `is_shared` where the network does not say for which channel a private message is, and with `imitates` where
    a practice account imitates a network."""
    facts = {**channel.facts, "imitates": channel.imitates} if channel.imitates else channel.facts
    if PLATFORMS[channel.platform].signed_by != "ours":
        return facts
    return {**facts, "is_shared": queries.shares_access(channel)}


def built(platform: str, way_out: Http, *, facts: Mapping[str, Any] | None = None, **more: Any) -> Connector:
    """A connector with the installation's options. `more` as in `platforms.protocols`."""
    return connector(platform)(way_out, facts=known(platform, facts), **more)


def _keep(channel: Channel, fresh: Credential) -> None:
    credentials.keep(channel, fresh)


def http(
    *,
    before_send: Callable[[], None] | None = None,
    on_answer: Callable[[Answer | None, bool], None] | None = None,
    deadline: float | None = None,
) -> Http:
    """The way out with this installation's settings. `deadline` in seconds, for one call."""
    return Http(
        allow=settings.PRIVATE_HOSTS_ALLOWED,
        before_send=before_send,
        on_answer=on_answer,
        reuse=True,
        deadline=settings.CALL_DEADLINE_SECONDS if deadline is None else deadline,
    )
