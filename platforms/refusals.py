"""Tables of refused access: what a network means when it answers 401, 403 or a code of its own. Pure.

Each network has one table, `refusals` of its connector; the three of Meta share that of `platforms.meta.codes`. Order
matters: the first entry that fits counts, so an entry for any text of a status comes last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from platforms.errors import NeedsConsent, NotAllowed, PlatformError, RateLimited, Rejected


class Meaning(StrEnum):
    ENDED = "ended"
    """The token is dead: the channel has to be connected again."""
    ACCOUNT = "account"
    """The account, or our application, may do nothing at the moment: as above."""
    PERMISSION = "permission"
    """The token is good and a permission or a role is missing. Fatal for publishing, not for one thing more."""
    NOT_ALLOWED = "not_allowed"
    """This one thing is not allowed, whatever was granted."""
    CONTENT = "content"
    """A person changes the content."""
    WAIT = "wait"
    """The same may work later."""


@dataclass(frozen=True)
class Refusal:
    """One entry. `status` 0: any; `codes` empty: any; `texts`, in lower case: one of them occurs, or empty.

    `message` is an English msgid; empty, the network's own text is shown. `source`: an address; `as_of`: ISO day.
    """

    meaning: Meaning
    message: str
    source: str
    as_of: str
    status: int = 0
    codes: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    field: str | None = None
    code: str = ""
    """Our own code of the error, instead of the network's."""
    wait: timedelta = timedelta(hours=1)

    def fits(self, status: int, code: str, text: str) -> bool:
        if self.status and self.status != status:
            return False
        if self.codes and code not in self.codes:
            return False
        lowered = text.lower()
        return not self.texts or any(part in lowered for part in self.texts)


def first(table: Sequence[Refusal], *, status: int, code: str = "", text: str = "") -> Refusal | None:
    """The entry for an answer, None where the table has none."""
    return next((entry for entry in table if entry.fits(status, code, text)), None)


def error(
    entry: Refusal,
    evidence: Mapping[str, Any],
    *,
    code: str = "",
    text: str = "",
    wait: timedelta | None = None,
) -> PlatformError:
    """The error of an entry. `wait`: the connector's own, instead of the entry's."""
    message = entry.message or text or "The server refused this."
    if entry.meaning in (Meaning.ENDED, Meaning.ACCOUNT):
        return NeedsConsent(message, evidence, code=entry.code or None)
    if entry.meaning == Meaning.PERMISSION:
        return NeedsConsent(message, evidence, is_permission=True, code=entry.code or None)
    if entry.meaning == Meaning.WAIT:
        return RateLimited(message, datetime.now(UTC) + (entry.wait if wait is None else wait), evidence)
    kind = NotAllowed if entry.meaning == Meaning.NOT_ALLOWED else Rejected
    return kind(message, entry.field, entry.code or code or None, evidence)
