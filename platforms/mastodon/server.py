"""The kind of a server and what it accepts. https://docs.joinmastodon.org/entities/Instance/"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from common.http import Answer, Http
from platforms.answers import read
from platforms.errors import NotReached, Rejected
from platforms.imitation import imitated
from platforms.post_settings import WARNING, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Limits, PollLimits, VideoLimits
from platforms.visibility import Visibility

# Only these keep an Idempotency-Key for an hour (ours too); snac2 and Takahē take the header and post twice.
HONOURS_KEY = frozenset({"dobosar-practice", "mastodon"})
# PUT /api/v1/statuses/:id came with 3.5.0. Others accept the call and keep the old text, or answer 404. [mem]
EDITS = HONOURS_KEY
# Their list of an account's own posts has the private ones too: app/lib/account_statuses_filter.rb. Of others it is not
# known, and snac2's has none of them.
LISTS_PRIVATE = HONOURS_KEY
# snac2 reports everything that is not public as "private", and makes "unlisted" public.
ONE_PRIVATE = frozenset({"snac", "snac2"})
# snac2 has no call that deletes a post.
KEEPS_POSTS = frozenset({"snac", "snac2"})
# The practice network has neither warnings nor an audience of its own.
PRACTICE = "dobosar-practice"
AUDIENCE, UNLISTED = "audience", "unlisted"
WARNING_SETTING = PostSetting(
    WARNING,
    SettingKind.TEXT,
    gettext_noop("Content warning"),
    gettext_noop("The text and the pictures are hidden behind these words until somebody opens them."),
    max_characters=200,
)
AUDIENCE_SETTING = PostSetting(
    AUDIENCE,
    SettingKind.CHOICE,
    gettext_noop("Who sees it"),
    gettext_noop("A quiet post is seen by followers and on your profile, and stands in no public list or search."),
    choices=(
        Choice("public", gettext_noop("Everybody")),
        Choice(UNLISTED, gettext_noop("Everybody, but quietly"), is_listed=False),
    ),
    default="public",
)
# GET /api/v1/statuses?id[]=… came with API version 2 (Mastodon 4.3). [mem], with a fall-back to one by one.
BATCH_SINCE = 2
# MAX_VIDEO_FRAMES: what comes after is cut off where the server transcodes a video. No server states it.
# https://github.com/mastodon/mastodon/blob/main/app/models/media_attachment.rb
VIDEO_FRAMES = 36_000


def fetch_facts(http: Http, server: str) -> dict[str, Any]:
    """Facts of the server. Raises `NotReached`, or `Rejected(field="server")` where no Mastodon API answers."""
    answer = read(lambda: http.get(f"{server}/api/v2/instance"))
    if answer.status in (404, 405):
        # Before Mastodon 4.0 and on some compatible servers there is only v1.
        answer = read(lambda: http.get(f"{server}/api/v1/instance"))
    instance = _dict(answer)
    if instance is None:
        if answer.status >= 500 or answer.status == 429:
            raise NotReached("The server does not answer properly at the moment.", {"status": answer.status})
        raise Rejected("No Mastodon server answers at this address.", field="server", code="not_mastodon")
    return {
        "title": str(instance.get("title", "")),
        "version": str(instance.get("version", "")),
        "api_version": _number((instance.get("api_versions") or {}).get("mastodon")) or 0,
        "software": _software(http, server),
        "pkce": _pkce(http, server),
        "configuration": instance.get("configuration") or _old_configuration(instance),
    }


def _dict(answer: Answer) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if answer.ok and isinstance(body, dict) and ("version" in body or "uri" in body) else None


def _old_configuration(instance: Mapping[str, Any]) -> dict[str, Any]:
    # Pleroma and relatives say it at the top level. [mem]
    characters = _number(instance.get("max_toot_chars"))
    return {"statuses": {"max_characters": characters}} if characters else {}


def _software(http: Http, server: str) -> str:
    """The server's own name for itself in NodeInfo, or "". https://nodeinfo.diaspora.software/protocol"""
    links = _optional(http, f"{server}/.well-known/nodeinfo").get("links")
    for link in links if isinstance(links, list) else ():
        href = str(link.get("href", "")) if isinstance(link, dict) else ""
        if urlsplit(href).netloc == urlsplit(server).netloc:
            software = _optional(http, href).get("software")
            if isinstance(software, dict) and software.get("name"):
                return str(software["name"]).lower()
    return ""


def _pkce(http: Http, server: str) -> bool:
    """PKCE came with 4.3, together with this document. https://docs.joinmastodon.org/methods/oauth/#authorization-server-metadata"""
    metadata = _optional(http, f"{server}/.well-known/oauth-authorization-server")
    return "S256" in (metadata.get("code_challenge_methods_supported") or ())


def _optional(http: Http, url: str) -> dict[str, Any]:
    answer = read(lambda: http.get(url))
    try:
        body = answer.json() if answer.ok else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def limits(facts: Mapping[str, Any]) -> Limits:
    """The server's limits, with Mastodon's own defaults for missing ones."""
    configuration = facts.get("configuration") or {}
    statuses = configuration.get("statuses") or {}
    media = configuration.get("media_attachments") or {}
    mime_types = _mime_types(media, "image/")
    return Limits(
        max_characters=_number(statuses.get("max_characters")) or 500,
        counting="mastodon",
        url_length=_number(statuses.get("characters_reserved_per_url")) or 23,
        max_images=min(_number(statuses.get("max_media_attachments")) or 4, 4),
        image_bytes=_number(media.get("image_size_limit")) or 16_777_216,
        image_pixels=_number(media.get("image_matrix_limit")) or 33_177_600,
        alt_characters=_number(media.get("description_limit")) or 1500,
        mime_types=mime_types or ("image/jpeg", "image/png", "image/gif", "image/webp"),
        link_card="scraped",
        polls=_polls(configuration.get("polls")),
        threads=True,
        videos=_videos(media),
        edits=("text", "alt") if facts.get("software") in EDITS else (),
        withdraws=facts.get("software") not in KEEPS_POSTS,
        withdraws_private=facts.get("software") not in KEEPS_POSTS,
        visibilities=tuple(Visibility),
        settings=_settings(str(facts.get("software") or "")),
    )


def imitates(account: Mapping[str, Any]) -> str:
    """The network that an account imitates, from a field that the practice network adds to Mastodon's account. Any
    server may send it: `channels` believes the installation's own practice network alone."""
    extension = account.get("dobosar")
    return imitated(extension.get("network")) if isinstance(extension, Mapping) else ""


def _settings(software: str) -> tuple[PostSetting, ...]:
    """https://docs.joinmastodon.org/methods/statuses/#create: `spoiler_text`, `visibility`."""
    if software == PRACTICE:
        return ()
    return (WARNING_SETTING,) if software in ONE_PRIVATE else (WARNING_SETTING, AUDIENCE_SETTING)


def _mime_types(media: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    listed = media.get("supported_mime_types")
    return tuple(str(one) for one in listed if str(one).startswith(kind)) if isinstance(listed, list) else ()


def _videos(media: Mapping[str, Any]) -> VideoLimits | None:
    """A server that lists no type of video takes none. https://docs.joinmastodon.org/entities/Instance/#media_attachments"""
    mime_types = _mime_types(media, "video/")
    if not mime_types:
        return None
    return VideoLimits(
        max_bytes=_number(media.get("video_size_limit")) or 103_809_024,
        # No length is stated. A film has at least 24 pictures a second, so its pictures are used up by then.
        max_seconds=VIDEO_FRAMES / 24,
        mime_types=mime_types,
        max_pixels=_number(media.get("video_matrix_limit")) or 8_294_400,
        frames=(1, _number(media.get("video_frame_rate_limit")) or 120),
        max_frames=VIDEO_FRAMES,
        alt_characters=_number(media.get("description_limit")) or 1500,
        covers=True,
    )


def _polls(configuration: Any) -> PollLimits | None:
    """A server that does not describe polls gets none. https://docs.joinmastodon.org/entities/Instance/#polls"""
    if not isinstance(configuration, Mapping) or not _number(configuration.get("max_options")):
        return None
    return PollLimits(
        max_options=_number(configuration.get("max_options")) or 4,
        option_characters=_number(configuration.get("max_characters_per_option")) or 50,
        min_seconds=_number(configuration.get("min_expiration")) or 300,
        max_seconds=_number(configuration.get("max_expiration")) or 2_629_746,
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
