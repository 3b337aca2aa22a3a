"""What the pages of a post share when a person does something: try the verb, say what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from municipalities.web import MunicipalityRequest
from posts.models import Post
from posts.review.views.unsaved_input import let_go


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
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return otherwise() if otherwise else redirect("post", request.municipality.slug, post.pk)
    let_go(request)
    messages.success(request, word if isinstance(word, str) else word(), extra_tags=f"undo:{undo}" if undo else "")
    return redirect(to, *([request.municipality.slug, post.pk] if to != "posts" else [request.municipality.slug]))
