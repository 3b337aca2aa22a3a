"""Limits and permissions of LinkedIn, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms import polls
from platforms.linkedin.polls import DURATIONS
from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Action, DocumentLimits, Limits, PollLimits, Scope, VideoLimits

DOCUMENTS = "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api"
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
    "document_bytes": Option(100_000_000, "2026-11-29", DOCUMENTS),
    "document_pages": Option(300, "2026-11-29", DOCUMENTS),
    "document_title": Option(100, "2026-11-29", "believed"),
    "poll_question": Option(140, "2026-11-29", "believed"),
    "poll_characters": Option(30, "2026-11-29", "believed"),
    # False for an application that LinkedIn approved before it split comments off: it keeps them without these.
    "feed_permissions": Option(
        True,
        "2026-11-29",
        "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api",
    ),
    # Every post costs a question when people's comments are read, and quotas are counted by the day.
    "conversation_posts": Option(10, "2026-11-25", "believed"),
}

SCOPES = (
    Scope("w_organization_social", gettext_noop("Publish, change and take down posts of the page.")),
    Scope("r_organization_social", gettext_noop("See what was published on the page.")),
    Scope("rw_organization_admin", gettext_noop("See the pages that you manage, and read their metrics.")),
    Scope(
        "w_organization_social_feed",
        gettext_noop("Write first comments and answer people."),
        needed=False,
        actions=(Action.COMMENT, Action.ANSWER),
    ),
    Scope("r_organization_social_feed", gettext_noop("Read comments, and count them and the reactions."), needed=False),
)
"""https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api (in 2026)"""
FEED = frozenset({"w_organization_social_feed", "r_organization_social_feed"})


def requested(facts: Mapping[str, Any]) -> tuple[Scope, ...]:
    """LinkedIn refuses a consent that names a permission which the application does not have."""
    return SCOPES if values(OPTIONS, facts)["feed_permissions"] else tuple(s for s in SCOPES if s.name not in FEED)


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
        documents=DocumentLimits(
            max_bytes=options["document_bytes"],
            max_pages=options["document_pages"],
            title_characters=options["document_title"],
        ),
        polls=PollLimits(
            max_options=4,
            option_characters=options["poll_characters"],
            min_seconds=polls.DAY,
            max_seconds=14 * polls.DAY,
            with_card=False,
            durations=tuple(DURATIONS),
            multiple=False,
            question_characters=options["poll_question"],
            counting="utf16",
        ),
        comment_characters=options["comment_characters"],
        edits=("text",),
    )
