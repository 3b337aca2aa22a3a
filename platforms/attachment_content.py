"""Reads what is attached to a citizen's message. The caller has checked that the address is the network's own."""

import copy
from collections.abc import Mapping

from common import http
from common.http import Http
from platforms.answers import UNREACHED
from platforms.errors import NotReached, Rejected
from platforms.reply_windows import ATTACHMENT_EXPIRED, ATTACHMENT_TOO_BIG

GONE = (401, 403, 404, 410)


def fetch(client: Http, url: str, most: int, headers: Mapping[str, str] | None = None) -> bytes:
    """The content at `url`, at most `most` bytes. Raises `Rejected(code="too_big")` before more is read, and
    `Rejected(code="expired")` where it is no longer there."""
    limited = copy.copy(client)
    limited.max_bytes = most
    # Files are kept elsewhere: what happens there says nothing about the network itself.
    limited.on_answer = lambda answer, commits: None
    try:
        answer = limited.get(url, headers=dict(headers or {}))
    except http.TooLarge:
        raise too_big() from None
    except http.Refused as problem:
        raise Rejected(ATTACHMENT_EXPIRED, code="expired", evidence={"problem": str(problem)}) from None
    except http.HttpError as problem:
        raise NotReached(UNREACHED, {"problem": str(problem)}) from None
    if answer.status in GONE:
        raise expired()
    if not answer.ok:
        raise NotReached(UNREACHED, {"status": answer.status})
    return answer.content


def too_big() -> Rejected:
    return Rejected(ATTACHMENT_TOO_BIG, code="too_big")


def expired() -> Rejected:
    return Rejected(ATTACHMENT_EXPIRED, code="expired")
