"""Permissions that were requested and not granted. Pure."""

from collections.abc import Collection, Sequence

from platforms.types import Action, Scope


def missing(requested: Sequence[Scope], granted: Collection[str]) -> list[Scope]:
    """The requested permissions that were not granted. "write" includes "write:statuses", as Mastodon defines it."""
    return [scope for scope in requested if scope.name not in granted and scope.name.split(":", 1)[0] not in granted]


def allow(requested: Sequence[Scope], granted: Collection[str], action: Action) -> bool:
    """Whether what was granted includes `action`. True where the network does not return what was granted."""
    return not granted or not any(action in scope.actions for scope in missing(requested, granted))
