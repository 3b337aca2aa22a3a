"""The networks we know. A connector's module is imported on first use."""

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from platforms.protocols import Connector


@dataclass(frozen=True)
class Platform:
    """`preview` names the look of the live preview; `colour` is a small mark beside the name, never a background."""

    title: str
    path: str
    connect_by: str
    colour: str
    preview: str
    measures: frozenset[str]
    account_measures: frozenset[str]
    default_server: str


PLATFORMS: dict[str, Platform] = {
    "bluesky": Platform(
        title="Bluesky",
        path="platforms.bluesky.connector.Bluesky",
        connect_by="app_password",
        colour="#0a66d8",
        preview="bluesky",
        measures=frozenset({"likes", "reposts", "replies", "quotes"}),
        account_measures=frozenset({"followers", "following", "posts"}),
        default_server="https://bsky.social",
    ),
    "mastodon": Platform(
        title="Mastodon",
        path="platforms.mastodon.connector.Mastodon",
        connect_by="oauth",
        colour="#5648c9",
        preview="mastodon",
        measures=frozenset({"likes", "reposts", "replies", "quotes"}),
        account_measures=frozenset({"followers", "following", "posts"}),
        default_server="",
    ),
}


def connector(key: str) -> type[Connector]:
    """The connector class of a network. Raises `KeyError` for a key that is not in `PLATFORMS`."""
    module, name = PLATFORMS[key].path.rsplit(".", 1)
    return cast("type[Connector]", getattr(import_module(module), name))
