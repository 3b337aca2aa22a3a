"""Limits and permissions of LinkedIn, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Limits, Scope, VideoLimits

OPTIONS: Mapping[str, Option] = {
    # A version lives about a year; afterwards every call is answered with 426.
    "version": Option("202607", "2026-11-24", "https://learn.microsoft.com/en-us/linkedin/marketing/versioning"),
    "characters": Option(3_000, "2026-11-24", "believed"),
    "comment_characters": Option(1_250, "2026-11-24", "believed"),
    "alt_characters": Option(4_086, "2026-11-24", "believed"),
    "pictures": Option(
        20,
        "2026-11-24",
        "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/multiimage-post-api",
    ),
    "picture_bytes": Option(5_000_000, "2026-11-24", "believed"),
    "picture_pixels": Option(
        36_152_320,
        "2026-11-24",
        "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api",
    ),
    "video_bytes": Option(500_000_000, "2026-11-24", "believed"),
    "video_seconds": Option(1_800, "2026-11-24", "believed"),
    # Every post costs a question when people's comments are read, and quotas are counted by the day.
    "conversation_posts": Option(10, "2026-11-25", "believed"),
}

SCOPES = (
    Scope("w_organization_social", gettext_noop("Publish, change and take down posts and comments of the page.")),
    Scope("r_organization_social", gettext_noop("See what was published on the page, and what people comment.")),
    Scope("rw_organization_admin", gettext_noop("See the pages that you manage, and read their metrics.")),
)


def limits(facts: Mapping[str, Any]) -> Limits:
    options = values(OPTIONS, facts)
    return Limits(
        max_characters=options["characters"],
        counting="little_text",
        max_images=options["pictures"],
        image_bytes=options["picture_bytes"],
        image_pixels=options["picture_pixels"],
        alt_characters=options["alt_characters"],
        mime_types=("image/jpeg", "image/png", "image/gif"),
        link_card="ours",
        card_and_pictures=False,
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            min_seconds=3,
            aspect_ratios=(1 / 2.4, 2.4),
        ),
        comment_characters=options["comment_characters"],
        edits=("text",),
    )
