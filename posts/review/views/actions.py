"""What the POST views of a post share: run the verb, then show success or the reason for refusal."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from municipalities.web import MunicipalityRequest
from posts.models import Post
from posts.review.views.unsaved_input import drop_input


def run_action(
    request: MunicipalityRequest,
    post: Post,
    act: Callable[[], Any],
    word: str | Callable[[], str],
    *,
    undo: str = "",
    to: str = "post",
    otherwise: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Run the verb, or show why it was refused; then redirect to the post, or after success to the page `to`.

    `otherwise` returns another response for a refusal, where input must not be lost.
    """
    try:
        act()
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return otherwise() if otherwise else redirect("post", request.municipality.slug, post.pk)
    drop_input(request)
    messages.success(request, word if isinstance(word, str) else word(), extra_tags=f"undo:{undo}" if undo else "")
    of_post = [] if to in ("posts", "workspace") else [post.pk]
    return redirect(to, request.municipality.slug, *of_post)
