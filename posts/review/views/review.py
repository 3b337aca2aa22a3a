"""The review page: the post as the networks will show it, its state, and the conversations about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.models import AuditEvent
from common.web.params import int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.editing.domain.create import duplicate as make_copy
from posts.editing.domain.delete import delete as delete_post
from posts.editing.domain.delete import restore as restore_post
from posts.forms import TimingForm
from posts.labels import event_label
from posts.models import Post
from posts.review.domain.mark_seen import mark_seen
from posts.review.views.actions import run_action
from posts.review.views.review_page import build_review_page, readable_or_404
from posts.review.views.review_screen import present
from posts.review.views.unsaved_input import kept_input


@requires(Verb.POST_VIEW)
@require_safe
def post(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return _render(request, readable_or_404(request, pk))


def _render(request: MunicipalityRequest, post: Post) -> HttpResponse:
    """The page. After a refused action it has the reason and the input: see `posts.review.views.unsaved_input`."""
    reading = build_review_page(request, post)
    reading.every_resolved = request.GET.get("resolved") == "all"
    back = kept_input(request, post)
    typed = back.get("typed", {})
    if reading.when and typed.get("when"):
        reading.when = TimingForm(typed, post=post, now=timezone.now())
    context = {
        "reading": reading,
        "screen": present(reading, request.municipality.slug),
        "problem": back.get("problem", ""),
        "typed": typed,
        "note": back.get("note", ""),
        "region": [(name, label, typed.get(name, "")) for name, label in _sides()],
        "answering": back.get("answering") or int_param(request.GET, "answer", default=0),
    }
    response = render(request, "posts/review.html", context)
    # a mentor's desk also shows whether the post itself changed since they read it
    if (reading.unread or "mentor" in request.access.roles) and not back:
        mark_seen(post, by=request.user, first=not post.has_looked)  # type: ignore[attr-defined]
    return response


def _sides() -> list[tuple[str, str]]:
    return [("left", _("Left")), ("top", _("Top")), ("width", _("Width")), ("height", _("Height"))]


# ---------------------------------------------------------------- copies and deletion


@requires(Verb.POST_EDIT)
@require_POST
def duplicate(request: MunicipalityRequest, pk: int) -> HttpResponse:
    copy = make_copy(readable_or_404(request, pk), by=request.user)
    messages.success(request, _("This is a copy. The original stays as it is."))
    return redirect("post_edit", request.municipality.slug, copy.pk)


@requires(Verb.POST_EDIT)
@require_POST
def delete(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = readable_or_404(request, pk)
    undo = reverse("post_restore", args=[request.municipality.slug, row.pk])
    return run_action(request, row, lambda: delete_post(row, by=request.user), _("The post is deleted."),
                  undo=undo, to="posts")  # fmt: skip


@requires(Verb.POST_EDIT)
@require_POST
def restore(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Post.objects.all(), pk=pk)
    return run_action(request, row, lambda: restore_post(row, by=request.user), _("The post is back."))


# ---------------------------------------------------------------- history


@requires(Verb.ACTIVITY_VIEW)
@require_safe
def activity(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The audit events of this post, newest first."""
    row = readable_or_404(request, pk)
    rows = AuditEvent.objects.filter(municipality_id=request.municipality.pk, target_type="posts.post")
    events = list(rows.filter(target_id=str(row.pk)).order_by("-id")[:100])
    for event in events:
        event.words = event_label(event.verb)  # type: ignore[attr-defined]
    return render(request, "posts/activity.html", {"post": row, "events": events})
