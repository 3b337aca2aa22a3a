"""Instagram's accounts, media and comments by Meta's own SDK (`meta.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.platforms.vendor_schemas import meta

MEDIA = ("IGUser", "IGMedia", "IGComment")
# Events are switched on at the page, and people's accounts hang on pages: edges of the classes of Facebook.
OTHERS = {
    "": (*MEDIA, "Page"),
    "subscribed_apps": ("Page",),
    "owned_pages": ("Business",),
    "client_pages": ("Business",),
}


def classes(url: str) -> tuple[str, ...]:
    """What an address can be about, by its edge; `me` is whom a token belongs to."""
    subject, _, edge = url.removeprefix("/").partition("/")[2].partition("/")
    return ("User", "Page") if subject == "me" else OTHERS.get(edge, MEDIA)


def version() -> str:
    return meta.version()


def operation(method: str, url: str) -> str | None:
    """The call by its edge: which class it belongs to can depend on the parameters."""
    known = meta.candidates(classes(url), method, url)
    return f"{method} /{known[0].edge}" if known and known[0].edge else f"{method} an object" if known else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: unknown parameters, values of a wrong type, fields that an answer cannot have."""
    return meta.best(classes(url), method, url, params, body)[1]


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str] | None:
    """Problems of what was read, by the class that fits best; None for a write."""
    checked = [
        meta.answer_problems(one, answer, several="ids" in params) for one in meta.candidates(classes(url), method, url)
    ]
    known = [problems for problems in checked if problems is not None]
    return min(known, key=len, default=None)
