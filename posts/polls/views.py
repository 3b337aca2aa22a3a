"""The closing report of an interactive post."""

from datetime import datetime

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.integers import parse_int
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries, thread_parts
from posts.draft import parse
from posts.enums import CountedUnit
from posts.labels import own_name
from posts.models import Closing, Post
from posts.poll_votes import SuggestedCount, count_votes, suggested_count
from posts.polls.domain.close import MOST, ClosingReport, close, create_follow_up

SALT = "posts.closing"
MOST_ANSWERS = 99_999_999


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def closing(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post = _asking(request, pk)
    report = Closing.objects.filter(post=post).select_related("by", "follow_up").first()
    problem = ""
    if request.method == "POST":
        try:
            close(post, _typed(request, post), by=request.user)
        except ActionNotAllowed as refused:
            problem = refused.message
        else:
            messages.success(request, _("The report is saved. Publish the outcome of the answers."))
            return redirect("post_closing", request.municipality.slug, post.pk)
    typed = request.POST if request.method == "POST" else None
    publications = queries.shown_publications(post)
    for publication in publications:
        publication.script = own_name(publication.slot)  # type: ignore[attr-defined]
    counted = count_votes(publications, queries.poll_results(post))
    offered = _offered(report, suggested_count(counted))
    draft = parse(post.draft)
    written = next((text.text for text in draft.texts.values() if text.text.strip()), "")
    context = {
        "post": post, "draft": draft, "closing": report, "typed": typed, "problem": problem, "most": MOST,
        "asked": thread_parts.joined(written) or str(post),
        "publications": publications, "votes": counted, "offered": offered,
        "shown_answers": report.answers if report else offered and offered.count,
        "token": _signed(post, offered) if offered else "",
    }  # fmt: skip
    return render(request, "posts/closing.html", context, status=422 if problem else 200)


def _typed(request: HttpRequest, post: Post) -> ClosingReport:
    return ClosingReport(
        results=request.POST.get("results", ""),
        done=request.POST.get("done", ""),
        answers=parse_int(request.POST.get("answers", "").strip(), most=MOST_ANSWERS),
        counted=_unsigned(post, request.POST.get("counted", "")),
    )


def _offered(closing: Closing | None, now: SuggestedCount | None) -> SuggestedCount | None:
    """The suggested number and its origin: that of the report if there is one, else the networks' count."""
    if closing is None:
        return now
    if not closing.counted or closing.answers is None or closing.counted_at is None:
        return None
    return SuggestedCount(closing.answers, CountedUnit(closing.counted), closing.counted_at)


def _signed(post: Post, offered: SuggestedCount) -> str:
    """A signature, so that "counted by the networks" is only claimed for numbers that they counted."""
    return signing.dumps([post.pk, offered.count, offered.counted.value, offered.at.isoformat()], salt=SALT)


def _unsigned(post: Post, token: str) -> SuggestedCount | None:
    try:
        of, count, counted, at = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return SuggestedCount(count, CountedUnit(counted), datetime.fromisoformat(at)) if of == post.pk else None


@requires(Verb.POST_EDIT)
@require_POST
def follow_up(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The draft that announces the result, created from the report."""
    post = _asking(request, pk)
    closing = get_object_or_404(Closing.objects.select_related("post"), post=post)
    draft = create_follow_up(closing, by=request.user)
    messages.success(request, _("This draft reports the outcome of the answers. Put it into your words."))
    return redirect("post_edit", request.municipality.slug, draft.pk)


def _asking(request: MunicipalityRequest, pk: int) -> Post:
    post: Post = get_object_or_404(queries.visible(), pk=pk)
    if not post.format:
        raise Http404
    post.municipality = request.municipality
    return post
