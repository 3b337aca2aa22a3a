"""POST views that decide about a post: approve, return, endorse; publish, unschedule; emergencies."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels import pauses
from common.errors import ActionNotAllowed
from common.web.params import int_list_param, int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import parse
from posts.editing.domain.submit import take_back
from posts.enums import DecisionKind
from posts.forms import EmergencyForm, chosen_timing
from posts.models import Decision, Post, Version
from posts.queries import OUT, publications
from posts.review.domain import emergency as emergencies
from posts.review.domain.approve import approve as approve_version
from posts.review.domain.approve import endorse as endorse_version
from posts.review.domain.approve import send_back
from posts.review.views.actions import run_action
from posts.review.views.approval_sentence import approval_sentence, submission_sentence
from posts.review.views.review_page import build_review_page, is_paused_here, readable_or_404
from posts.review.views.review_screen import present
from posts.review.views.unsaved_input import TIMING, keep_input
from posts.rules import may_publish_emergency
from posts.scheduling.domain.schedule import ask_to_publish_now, publish_now, unschedule

MOST_NOTE = 2000
HOME = "home"
"""In a form: the decision was opened on Home, where the person returns to after it."""


@requires(Verb.POST_APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Approve or return the version that was on the page; read, it is the dialog of Home for that."""
    if request.method != "POST":
        return _panel(request, pk)
    post, version = _version(request, pk)
    note = request.POST.get("note", "")[:MOST_NOTE]
    to = "workspace" if request.POST.get("next") == HOME else "post"
    if request.POST.get("decision") == "return":
        return run_action(request, post, lambda: send_back(post, version, by=request.user, note=note),
                     _("Returned. The author has been notified."), to=to,
                     otherwise=_keep_note(request, post, note))  # fmt: skip
    threads, seen = request.POST.get("threads", ""), int_list_param(request.POST, "seen")
    return run_action(
        request, post,
        lambda: approve_version(
            post, version, by=request.user, note=note, threads=threads, seen=seen, time=request.POST.get("time"),
            timing=chosen_timing(request.POST, post),
        ),
        lambda: approval_sentence(Post.objects.get(pk=post.pk), is_paused=is_paused_here(request.municipality)), to=to,
        otherwise=_keep_note(request, post, note),
    )  # fmt: skip


def _panel(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The fragment with what would go out and the form of the decision, as the person sees both on the page now."""
    post = readable_or_404(request, pk)
    if "X-Fragment" not in request.headers:
        return redirect("post", request.municipality.slug, post.pk)
    reading = build_review_page(request, post)
    context = {"reading": reading, "screen": present(reading, request.municipality.slug), "next": HOME}
    return render(request, "posts/review/decide_panel.html", context)


def _keep_note(request: MunicipalityRequest, post: Post, note: str) -> Callable[[], HttpResponse] | None:
    """Back to the page with the note and the time that were typed, after a refused decision."""
    typed = {name: request.POST.get(name, "") for name in TIMING}
    is_typed = bool(note.strip() or typed["when"])
    return (lambda: keep_input(request, post, note=note[:MOST_NOTE], typed=typed)) if is_typed else None


def _version(request: MunicipalityRequest, pk: int) -> tuple[Post, Version]:
    post = readable_or_404(request, pk)
    return post, get_object_or_404(Version, post=post, pk=int_param(request.POST, "version", default=0))


@requires(Verb.POST_COMMENT)
@require_POST
def endorse(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """A mentor endorses the version on the page."""
    post, version = _version(request, pk)
    note = request.POST.get("note", "")[:MOST_NOTE]
    return run_action(request, post, lambda: endorse_version(post, version, by=request.user, note=note),
                 _("Recorded. The approvers see that you have read it; they decide."),
                 otherwise=_keep_note(request, post, note))  # fmt: skip


@requires(Verb.POST_EDIT)
@require_POST
def reopen(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Edit a submitted or approved post: it becomes a draft, and the composer opens."""
    post = readable_or_404(request, pk)
    return run_action(request, post, lambda: take_back(post, by=request.user),
                 _("It is a draft again. Nothing is published until it is submitted and approved again."),
                 to="post_edit")  # fmt: skip


@requires(Verb.POST_SCHEDULE)
@require_POST
def publish(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Publish it now, or (`ask`) request approval again where the approval is for another time.

    The button names which of the two it does; an outdated one does neither.
    """
    post = readable_or_404(request, pk)
    if request.POST.get("ask"):
        return run_action(request, post, lambda: ask_to_publish_now(post, by=request.user),
                     lambda: submission_sentence(readable_or_404(request, pk)))  # fmt: skip
    return run_action(request, post, lambda: publish_now(post, by=request.user), handed_over(request))


@requires(Verb.POST_SCHEDULE)
@require_POST
def off_schedule(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post = readable_or_404(request, pk)
    return run_action(request, post, lambda: unschedule(post, by=request.user), _("It has no time any more."))


def handed_over(request: MunicipalityRequest) -> str:
    """The message after "publish now"."""
    if is_paused_here(request.municipality):
        return _(
            "Publishing is paused, so it waits. After the pause it is not published automatically: you decide on Home."
        )
    return publish_message()


def publish_message() -> str:
    return _("It is published in a moment. This page shows its status.")


# ---------------------------------------------------------------- emergencies


@requires(Verb.POST_EMERGENCY)
@require_http_methods(["GET", "POST"])
def emergency(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The page on which somebody on the list publishes without approval, giving the reason."""
    post = readable_or_404(request, pk)
    out = publications(post).filter(delivery__state__in=OUT).exists()
    if not may_publish_emergency(request.access, post, is_public=False):
        raise PermissionDenied
    form, problems = EmergencyForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        try:
            emergencies.publish(post, reason=form.cleaned_data["reason"], by=request.user)
        except ActionNotAllowed as refused:
            problems = [refused.message, *refused.details]
        else:
            return run_action(request, post, lambda: None, publish_message())
    pause = next(iter(pauses.of_municipality(request.municipality)), None)
    texts = {tag: text.text for tag, text in parse(post.draft).texts.items() if text.text.strip()}
    context = {"post": post, "texts": texts, "form": form, "problems": problems, "out": out, "pause": pause}
    return render(request, "posts/emergency.html", context, status=422 if problems or form.errors else 200)


@requires(Verb.POST_APPROVE)
@require_POST
def review_emergency(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The review of an emergency by an approver."""
    post = readable_or_404(request, pk)
    rows = Decision.objects.filter(kind=DecisionKind.EMERGENCY, version__post=post)
    row = get_object_or_404(rows, pk=int_param(request.POST, "emergency", default=0))
    in_order, note = request.POST.get("verdict") == "in_order", request.POST.get("note", "")
    return run_action(
        request, post, lambda: emergencies.review(row, in_order=in_order, note=note, by=request.user),
        _("Recorded. The person who published it has been notified."), otherwise=_keep_note(request, post, note),
    )  # fmt: skip
