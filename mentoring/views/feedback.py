"""Feedback by the rubric about one post: the mentor gives it, the municipality reads it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from mentoring.domain.feedback import give
from mentoring.forms import FeedbackForm
from mentoring.models import Feedback
from mentoring.queries.rubric import of_post, rubric_of
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.models import Post
from posts.review.views.review_page import build_review_page, readable_or_404
from posts.review.views.review_screen import present


@requires(Verb.FEEDBACK_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post, may_give = readable_or_404(request, pk), request.access.may(Verb.FEEDBACK_GIVE)
    if request.method == "POST" and not may_give:
        raise PermissionDenied
    given = of_post(post)
    mine = next((row for row in given if row.mentor_id == request.user.pk), None)
    form = _form(request, mine) if may_give else None
    if request.method == "POST" and form is not None and form.is_valid() and _given(request, post, form):
        return redirect("post_feedback", request.municipality.slug, post.pk)
    reading = build_review_page(request, post)
    context = {
        "post": post, "form": form, "mine": mine, "given": [row for row in given if row != mine or not may_give],
        "reading": reading, "screen": present(reading, request.municipality.slug),
    }  # fmt: skip
    return render(request, "mentoring/feedback.html", context, status=422 if form is not None and form.errors else 200)


def _form(request: MunicipalityRequest, mine: Feedback | None) -> FeedbackForm:
    criteria = rubric_of(request.municipality)
    return FeedbackForm(request.POST if request.method == "POST" else None, criteria=criteria, given=mine)


def _given(request: SignedInRequest, post: Post, form: FeedbackForm) -> bool:
    try:
        give(post, form.levels(), form.cleaned_data["note"], by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    messages.success(request, _("Saved. The author has been notified."))
    return True
