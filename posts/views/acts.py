"""What the pages of a post share when a person does something: try the verb, say what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from municipalities.web import MunicipalityRequest
from posts.domain.refused import Refused
from posts.models import Post
from posts.views.kept import let_go


def number(text: str | None) -> int:
    """An id from a form; 0, which is nobody's, for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def tried(
    request: MunicipalityRequest,
    post: Post,
    act: Callable[[], Any],
    word: str | Callable[[], str],
    *,
    undo: str = "",
    to: str = "post",
    otherwise: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Do it, or say why not; either way the person sees where the post stands now.

    `otherwise` leads to the page on which that is said, where something was typed that must not be lost.
    """
    try:
        act()
    except Refused as refused:
        messages.error(request, " ".join((refused.sentence, *refused.details)))
        return otherwise() if otherwise else redirect("post", request.municipality.slug, post.pk)
    let_go(request)
    messages.success(request, word if isinstance(word, str) else word(), extra_tags=f"undo:{undo}" if undo else "")
    return redirect(to, *([request.municipality.slug, post.pk] if to != "posts" else [request.municipality.slug]))
