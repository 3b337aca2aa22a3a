"""Comments on a shared post: write, edit, delete; the municipality that shared the post hides them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from exchange.domain import comments as verbs
from exchange.gallery_forms import CommentForm
from exchange.models import SharedComment, SharedPost
from exchange.queries import gallery as queries
from exchange.views.gallery import get_shared_post, shown
from municipalities.access import requires
from municipalities.enums import Role
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.GALLERY_COMMENT)
@require_POST
def comment(request: MunicipalityRequest, shared: int) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        # a mentor speaks as a mentor, unless they also belong to the municipality
        is_mentor = "mentor" in request.access.roles and not set(Role.values) & request.access.roles
        try:
            with queries.gallery_scope(request.municipality):
                row = verbs.comment(
                    get_shared_post(request, shared), form.cleaned_data["text"],
                    municipality=request.municipality, by=request.user, is_mentor=is_mentor,
                )  # fmt: skip
        except ActionNotAllowed as refused:
            form.add_error("text", refused.message)
        else:
            return _back(request, shared, row)
    return shown(request, shared, form=form)


@requires(Verb.GALLERY_COMMENT)
@require_POST
def edit(request: MunicipalityRequest, shared: int, comment: int) -> HttpResponse:
    with queries.gallery_scope(request.municipality):
        row = _comment(request, get_shared_post(request, shared), comment)
        try:
            verbs.edit(row, request.POST.get("text", ""), by=request.user)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
    return _back(request, shared, row)


@requires(Verb.GALLERY_COMMENT)
@require_POST
def delete(request: MunicipalityRequest, shared: int, comment: int) -> HttpResponse:
    with queries.gallery_scope(request.municipality):
        row = _comment(request, get_shared_post(request, shared), comment)
        try:
            verbs.delete(row, by=request.user)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
        else:
            messages.success(request, _("Your comment is deleted."))
    return _back(request, shared)


@requires(Verb.GALLERY_SHARE)
@require_POST
def hide(request: MunicipalityRequest, shared: int, comment: int) -> HttpResponse:
    """By the municipality that shared the post; a second time it is shown again."""
    with queries.gallery_scope(request.municipality):
        row = get_shared_post(request, shared, own=True)
        verbs.hide(_comment(request, row, comment), by=request.user)
    return _back(request, shared)


def _comment(request: HttpRequest, row: SharedPost, comment: int) -> SharedComment:
    return get_object_or_404(SharedComment.objects.filter(shared=row), pk=comment)


def _back(request: MunicipalityRequest, shared: int, comment: SharedComment | None = None) -> HttpResponse:
    place = f"#comment-{comment.pk}" if comment else "#comments"
    return redirect(reverse("gallery_post", args=[request.municipality.slug, shared]) + place)
