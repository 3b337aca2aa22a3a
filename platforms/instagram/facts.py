"""Limits and permissions of Instagram, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.budgets import IN_A_DAY, Budget
from platforms.instagram import formats
from platforms.meta import messaging
from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Action, Limits, Scope, VideoLimits

PUBLISHING = "https://developers.facebook.com/docs/instagram-platform/content-publishing"
ERRORS = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes"

OPTIONS: Mapping[str, Option] = {
    "version": Option(
        "v27.0",
        "2026-11-29",
        "https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/",
    ),
    "config_id": Option(
        "", "2026-11-24", "https://developers.facebook.com/docs/facebook-login/facebook-login-for-business"
    ),
    "characters": Option(2_200, "2026-11-24", PUBLISHING),
    "hashtags": Option(30, "2026-11-24", PUBLISHING),
    "mentions": Option(20, "2026-11-24", PUBLISHING),
    "comment_characters": Option(2_200, "2026-11-24", "believed"),
    "pictures": Option(10, "2026-11-24", PUBLISHING),
    "picture_bytes": Option(8 * 1024 * 1024, "2026-11-24", ERRORS),
    "ratios": Option((0.8, 1.91), "2026-11-24", ERRORS),
    "alt_characters": Option(1_000, "2026-11-24", "believed"),
    "video_bytes": Option(300_000_000, "2026-11-24", "believed"),
    "video_seconds": Option(15 * 60, "2026-11-24", "believed"),
    # Of 24 hours, where the network does not say itself how many it allows. Older documents say 25 and 50.
    "posts_a_day": Option(100, "2026-11-29", PUBLISHING),
    # How long nothing is sent after the network held the account back as spam.
    "blocked_hours": Option(6, "2026-11-24", "believed"),
    # Our name of a number, and the network's: `impressions`, `plays` and `video_views` ended on 21 April 2025.
    "post_metrics": Option(
        {"views": "views", "reach": "reach", "reposts": "shares"},
        "2026-11-24",
        "https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights",
    ),
    # Of a private answer, in bytes of UTF-8: a Cyrillic letter takes two.
    "private_bytes": Option(
        1_000, "2026-11-30", "https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message"
    ),
    # Whether Meta granted the application its feature "Human Agent": answers within seven days instead of 24 hours.
    messaging.HUMAN_AGENT: Option(
        False, "2026-11-30", "https://developers.facebook.com/docs/features-reference/human-agent"
    ),
    **formats.OPTIONS,
}

SCOPES = (
    Scope("instagram_basic", gettext_noop("See the account, its posts, and its metrics.")),
    Scope("instagram_content_publish", gettext_noop("Publish pictures and videos.")),
    Scope("pages_show_list", gettext_noop("See the pages that you manage.")),
    Scope("pages_read_engagement", gettext_noop("See which Instagram account belongs to a page.")),
    Scope(
        "instagram_manage_comments",
        gettext_noop("Write first comments, answer and hide comments."),
        needed=False,
        actions=(Action.COMMENT, Action.ANSWER, Action.HIDE),
    ),
    Scope(
        "pages_manage_metadata",
        gettext_noop("Receive new comments and mentions at once."),
        needed=False,
        actions=(Action.EVENTS,),
    ),
    Scope(
        "instagram_manage_messages",
        gettext_noop("Read and answer private messages, and see stories that mention the account."),
        needed=False,
        actions=(Action.CONVERSE,),
    ),
    Scope("instagram_manage_insights", gettext_noop("Read views and reach."), needed=False),
    Scope("business_management", gettext_noop("See pages that belong to a business."), needed=False),
)


def limits(facts: Mapping[str, Any]) -> Limits:
    options = values(OPTIONS, facts)
    post = Limits(
        post_links=False,
        budgets=(Budget("posts", IN_A_DAY, options["posts_a_day"]),),
        max_characters=options["characters"],
        counting="utf16",
        max_images=options["pictures"],
        image_bytes=options["picture_bytes"],
        alt_characters=options["alt_characters"],
        mime_types=("image/jpeg",),
        link_card="none",
        aspect_ratios=tuple(options["ratios"]),
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            min_seconds=3,
            mime_types=("video/mp4", "video/quicktime"),
            codecs=("h264", "hevc"),
            aspect_ratios=(0.01, 10.0),
            frames=(23, 60),
            covers=True,
            with_pictures=True,
        ),
        fetches_media=True,
        needs_media=True,
        max_hashtags=options["hashtags"],
        max_mentions=options["mentions"],
        comment_characters=options["comment_characters"],
        private_characters=options["private_bytes"],
        private_bytes=options["private_bytes"],
    )
    return formats.with_formats(post, options)
