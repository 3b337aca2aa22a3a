"""Whether the keys and the media of this process belong to its database.

The database has the id of the installation, encrypted with `TOKEN_KEYS`; a file of `MEDIA_ROOT` has the same id. A
process with other keys would claim posts that it cannot send, and one with another directory would miss their pictures.
So every process compares them when it starts (`portal.checks`), and ends with a sentence where they differ.

Reads with any cursor of psycopg2: not every program sets Django's models up. `portal.adoption` writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import crypto

TABLE = "common_identity"
FILE = "installation-id"
PURPOSE, BOUND_TO = "identity", "installation"
RUNBOOK = "docs/runbooks/token-key-lost.md"
# For strangers, who read it in /readyz: no path and no key.
PUBLIC_SENTENCE = "The keys or the media directory of this machine do not belong to its database: nothing is published."


@dataclass(frozen=True)
class Mismatch:
    """What does not belong to the database, and what to do about it. Holds no secret."""

    text: str
    hint: str

    def __str__(self) -> str:
        return f"{self.text} {self.hint}"


def mismatch(cursor: Any, keys: Sequence[str], media: Path) -> Mismatch | None:
    """None also where the database has no identity yet. `keys`: as in `settings.TOKEN_KEYS`. Raises its errors."""
    sealed = stored(cursor)
    if sealed is None:
        return None
    try:
        id_ = crypto.open_(PURPOSE, sealed, BOUND_TO, crypto.read_keyring(tuple(keys)))
    except crypto.CryptoError as error:
        return foreign_keys(str(error))
    if id_of(media) == id_:
        return None
    is_other = f"{FILE} there is of another installation"
    return foreign_media(media, is_other if id_of(media) else f"there is no readable {FILE} there")


def stored(cursor: Any) -> str | None:
    """The encrypted id; None before the first start with this table."""
    if not has_table(cursor):
        return None
    cursor.execute(f"SELECT sealed FROM public.{TABLE}")  # noqa: S608 -- our own name
    row = cursor.fetchone()
    return str(row[0]) if row else None


def has_table(cursor: Any) -> bool:
    """Whether the migration with the table was applied."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{TABLE}"])
    return bool(cursor.fetchone()[0])


def id_of(media: Path) -> str:
    """The id in the media directory; "" where there is none or it cannot be read."""
    try:
        return (media / FILE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def foreign_keys(reason: str) -> Mismatch:
    return Mismatch(
        f"The database belongs to another installation, or its keys are lost: {reason} "
        "This process would claim posts that it cannot send, so it does nothing.",
        "Set TOKEN_KEYS to the keys of the installation that made the database (secrets.json of its DATA_DIR), or "
        f"DATABASE_URL to a database of its own. Where its keys cannot be found: {RUNBOOK}",
    )


def foreign_media(media: Path, problem: str) -> Mismatch:
    return Mismatch(
        f"The pictures of the database are not in MEDIA_ROOT ({media}): {problem}. "
        "Posts would fail without them, so this process does nothing.",
        "Mount the right disk, or set MEDIA_ROOT to the right directory. Where this is the new place of the pictures: "
        f"accept_installation, as in {RUNBOOK}",
    )
