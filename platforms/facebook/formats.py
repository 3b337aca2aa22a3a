"""Formats of a post on a page: an ordinary post, a reel, a story. Their limits, with the document that states them.

https://developers.facebook.com/docs/video-api/guides/reels-publishing and
https://developers.facebook.com/docs/page-stories-api, both read on 29 November 2026.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from platforms.options import Option
from platforms.post_settings import FORMAT, ORDINARY, REEL, STORY, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Limits, VideoLimits

REELS = "https://developers.facebook.com/docs/video-api/guides/reels-publishing"
STORIES = "https://developers.facebook.com/docs/page-stories-api"
UPRIGHT = 9 / 16
# "9 x 16": a pixel or two of rounding is no other shape.
RATIOS = (0.55, 0.575)
LIFE = timedelta(hours=24)
OPTIONS: Mapping[str, Option] = {
    "reel_seconds": Option(90, "2026-11-29", REELS),
    "story_seconds": Option(60, "2026-11-29", STORIES),
    # Neither guide has a limit; the portal sends the whole file in one request.
    "reel_bytes": Option(1_000_000_000, "2026-11-29", "believed"),
    # Where the bytes of reels and stories go; "" is the network's own host, or that of a fake.
    "upload_server": Option("", "2026-11-29", REELS),
    # Our name of a number, and the network's.
    "story_metrics": Option(
        {
            "views": "story_media_view",
            "reach": "story_total_media_view_unique",
            "likes": "pages_fb_story_thread_lightweight_reactions",
            "replies": "pages_fb_story_replies",
            "reposts": "pages_fb_story_shares",
        },
        "2026-11-29",
        "believed",
    ),
}
SETTING = PostSetting(
    FORMAT,
    SettingKind.CHOICE,
    gettext_noop("Format"),
    gettext_noop("A story is one picture or video without text, public for 24 hours. A reel is one upright video."),
    choices=(
        Choice(ORDINARY, gettext_noop("Ordinary post")),
        Choice(REEL, gettext_noop("Reel")),
        Choice(STORY, gettext_noop("Story for 24 hours")),
    ),
    default=ORDINARY,
)


def with_formats(post: Limits, options: Mapping[str, Any]) -> Limits:
    """`post`: the limits of an ordinary post."""
    assert post.videos
    upright = VideoLimits(
        max_bytes=min(options["reel_bytes"], post.videos.max_bytes),
        max_seconds=options["reel_seconds"],
        min_seconds=3,
        mime_types=post.videos.mime_types,
        codecs=("h264", "hevc", "vp9", "av1"),
        aspect_ratios=RATIOS,
        min_width=540,
        frames=(24, 60),
    )
    reel = replace(post, max_images=0, needs_video=True, videos=upright, frame=UPRIGHT, edits=())
    story = replace(
        post,
        max_images=1,
        alt_characters=0,
        videos=replace(upright, max_seconds=options["story_seconds"]),
        needs_media=True,
        frame=UPRIGHT,
        comment_characters=0,
        threads=False,
        link_card="none",
        edits=(),
        shows_text=False,
        shows_links=False,
        expires_after=LIFE,
    )
    return replace(post, settings=(*post.settings, SETTING), formats={REEL: reel, STORY: story})
