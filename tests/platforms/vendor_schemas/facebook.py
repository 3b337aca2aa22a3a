"""Facebook's pages, posts, videos and comments by Meta's own SDK (`meta.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.platforms.vendor_schemas import meta

POSTS = ("PagePost", "Comment")
PEOPLE = ("User", "Page")
OTHERS = ("Page", "AdVideo", "Photo", "Comment", "PagePost", "Business", "User")


def classes(url: str) -> tuple[str, ...]:
    """What an address can be about: ids of posts and comments have two parts; `me` is whom a token belongs to."""
    subject = url.split("/")[2] if url.count("/") > 1 else ""
    return POSTS if "_" in subject else PEOPLE if subject == "me" else OTHERS


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
