"""What an account takes, by the facts and permissions that were stored last. Below the models, without a query."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from platforms import reply_windows as windows
from platforms import scopes
from platforms.imitation import Imitation, imitated
from platforms.registry import connector
from platforms.reply_windows import ReplyWindow
from platforms.types import Action, Limits


def known(platform: str, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The server's facts, with the installation's options (`platforms.options`)."""
    return {**(facts or {}), "options": settings.NETWORK_OPTIONS.get(platform, {})}


def imitation(platform: str, facts: Mapping[str, Any] | None, imitates: str) -> Imitation:
    """The rules of a practice account that imitates the network `imitates`."""
    return Imitation(imitates, known(imitates, None), connector(platform), known(platform, facts))


def limits(platform: str, facts: Mapping[str, Any] | None, granted: Collection[str], *, imitates: str = "") -> Limits:
    """The limits of the account's server, less what needs a permission that was not granted. `imitates`: the network
    that a practice account imitates."""
    kind, with_options, network = connector(platform), known(platform, facts), imitated(imitates)
    allowed = imitation(platform, facts, network).limits() if network else kind.limits(with_options)
    requested = kind.requested(with_options)
    if granted and any(setting.scope for setting in allowed.settings):
        missing = {scope.name for scope in scopes.missing(requested, granted)}
        allowed = replace(allowed, settings=tuple(one for one in allowed.settings if one.scope not in missing))
    if scopes.allow(requested, granted, Action.COMMENT):
        return allowed
    return replace(allowed, comment_characters=0, threads=False)


def reply_windows(platform: str, granted: Collection[str]) -> tuple[ReplyWindow, ...]:
    """How long after a person's last private message the network takes an answer of this account."""
    return windows.granted(connector(platform).reply_windows, granted)
