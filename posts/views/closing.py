"""The closing report of a post that asked people something."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from municipalities.access import requires
from municipalities.rules import Verb
from posts import queries
from posts.domain.close import MOST, Report, close, tell
from posts.domain.refused import Refused
from posts.draft import parse
from posts.models import Closing, Post


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def closing(request: Any, pk: int) -> HttpResponse:
    post = _asking(request, pk)
    found = Closing.objects.filter(post=post).select_related("by", "follow_up").first()
    problem = ""
    if request.method == "POST":
        try:
            close(post, _typed(request), by=request.user)
        except Refused as refused:
            problem = refused.sentence
        else:
            messages.success(request, _("The report is saved. Tell people what became of their answers."))
            return redirect("post_closing", request.municipality.slug, post.pk)
    typed = request.POST if request.method == "POST" else None
    context = {
        "post": post, "draft": parse(post.draft), "closing": found, "typed": typed, "problem": problem, "most": MOST,
        "publications": list(queries.publications(post)),
    }  # fmt: skip
    return render(request, "posts/closing.html", context, status=422 if problem else 200)


def _typed(request: Any) -> Report:
    answers = request.POST.get("answers", "").strip()
    return Report(
        results=request.POST.get("results", ""),
        done=request.POST.get("done", ""),
        answers=int(answers) if answers.isdecimal() and len(answers) < 9 else None,
    )


@requires(Verb.POST_EDIT)
@require_POST
def follow_up(request: Any, pk: int) -> HttpResponse:
    """The draft that tells people; begun from the report."""
    post = _asking(request, pk)
    found = get_object_or_404(Closing.objects.select_related("post"), post=post)
    draft = tell(found, by=request.user)
    messages.success(request, _("This draft tells people what became of their answers. Put it into your words."))
    return redirect("post_edit", request.municipality.slug, draft.pk)


def _asking(request: Any, pk: int) -> Post:
    post: Post = get_object_or_404(queries.visible(), pk=pk)
    if not post.format:
        raise Http404
    post.municipality = request.municipality
    return post
