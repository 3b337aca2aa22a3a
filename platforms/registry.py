"""The supported networks. A connector's module is imported on first use."""

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from platforms.protocols import Connector
from platforms.translation import gettext_noop


@dataclass(frozen=True)
class Platform:
    """`title` is the network's name, translated where it is shown; most are the same in every language.

    `preview` names the style of the live preview; `colour` is a small mark beside the name, never a background.

    `keys_from`: where the keys of our application come from. "server": we register ourselves at each server.
    "administrator": a person registers the portal at the network and enters the keys. "none": there are none.
    `keys_of`: the network whose application serves this one too.
    `asks`: what a person types to connect, in order: "server", "identifier", "password", "token", "account";
    of a mailbox also "smtp", the server for outgoing mail, "name", in whose name answers are sent, and "servers", which
    verify senders.
    `picks_account`: consent may cover several pages or organisations, of which a person picks one.
    `tied_to_person`: the access ends with the role of the person who gave it.
    `signed_by`: what signs the network's events. "app": our application's secret. "token": the channel's own
    token. "ours": a secret that we made for the channel. "": the network has no webhooks.
    `calls_first`: posts are accepted only after the network has called an address of ours, so the portal is public.
    `consent_host`: the host of the network's consent page, where it is not the server.
    `takes_posts`: False where there are only conversations: no post is offered for it, and no metrics are fetched.
    """

    title: str
    path: str
    connect_by: str
    colour: str
    preview: str
    measures: frozenset[str]
    account_measures: frozenset[str]
    default_server: str
    keys_from: str = "none"
    asks: tuple[str, ...] = ()
    picks_account: bool = False
    tied_to_person: bool = False
    keys_of: str = ""
    signed_by: str = ""
    calls_first: bool = False
    consent_host: str = ""
    takes_posts: bool = True


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
        asks=("identifier", "password", "server"),
    ),
    "facebook": Platform(
        title="Facebook",
        path="platforms.facebook.connector.Facebook",
        connect_by="oauth",
        colour="#0866ff",
        preview="facebook",
        measures=frozenset({"likes", "reposts", "replies", "views", "paid_views", "reach", "clicks"}),
        account_measures=frozenset({"followers"}),
        default_server="https://graph.facebook.com",
        keys_from="administrator",
        picks_account=True,
        tied_to_person=True,
        signed_by="app",
        consent_host="www.facebook.com",
    ),
    "google_business": Platform(
        title="Google Business Profile",
        path="platforms.google_business.connector.GoogleBusiness",
        connect_by="oauth",
        colour="#1a73e8",
        preview="mastodon",
        measures=frozenset(),
        account_measures=frozenset(),
        default_server="https://mybusiness.googleapis.com",
        keys_from="administrator",
        picks_account=True,
        consent_host="accounts.google.com",
        takes_posts=False,
    ),
    "instagram": Platform(
        title="Instagram",
        path="platforms.instagram.connector.Instagram",
        connect_by="oauth",
        colour="#d62976",
        preview="instagram",
        measures=frozenset({"likes", "replies", "reposts", "views", "reach"}),
        account_measures=frozenset({"followers", "following", "posts"}),
        default_server="https://graph.facebook.com",
        keys_from="administrator",
        keys_of="facebook",
        picks_account=True,
        tied_to_person=True,
        signed_by="app",
        consent_host="www.facebook.com",
    ),
    "linkedin": Platform(
        title="LinkedIn",
        path="platforms.linkedin.connector.LinkedIn",
        connect_by="oauth",
        colour="#0a66c2",
        preview="linkedin",
        measures=frozenset({"likes", "reposts", "replies", "views", "reach", "clicks"}),
        account_measures=frozenset({"followers"}),
        default_server="https://api.linkedin.com",
        keys_from="administrator",
        picks_account=True,
        tied_to_person=True,
        signed_by="app",
        consent_host="www.linkedin.com",
    ),
    "mail": Platform(
        title=gettext_noop("E-mail (mailbox)"),
        path="platforms.mail.connector.Mail",
        connect_by="mailbox",
        colour="#8a5a00",
        preview="mastodon",
        measures=frozenset(),
        account_measures=frozenset(),
        default_server="",
        asks=("identifier", "password", "server", "smtp", "name", "servers"),
        takes_posts=False,
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
        keys_from="server",
        asks=("server",),
    ),
    "telegram": Platform(
        title="Telegram",
        path="platforms.telegram.connector.Telegram",
        connect_by="token",
        colour="#2481cc",
        preview="telegram",
        measures=frozenset({"likes"}),
        account_measures=frozenset({"followers"}),
        default_server="https://api.telegram.org",
        asks=("token", "account"),
        signed_by="ours",
    ),
    "threads": Platform(
        title="Threads",
        path="platforms.threads.connector.Threads",
        connect_by="oauth",
        colour="#000000",
        preview="threads",
        measures=frozenset({"views", "likes", "replies", "reposts", "quotes"}),
        account_measures=frozenset({"followers"}),
        default_server="https://graph.threads.net",
        keys_from="administrator",
        signed_by="app",
        consent_host="threads.net",
    ),
    "tiktok": Platform(
        title="TikTok",
        path="platforms.tiktok.connector.TikTok",
        connect_by="oauth",
        colour="#e3244f",
        preview="tiktok",
        measures=frozenset({"views", "likes", "replies", "reposts"}),
        account_measures=frozenset({"followers", "following", "posts"}),
        default_server="https://open.tiktokapis.com",
        keys_from="administrator",
        signed_by="app",
        consent_host="www.tiktok.com",
    ),
    "viber": Platform(
        title="Viber",
        path="platforms.viber.connector.Viber",
        connect_by="token",
        colour="#7360f2",
        preview="viber",
        measures=frozenset(),
        account_measures=frozenset({"followers"}),
        default_server="https://chatapi.viber.com",
        asks=("token",),
        signed_by="token",
        calls_first=True,
    ),
    "viber_bot": Platform(
        title=gettext_noop("Viber bot"),
        path="platforms.viber.bot.ViberBot",
        connect_by="token",
        colour="#7360f2",
        preview="viber",
        measures=frozenset(),
        account_measures=frozenset(),
        default_server="https://chatapi.viber.com",
        asks=("token",),
        signed_by="token",
        calls_first=True,
        takes_posts=False,
    ),
    "wordpress": Platform(
        title="WordPress",
        path="platforms.wordpress.connector.WordPress",
        connect_by="app_password",
        colour="#21759b",
        preview="wordpress",
        measures=frozenset({"replies"}),
        account_measures=frozenset({"posts"}),
        default_server="",
        asks=("server", "identifier", "password"),
    ),
    "x": Platform(
        title="X",
        path="platforms.x.connector.X",
        connect_by="oauth",
        colour="#0f1419",
        preview="x",
        measures=frozenset({"likes", "reposts", "replies", "quotes", "views"}),
        account_measures=frozenset({"followers", "following", "posts"}),
        default_server="https://api.x.com",
        keys_from="administrator",
        consent_host="x.com",
    ),
    "youtube": Platform(
        title="YouTube",
        path="platforms.youtube.connector.YouTube",
        connect_by="oauth",
        colour="#c4302b",
        preview="youtube",
        measures=frozenset({"views", "likes", "replies"}),
        account_measures=frozenset({"followers", "posts"}),
        default_server="https://www.googleapis.com",
        keys_from="administrator",
        picks_account=True,
        consent_host="accounts.google.com",
    ),
}


def without_posts() -> list[str]:
    """The networks that take no posts, only conversations."""
    return [key for key, platform in PLATFORMS.items() if not platform.takes_posts]


def connector(key: str) -> type[Connector]:
    """The connector class of a network. Raises `KeyError` for a key that is not in `PLATFORMS`."""
    module, name = PLATFORMS[key].path.rsplit(".", 1)
    return cast("type[Connector]", getattr(import_module(module), name))
