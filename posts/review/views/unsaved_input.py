"""What somebody typed on a post's page and nothing came of: kept in their session until something does.

The act answers by leading back to the page, which says why and still has every word; so the address is the page's own,
and to load it again asks for nothing. One post at a time: who goes on elsewhere has left it.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from municipalities.web import MunicipalityRequest
from posts.models import Post

NAME, MOST = "kept", 20_000
FIELDS = ("place", "start", "end", "before", "after", "quote", "left", "top", "width", "height", "replacement", "text")


def keep(
    request: MunicipalityRequest,
    post: Post,
    *,
    problem: str = "",
    note: str = "",
    thread: int = 0,
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """To the place on the page at which it was typed: in `thread`, beside the decision (`note`), or in a new one."""
    fields = {name: str(value)[:MOST] for name, value in (typed or {}).items() if name in FIELDS}
    request.session[NAME] = {"post": post.pk, "problem": problem, "note": note, "answering": thread, "typed": fields}
    page = reverse("post", args=[request.municipality.slug, post.pk])
    place = f"thread-{thread}" if thread else ("say" if problem else "decide")
    return redirect(f"{page}?{NAME}=1#{place}")


def kept(request: HttpRequest, post: Post) -> dict[str, Any]:
    """As it was given to `keep`, where the address asks for it."""
    saved = request.session.get(NAME) if NAME in request.GET else None
    return (
        {name: value for name, value in saved.items() if name != "post"} if saved and saved["post"] == post.pk else {}
    )


def let_go(request: HttpRequest) -> None:
    """Something came of it."""
    request.session.pop(NAME, None)
