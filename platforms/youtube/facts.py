"""Limits and permissions of YouTube, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.budgets import UNITS, UPLOADS, Budget, Period
from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Limits, Scope, VideoLimits
from platforms.youtube import settings

API = "https://www.googleapis.com"
VIDEOS = "https://developers.google.com/youtube/v3/docs/videos"
INSERT = f"{VIDEOS}/insert"
OPTIONS: Mapping[str, Option] = {
    # Uploads of a project without Google's audit stay private for ever; False: warn before a post is scheduled.
    "audited": Option(True, "2026-11-25", INSERT),
    # "Testing" on the page of consent: Google ends every access after seven days. True: warn of it.
    "testing": Option(False, "2026-11-25", "believed"),
    "title_characters": Option(100, "2026-11-24", f"{VIDEOS}#snippet.title"),
    "description_bytes": Option(5_000, "2026-11-24", f"{VIDEOS}#snippet.description"),
    "tag_characters": Option(500, "2026-11-24", f"{VIDEOS}#snippet.tags[]"),
    # With more of them YouTube ignores all.
    "hashtags": Option(60, "2026-11-24", "believed"),
    "comment_characters": Option(10_000, "2026-11-24", "believed"),
    "video_bytes": Option(256_000_000_000, "2026-11-24", INSERT),
    "video_seconds": Option(12 * 3600, "2026-11-24", "believed"),
    # Of a channel that has not been verified by telephone.
    "video_seconds_unverified": Option(900, "2026-11-24", "believed"),
    # The discovery document has 50 MB, older pages 2.
    "cover_bytes": Option(2_000_000, "2026-11-24", "https://developers.google.com/youtube/v3/docs/thumbnails/set"),
    "chunk_bytes": Option(
        8 * 1024 * 1024,
        "2026-11-24",
        "https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol",
    ),
    # 25: news and politics. 29: nonprofits and activism. Each country has its own list.
    "category": Option("25", "2026-11-25", "https://developers.google.com/youtube/v3/docs/videoCategories/list"),
    "made_for_kids": Option(False, "2026-11-25", f"{VIDEOS}#status.selfDeclaredMadeForKids"),
    "tells_subscribers": Option(True, "2026-11-25", INSERT),
    # Published once it plays: before that people would see a video that is still being processed, or never plays.
    "waits_until_it_plays": Option(True, "2026-11-25", "believed"),
    # "heldForReview" can be shown again in the Studio, "rejected" hides for good.
    "hides_as": Option(
        "heldForReview", "2026-11-24", "https://developers.google.com/youtube/v3/docs/comments/setModerationStatus"
    ),
    # Threads of comments that are read at once, and how many of the long ones are read to the end: a unit each.
    "threads_read": Option(100, "2026-11-25", "https://developers.google.com/youtube/v3/docs/commentThreads/list"),
    "threads_read_whole": Option(5, "2026-11-25", "believed"),
    # Units a day of one project for all its channels; uploads are counted apart. Counted from our own posts.
    "quota": Option(
        {"a_day": 10_000, "uploads": 100, "read": 1, "write": 50, "cover": 50, "captions": 400},
        "2026-11-24",
        "https://developers.google.com/youtube/v3/determine_quota_cost",
    ),
}

PACIFIC = "America/Los_Angeles"
SCOPES = (
    Scope(
        "https://www.googleapis.com/auth/youtube.force-ssl",
        gettext_noop("Make videos public, edit and delete them; captions, comments and metrics."),
    ),
    Scope("https://www.googleapis.com/auth/youtube.upload", gettext_noop("Upload videos and their covers.")),
)


def budgets(quota: Mapping[str, int]) -> tuple[Budget, ...]:
    """Google counts a project's days from midnight in California, uploads apart from all other calls. A post is one
    upload and one change that makes it public."""
    costs = {"post": quota["write"], "cover": quota["cover"], "captions": quota["captions"]}
    return (
        Budget("uploads", UPLOADS, quota["uploads"], Period.DAY, zone=PACIFIC, is_shared=True),
        Budget("units", UNITS, quota["a_day"], Period.DAY, zone=PACIFIC, costs=costs, is_shared=True),
    )


def limits(facts: Mapping[str, Any]) -> Limits:
    """Without an audit there are no videos, as far as anybody else could see."""
    options = values(OPTIONS, facts)
    unverified = facts.get("long_uploads") in ("disallowed", "eligible")
    return Limits(
        budgets=budgets(options["quota"]),
        max_characters=options["description_bytes"],
        counting="utf8_bytes",
        max_images=0,
        alt_characters=0,
        mime_types=("image/jpeg", "image/png"),
        image_bytes=options["cover_bytes"],
        link_card="none",
        videos=None
        if not options["audited"]
        else VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds_unverified" if unverified else "video_seconds"],
            mime_types=("video/mp4", "video/quicktime", "video/webm", "video/mpeg", "video/x-msvideo"),
            captions=("application/x-subrip", "text/vtt"),
            covers=True,
        ),
        needs_media=True,
        title_characters=options["title_characters"],
        title_required=True,
        max_hashtags=options["hashtags"],
        comment_characters=options["comment_characters"],
        edits=("text", "title"),
        settings=settings.settings(facts, options),
    )
