"""What an account takes, by the facts and permissions that were stored last. Below the models, without a query."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from platforms import reply_windows as windows
from platforms import scopes
from platforms.registry import connector
from platforms.reply_windows import ReplyWindow
from platforms.types import Action, Limits


def known(platform: str, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The server's facts, with the installation's options (`platforms.options`)."""
    return {**(facts or {}), "options": settings.NETWORK_OPTIONS.get(platform, {})}


def limits(platform: str, facts: Mapping[str, Any] | None, granted: Collection[str]) -> Limits:
    """The limits of the account's server, less what needs a permission that was not granted."""
    kind, with_options = connector(platform), known(platform, facts)
    allowed, requested = kind.limits(with_options), kind.requested(with_options)
    if granted and any(setting.scope for setting in allowed.settings):
        missing = {scope.name for scope in scopes.missing(requested, granted)}
        allowed = replace(allowed, settings=tuple(one for one in allowed.settings if one.scope not in missing))
    if scopes.allow(requested, granted, Action.COMMENT):
        return allowed
    return replace(allowed, comment_characters=0, threads=False)


def reply_windows(platform: str, granted: Collection[str]) -> tuple[ReplyWindow, ...]:
    """How long after a person's last private message the network takes an answer of this account."""
    return windows.granted(connector(platform).reply_windows, granted)
