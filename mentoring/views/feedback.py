"""Feedback by the rubric about one post: the mentor gives it, the municipality reads it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from posts import queries, rules
from posts.models import Post


@requires(Verb.FEEDBACK_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post, may_give = _post(request, pk), request.access.may(Verb.FEEDBACK_GIVE)
    if request.method == "POST" and not may_give:
        raise PermissionDenied
    given = of_post(post)
    mine = next((row for row in given if row.mentor_id == request.user.pk), None)
    form = _form(request, mine) if may_give else None
    if request.method == "POST" and form is not None and form.is_valid() and _given(request, post, form):
        return redirect("post_feedback", request.municipality.slug, post.pk)
    context = {"post": post, "form": form, "mine": mine, "given": [row for row in given if row != mine or not may_give]}
    return render(request, "mentoring/feedback.html", context, status=422 if form is not None and form.errors else 200)


def _post(request: MunicipalityRequest, pk: int) -> Post:
    """The post, if this person may read it."""
    rows = queries.visible().annotate(is_public=queries.is_public()).select_related("author")
    post: Post = get_object_or_404(rows, pk=pk)
    if not rules.may_read(request.access, is_public=post.is_public):  # type: ignore[attr-defined]
        raise Http404
    post.municipality = request.municipality
    return post


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
