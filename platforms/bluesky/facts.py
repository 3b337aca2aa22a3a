"""Limits of Bluesky, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.options import Option, values
from platforms.types import Limits, VideoLimits

LEXICONS = "https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky"
VIDEO_SERVICE = "https://video.bsky.app"
OPTIONS: Mapping[str, Option] = {
    # More than four are a gallery. An index that does not know it shows such a post without pictures: there, 4. The
    # schema allows 20; clients are asked for no more than 10.
    "pictures": Option(10, "2026-11-29", f"{LEXICONS}/embed/gallery.json"),
    # Servers of before took 1,000,000.
    "picture_bytes": Option(2_000_000, "2026-11-29", f"{LEXICONS}/embed/images.json"),
    # "": the account's own server takes videos like pictures, as on a network without a video service.
    "video_service": Option(VIDEO_SERVICE, "2026-11-29", "https://docs.bsky.app/docs/tutorials/video"),
    "video_bytes": Option(300_000_000, "2026-11-29", "https://github.com/bluesky-social/atproto/pull/5373"),
    "video_seconds": Option(600, "2026-11-29", "https://github.com/bluesky-social/social-app/pull/11528"),
    "captions_bytes": Option(20_000, "2026-11-29", f"{LEXICONS}/embed/video.json"),
}
GALLERY = 20
# Of a private message: https://github.com/bluesky-social/atproto/blob/main/lexicons/chat/bsky/convo/defs.json
PRIVATE_CHARACTERS, PRIVATE_BYTES = 1000, 10_000
ALT_CHARACTERS = 2000  # what the app allows; the lexicon has no limit. [mem]
VIDEO_ALT_CHARACTERS = 1000
# The service transcodes what is no MP4; a server by itself does not.
PLAYED = "video/mp4"
TRANSCODED = ("video/quicktime", "video/webm")


def limits(facts: Mapping[str, Any]) -> Limits:
    """https://docs.bsky.app/docs/advanced-guides/posts: 300 graphemes and 3,000 bytes."""
    options = values(OPTIONS, facts)
    return Limits(
        max_characters=300,
        counting="graphemes",
        max_bytes=3000,
        private_characters=PRIVATE_CHARACTERS,
        private_bytes=PRIVATE_BYTES,
        max_images=min(options["pictures"], GALLERY),
        image_bytes=options["picture_bytes"],
        alt_characters=ALT_CHARACTERS,
        link_card="ours",
        card_and_pictures=False,
        threads=True,
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            mime_types=(PLAYED, *(TRANSCODED if options["video_service"] else ())),
            captions=("application/x-subrip",),
            alt_characters=VIDEO_ALT_CHARACTERS,
        ),
    )
