"""Limits and permissions of TikTok, with the date of the document that states them."""

from collections.abc import Collection, Mapping
from typing import Any

from platforms.budgets import IN_A_DAY, Budget
from platforms.options import Option, values
from platforms.tiktok import settings
from platforms.tiktok.settings import FOLLOWERS, PRIVATE_ACCOUNT, PUBLIC, SELF
from platforms.translation import gettext_noop
from platforms.types import Limits, Scope, VideoLimits

DIRECT = "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post"
PHOTO = "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post"
TRANSFER = "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide"

UNAUDITED = gettext_noop(
    "TikTok limits the portal's posts to the account itself, until the administrator has had the application audited."
)
NO_AUDIENCE = gettext_noop("TikTok does not let this account post publicly.")
NOT_OFFERED_NOW = gettext_noop(
    "TikTok no longer lets this account post for the audience that was chosen. Choose it again for this channel."
)

OPTIONS: Mapping[str, Option] = {
    "characters": Option(4_000, "2026-11-25", PHOTO),
    "video_characters": Option(2_200, "2026-11-25", DIRECT),
    "title_characters": Option(90, "2026-11-25", PHOTO),
    "pictures": Option(35, "2026-11-25", PHOTO),
    "picture_bytes": Option(20_000_000, "2026-11-25", TRANSFER),
    # Longer and shorter side of "1080p". A larger picture fails the whole post; the portal gives it out smaller.
    "picture_sides": Option((1_920, 1_080), "2026-11-25", TRANSFER),
    "video_bytes": Option(4_000_000_000, "2026-11-25", TRANSFER),
    # Each account also has a limit of its own, which is read before each post.
    "video_seconds": Option(600, "2026-11-25", TRANSFER),
    "chunk_bytes": Option(10_000_000, "2026-11-25", TRANSFER),
    "upload_minutes": Option(60, "2026-11-25", TRANSFER),
    # Who sees a post from before people were asked. `SELF_ONLY` is for trials: it can be chosen then, and such a post
    # is never called published.
    "audience": Option(PUBLIC, "2026-11-25", DIRECT),
    # What people may be allowed to do with a post, where its author chooses it and the account itself allows it.
    "comments": Option(True, "2026-11-25", DIRECT),
    "duets": Option(True, "2026-11-29", DIRECT),
    "stitches": Option(True, "2026-11-29", DIRECT),
    # Music that TikTok chooses, under pictures.
    "music": Option(False, "2026-11-25", PHOTO),
    # How the proof of an authorisation is written: "hex" as TikTok wants it of programs on a desk, "base64url" as
    # RFC 7636 has it, or "none": of websites no document asks for one.
    "pkce": Option("hex", "2026-11-25", "believed"),
    # Of one account in 24 hours. TikTok publishes no number: integrators report about 15.
    "posts_a_day": Option(15, "2026-11-29", "believed"),
    # After a day's posts are used up: TikTok counts 24 hours and does not say from when.
    "cap_hours": Option(24, "2026-11-25", "believed"),
    # How long TikTok may check a post before a person is asked.
    "review_hours": Option(24, "2026-11-25", "believed"),
    # Whether a post that is missing in the answer is deleted. It may also be private, or of a kind that is never
    # returned.
    "missing_is_gone": Option(False, "2026-11-25", "believed"),
    # Our name of a number, and the network's.
    "post_metrics": Option(
        {"views": "view_count", "likes": "like_count", "replies": "comment_count", "reposts": "share_count"},
        "2026-11-25",
        "https://developers.tiktok.com/doc/tiktok-api-v2-video-object",
    ),
}

SCOPES = (
    Scope("user.info.basic", gettext_noop("Know whose account it is.")),
    Scope("video.publish", gettext_noop("Publish videos and pictures.")),
    Scope("user.info.profile", gettext_noop("Show the account's name and address."), needed=False),
    Scope("user.info.stats", gettext_noop("Read how many people follow the account."), needed=False),
    Scope(
        "video.list",
        gettext_noop("Read the metrics of posts, and find a post again after a call without a response."),
        needed=False,
    ),
)


def closed(audiences: Collection[str], *, is_trial: bool) -> str:
    """Why the account cannot post for anybody, or ""."""
    if settings.usable(audiences, is_trial=is_trial):
        return ""
    return UNAUDITED if set(audiences) <= {SELF} else NO_AUDIENCE


def refusal(audiences: Collection[str], wanted: str) -> str:
    """Why the account cannot post for this audience, or ""."""
    if wanted in audiences:
        return ""
    if set(audiences) <= {SELF}:
        return UNAUDITED
    if wanted != PUBLIC:
        return NOT_OFFERED_NOW
    return PRIVATE_ACCOUNT if FOLLOWERS in audiences else NO_AUDIENCE


def limits(facts: Mapping[str, Any]) -> Limits:
    """`facts["creator"]` is TikTok's last answer about the account."""
    options = values(OPTIONS, facts)
    creator = facts.get("creator") or {}
    own, audiences = creator.get("seconds"), creator.get("audiences") or ()
    return Limits(
        budgets=(Budget("posts", IN_A_DAY, options["posts_a_day"]),),
        max_characters=options["characters"],
        counting="utf16",
        max_images=options["pictures"],
        image_bytes=options["picture_bytes"],
        alt_characters=0,
        mime_types=("image/jpeg", "image/png", "image/webp"),
        link_card="none",
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=min(options["video_seconds"], own)
            if isinstance(own, int) and own > 0
            else options["video_seconds"],
            mime_types=("video/mp4", "video/quicktime", "video/webm"),
            codecs=("h264", "hevc", "vp8", "vp9"),
            min_width=360,
            frames=(23, 60),
            characters=options["video_characters"],
            uploaded=True,
        ),
        fetches_media=True,
        needs_media=True,
        title_characters=options["title_characters"],
        withdraws=False,
        # Not asked yet is not forbidden.
        closed=closed(audiences, is_trial=options["audience"] == SELF) if audiences else "",
        settings=settings.settings(creator, options),
        agreements=settings.AGREEMENTS,
    )
