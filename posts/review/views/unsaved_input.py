"""Input on a post's page that was refused: kept in the session until it is accepted.

The view redirects to the page, which shows the reason and the complete input; so the address stays that of the page,
and reloading repeats nothing. Only one post at a time: input on another post replaces it.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from municipalities.web import MunicipalityRequest
from posts.models import Post

NAME, MOST = "kept", 20_000
TIMING = ("when", "on", "at", "fold")
PLACE = ("place", "start", "end", "before", "after", "quote", "left", "top", "width", "height")
FIELDS = (*PLACE, "replacement", "text", *TIMING)


def keep_input(
    request: MunicipalityRequest,
    post: Post,
    *,
    problem: str = "",
    note: str = "",
    thread: int = 0,
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Redirects to the place where it was typed: in `thread`, in the decision box (`note`), or in a new thread."""
    fields = {name: str(value)[:MOST] for name, value in (typed or {}).items() if name in FIELDS}
    request.session[NAME] = {"post": post.pk, "problem": problem, "note": note, "answering": thread, "typed": fields}
    page = reverse("post", args=[request.municipality.slug, post.pk])
    place = f"thread-{thread}" if thread else ("say" if problem else "decide")
    return redirect(f"{page}?{NAME}=1#{place}")


def kept_input(request: HttpRequest, post: Post) -> dict[str, Any]:
    """As it was passed to `keep_input`, if the URL asks for it."""
    saved = request.session.get(NAME) if NAME in request.GET else None
    return (
        {name: value for name, value in saved.items() if name != "post"} if saved and saved["post"] == post.pk else {}
    )


def drop_input(request: HttpRequest) -> None:
    """Discard the stored input after success."""
    request.session.pop(NAME, None)
