"""Takes everything out of an answer but its shape. Pure.

Nothing is searched for that looks like a secret: every text and every larger number is replaced by another one of the
same kind, except short words in fields that hold a state or a type. So tokens, names, addresses and ids cannot stay.
"""

import re
from collections.abc import Mapping
from typing import Any

# Fields whose words are of the network's own vocabulary.
VOCABULARY = frozenset(
    {
        "$type", "code", "commentsState", "error", "fail_reason", "failureReason", "hide_status", "kind", "language",
        "lifecycleState", "media_product_type", "media_type", "period", "post_mode", "privacyStatus", "privacy",
        "reactionType", "reason", "rejectionReason", "role", "scope", "state", "status", "status_code", "type",
        "uploadStatus", "validationStatus", "visibility",
    }
)  # fmt: skip
WORD = re.compile(r"[A-Za-z][A-Za-z_.#/-]{0,60}")
FIELD = re.compile(r"[$@]?[A-Za-z][A-Za-z_.-]{0,60}\d{0,3}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)")
SEGMENT = re.compile(r"[A-Za-z_.]{1,60}|v\d{1,3}(\.\d{1,3})?|\d")
LARGE = 1000
INSTEAD = {
    "https://": "https://example.org/",
    "http://": "https://example.org/",
    "at://": "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3aaaaaaaaaaaa",
    "did:": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa",
}


def redacted(value: Any, known: frozenset[str] = frozenset(), field: str = "") -> Any:
    """A value of JSON with the same names of fields and the same types. `known`: words that stay nowhere, such as the
    account's own name."""
    if isinstance(value, Mapping):
        return _object(value, known)
    if isinstance(value, list):
        return [redacted(item, known, field) for item in value]
    return _text(value, known, field) if isinstance(value, str) else _number(value)


def _number(value: Any) -> Any:
    """A truth or nothing as it is, a small number as well; a larger one may be an id."""
    if isinstance(value, float):
        return 0.5
    return value if value is None or abs(value) < LARGE else LARGE


def _object(value: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Names that are ids or addresses, as in answers about several things at once, are numbered."""
    fields: dict[str, Any] = {}
    for name, content in value.items():
        is_field = FIELD.fullmatch(name) and not _holds(name, known)
        fields[name if is_field else f"id-{len(fields) + 1}"] = redacted(content, known, name)
    return fields


def _text(value: str, known: frozenset[str], field: str) -> str:
    if not value or (field in VOCABULARY and WORD.fullmatch(value) and not _holds(value, known)):
        return value
    if match := TIME.fullmatch(value):
        return f"2026-01-01T00:00:00{re.sub('[1-9]', '0', match[1])}" if len(match[1]) < 12 else "text"
    if value.isdigit() and value.isascii():
        return "1" + "0" * (min(len(value), 20) - 1)
    return next((instead for begin, instead in INSTEAD.items() if value.startswith(begin)), "text")


def address(path: str, known: frozenset[str] = frozenset()) -> str:
    """The path of an address: its words, and "…" for what may be an id, a name or a token."""
    return "/".join(
        segment if not segment or (SEGMENT.fullmatch(segment) and not _holds(segment, known)) else "…"
        for segment in path.split("/")
    )


def _holds(text: str, known: frozenset[str]) -> bool:
    return any(word.casefold() in text.casefold() for word in known if len(word) > 2)
