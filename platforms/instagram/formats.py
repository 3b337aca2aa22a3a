"""Formats of a post on Instagram: an ordinary post, a reel outside the feed, a story. Limits with their documents.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, read on 29 November
2026: a single video is a reel since 2023, `share_to_feed` says whether it stands in the feed too; a story is one
picture or video without caption, description, cover and stickers, and expires after a day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from platforms.options import Option
from platforms.post_settings import FORMAT, ORDINARY, REEL, STORY, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Limits, Outgoing, Read

MEDIA = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
UPRIGHT = 9 / 16
LIFE = timedelta(hours=24)
OPTIONS: Mapping[str, Option] = {
    "story_bytes": Option(100_000_000, "2026-11-29", MEDIA),
    "story_seconds": Option(60, "2026-11-29", MEDIA),
    # Answers to a story are private messages; of Europeans' the network counts none.
    "story_metrics": Option(
        {"views": "views", "reach": "reach", "reposts": "shares", "replies": "replies"},
        "2026-11-29",
        "https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights",
    ),
}
SETTING = PostSetting(
    FORMAT,
    SettingKind.CHOICE,
    gettext_noop("Format"),
    gettext_noop(
        "A single video is always a reel, which an ordinary post also shows in the feed. A story is one picture or "
        "video without text, public for 24 hours."
    ),
    choices=(
        Choice(ORDINARY, gettext_noop("Ordinary post")),
        Choice(REEL, gettext_noop("Reel that is not in the feed")),
        Choice(STORY, gettext_noop("Story for 24 hours")),
    ),
    default=ORDINARY,
)


def with_formats(post: Limits, options: Mapping[str, Any]) -> Limits:
    """`post`: the limits of an ordinary post."""
    assert post.videos
    reel = replace(
        post, max_images=0, needs_video=True, videos=replace(post.videos, with_pictures=False), frame=UPRIGHT
    )
    videos = replace(
        post.videos,
        max_bytes=options["story_bytes"],
        max_seconds=options["story_seconds"],
        aspect_ratios=(0.1, 10.0),
        covers=False,
        with_pictures=False,
    )
    story = replace(
        post,
        max_images=1,
        alt_characters=0,
        aspect_ratios=None,
        videos=videos,
        frame=UPRIGHT,
        comment_characters=0,
        threads=False,
        shows_text=False,
        shows_links=False,
        expires_after=LIFE,
    )
    return replace(post, settings=(*post.settings, SETTING), formats={REEL: reel, STORY: story})


def story(outgoing: Outgoing, read: Read) -> dict[str, str]:
    """The arguments of a story's container."""
    if outgoing.video:
        return {"media_type": "STORIES", "video_url": read.address(outgoing.video.ref)}
    return {"media_type": "STORIES", "image_url": read.address(outgoing.pictures[0].ref)}
