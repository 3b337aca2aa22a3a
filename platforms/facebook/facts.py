"""Limits and permissions of Facebook, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.facebook import formats
from platforms.meta import messaging
from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Action, Limits, Scope, VideoLimits

OPTIONS: Mapping[str, Option] = {
    "version": Option(
        "v27.0",
        "2026-11-29",
        "https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/",
    ),
    "config_id": Option(
        "", "2026-11-24", "https://developers.facebook.com/docs/facebook-login/facebook-login-for-business"
    ),
    "characters": Option(63_206, "2026-11-24", "believed"),
    "comment_characters": Option(8_000, "2026-11-24", "believed"),
    "pictures": Option(10, "2026-11-24", "believed"),
    "picture_bytes": Option(4_000_000, "2026-11-24", "believed"),
    "alt_characters": Option(1_000, "2026-11-24", "believed"),
    # Where videos are uploaded and made public; "" is the network's own host, or that of a fake.
    "video_server": Option("", "2026-11-29", "https://github.com/facebook/facebook-python-business-sdk"),
    "video_bytes": Option(10_000_000_000, "2026-11-24", "believed"),
    "video_seconds": Option(4 * 3600, "2026-11-24", "believed"),
    # Our name of a number, and the network's: renamed twice within a year.
    "post_metrics": Option(
        {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"},
        "2026-11-24",
        "https://developers.facebook.com/docs/platforminsights/page/deprecated-metrics",
    ),
    # The breakdown that separates paid views from others; that its parts come beside each other is assumed. "":
    # not requested.
    "paid_breakdown": Option("is_from_ads", "2026-11-24", "https://developers.facebook.com/docs/pages-api/changelog"),
    # Of a private answer: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    "private_characters": Option(
        2_000, "2026-11-30", "https://developers.facebook.com/docs/messenger-platform/reference/send-api"
    ),
    # Whether Meta granted the application its feature "Human Agent": answers within seven days instead of 24 hours.
    messaging.HUMAN_AGENT: Option(
        False, "2026-11-30", "https://developers.facebook.com/docs/features-reference/human-agent"
    ),
    **formats.OPTIONS,
}

SCOPES = (
    Scope("pages_show_list", gettext_noop("See the pages that you manage.")),
    Scope("pages_read_engagement", gettext_noop("See the posts of the page, and its metrics.")),
    Scope("pages_manage_posts", gettext_noop("Publish, change and take down posts of the page.")),
    Scope(
        "pages_manage_engagement",
        gettext_noop("Write first comments, answer and hide comments."),
        needed=False,
        actions=(Action.COMMENT, Action.ANSWER, Action.HIDE),
    ),
    Scope("pages_read_user_content", gettext_noop("Read what people comment."), needed=False),
    Scope(
        "pages_manage_metadata",
        gettext_noop("Receive new comments at once."),
        needed=False,
        actions=(Action.EVENTS,),
    ),
    Scope(
        "pages_messaging",
        gettext_noop("Read and answer private messages."),
        needed=False,
        actions=(Action.CONVERSE,),
    ),
    Scope("read_insights", gettext_noop("Read views and reach."), needed=False),
    Scope("business_management", gettext_noop("See pages that belong to a business."), needed=False),
)


def limits(facts: Mapping[str, Any]) -> Limits:
    options = values(OPTIONS, facts)
    post = Limits(
        max_characters=options["characters"],
        counting="utf16",
        max_images=options["pictures"],
        image_bytes=options["picture_bytes"],
        alt_characters=options["alt_characters"],
        mime_types=("image/jpeg", "image/png", "image/gif"),
        link_card="scraped",
        card_and_pictures=False,
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            min_seconds=1,
            mime_types=("video/mp4", "video/quicktime"),
        ),
        comment_characters=options["comment_characters"],
        edits=("text",),
        private_characters=options["private_characters"],
    )
    return formats.with_formats(post, options)
