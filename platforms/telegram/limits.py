"""Limits of a channel. https://core.telegram.org/bots/api#sendmessage and the methods below it."""

from collections.abc import Mapping
from typing import Any

from platforms import checks
from platforms.options import Option, values
from platforms.telegram.settings import SETTINGS
from platforms.translation import gettext_noop
from platforms.types import Limits, Outgoing, Problem, VideoLimits

OPTIONS: Mapping[str, Option] = {
    # A Bot API server of one's own takes 2 GB: https://core.telegram.org/bots/api#using-a-local-bot-api-server
    "upload_bytes": Option(50_000_000, "2026-11-24", "https://core.telegram.org/bots/api#sending-files"),
    "public_page": Option(True, "2026-11-24", "believed"),
}
ALBUM = 10
PHOTO_BYTES = 10_000_000
PHOTO_SIDES = 10_000  # width and height together: https://core.telegram.org/bots/api#sendphoto
RATIO = 20
# No document names a longest film; the size ends it long before.
FILM_SECONDS = 4 * 3600

SIDES = gettext_noop("Width and height of the picture are %(count)s pixels together and %(limit)s are allowed.")
TOO_MANY = gettext_noop("An album has at most %(limit)s pictures, the video included. Remove %(over)s.")


def limits(facts: Mapping[str, Any]) -> Limits:
    """Lengths count after markup, which is never sent."""
    return Limits(
        max_characters=4096,
        counting="utf16",
        characters_with_media=1024,
        max_images=ALBUM,
        image_bytes=PHOTO_BYTES,
        alt_characters=0,
        mime_types=("image/jpeg", "image/png"),
        card_and_pictures=False,
        aspect_ratios=(1 / RATIO, RATIO),
        videos=VideoLimits(
            max_bytes=values(OPTIONS, facts)["upload_bytes"],
            max_seconds=FILM_SECONDS,
            covers=True,
            with_pictures=True,
        ),
        threads=True,
        edits=("text",),
        withdraws_private=True,
        settings=SETTINGS,
    )


def check(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    problems = checks.check(outgoing, limits)
    number = len(outgoing.pictures) + bool(outgoing.video)
    if number > limits.max_images >= len(outgoing.pictures):
        params = {"limit": limits.max_images, "over": number - limits.max_images}
        problems.append(Problem("album_too_long", "pictures", TOO_MANY, params=params))
    for nth, picture in enumerate(outgoing.pictures):
        sides = picture.width + picture.height
        if sides > PHOTO_SIDES:
            params = {"count": sides, "limit": PHOTO_SIDES}
            problems.append(Problem("picture_sides", f"pictures.{nth}", SIDES, params=params))
    return problems
