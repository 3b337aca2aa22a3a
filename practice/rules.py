"""Limits of the practice network. The client API reports them to every program that asks."""

from datetime import timedelta

MAX_CHARACTERS = 500
# Of a page that imitates a network, in code points: more than any of them takes. A program that publishes to it keeps
# to the network's own limit, which is counted otherwise on each.
MAX_CHARACTERS_OF_IMITATION = 65_536
MAX_TITLE = 300
URL_LENGTH = 23
MAX_MEDIA = 4
DESCRIPTION = 1500
IMAGE_BYTES = 16 * 1024 * 1024
IMAGE_PIXELS = 33_177_600
MAX_PINNED = 5
POLL_OPTIONS = 4
POLL_OPTION = 50
POLL_SHORTEST = 300
POLL_LONGEST = 2_629_746
MIME_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")

# Mastodon remembers a key for an hour. https://docs.joinmastodon.org/methods/statuses/#headers
KEY_LIVES = timedelta(hours=1)
CODE_LIVES = timedelta(minutes=10)

# Mastodon's, but for those of administrators. https://docs.joinmastodon.org/api/oauth-scopes/
_READ = (
    "accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "mutes", "notifications", "search",
    "statuses",
)  # fmt: skip
_WRITE = (
    "accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows", "lists", "media", "mutes",
    "notifications", "reports", "statuses",
)  # fmt: skip
# Deprecated by Mastodon, and still a default of programs.
_FOLLOW = frozenset(f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes"))
# Nothing is pushed; programs ask for "push" together with the rest.
SCOPES = frozenset(
    {"read", "write", "follow", "push", "profile", *(f"read:{what}" for what in _READ)}
    | {f"write:{what}" for what in _WRITE}
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
    """Whether `granted` holds the scope itself or a broad one above it ("read" covers "read:statuses")."""
    return wanted in granted or wanted.partition(":")[0] in granted or ("follow" in granted and wanted in _FOLLOW)
