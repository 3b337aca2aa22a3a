"""Where requests differ from a vendor's schema and may: what no schema describes, and what is known to be so."""

from __future__ import annotations

import re
from typing import NamedTuple


class Outside(NamedTuple):
    """Calls that are no part of the schema. `calls` is matched against "METHOD /path"."""

    network: str
    calls: str
    reason: str


class Difference(NamedTuple):
    """A problem that is accepted. `operation` and `problem` are patterns of the whole text."""

    network: str
    operation: str
    problem: str
    reason: str
    source: str


OUTSIDE = (
    Outside("telegram", r"GET /s/\w+", "The public page of a channel, which is HTML and no part of the Bot API."),
    Outside(
        "youtube",
        r"POST /(token|revoke|o/oauth2/v2/auth)",
        "Google's sign-in is no part of the discovery document of an API.",
    ),
    Outside(
        "youtube",
        r"PUT /upload/youtube/v3/videos",
        "The address of a resumable upload comes from Google's answer; what follows are bytes.",
    ),
)
ACCEPTED: tuple[Difference, ...] = ()


def is_outside(network: str, method: str, path: str) -> bool:
    return any(one.network == network and re.fullmatch(one.calls, f"{method} {path}") for one in OUTSIDE)


def is_accepted(network: str, operation: str, problem: str) -> bool:
    return any(
        one.network == network and re.fullmatch(one.operation, operation) and re.fullmatch(one.problem, problem)
        for one in ACCEPTED
    )
