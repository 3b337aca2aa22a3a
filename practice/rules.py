"""Limits of the practice network. The client API reports them to every program that asks."""

from datetime import timedelta

MAX_CHARACTERS = 500
URL_LENGTH = 23
MAX_MEDIA = 4
DESCRIPTION = 1500
IMAGE_BYTES = 16 * 1024 * 1024
IMAGE_PIXELS = 33_177_600
POLL_OPTIONS = 4
POLL_OPTION = 50
POLL_SHORTEST = 300
POLL_LONGEST = 2_629_746
MIME_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")

# Mastodon remembers a key for an hour. https://docs.joinmastodon.org/methods/statuses/#headers
KEY_LIVES = timedelta(hours=1)
CODE_LIVES = timedelta(minutes=10)

SCOPES = frozenset(
    {"read", "read:accounts", "read:statuses", "read:notifications", "profile", "write", "write:statuses"}
    | {"write:media", "write:favourites", "write:follows"}
)

# name: (calls, seconds). The first two are Mastodon's. https://docs.joinmastodon.org/api/rate-limits/
RATES = {
    "api": (300, 300),
    "media": (60, 1800),
    "anonymous": (300, 300),
    "apps": (30, 3600),
    # thirty trainees behind one address of a training room
    "door": (120, 600),
    "citizen": (300, 300),
}


def covers(granted: list[str], wanted: str) -> bool:
    """Whether `granted` holds the scope itself or the broad one above it ("read" covers "read:statuses")."""
    return wanted in granted or wanted.partition(":")[0] in granted
