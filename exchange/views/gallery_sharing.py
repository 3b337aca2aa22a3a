"""Share a post after a preview, edit the shared text, withdraw it, and copy a shared post of another municipality."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from exchange.domain import copying
from exchange.domain import share as verbs
from exchange.gallery_forms import ShareForm
from exchange.models import SharedPost
from exchange.queries import gallery as queries
from exchange.queries.snapshot import Snapshot, snapshot
from exchange.views.gallery import get_shared_post
from exchange.views.gallery_cards import CardPicture, GalleryCard
from municipalities.access import requires
from municipalities.queries import offer
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.queries import visible


@requires(Verb.GALLERY_SHARE)
@require_http_methods(["GET", "POST"])
def share(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Title and reason beside the preview; submitting them shares the post."""
    post, municipality = get_object_or_404(visible(), pk=pk), request.municipality
    if known := queries.running_share(post):
        return redirect("gallery_post", municipality.slug, known.pk)
    seen = snapshot(post, municipality)
    is_shared = queries.gallery_scope_of(municipality).is_shared
    form = _form(request, {"title": seen.row.title if seen else ""})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            row = verbs.share(post, fields["why"], municipality=municipality, by=request.user, title=fields["title"])
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Shared. The municipalities of your programme see it now."))
            return redirect("gallery_post", municipality.slug, row.pk)
    context = {"post": post, "form": form, "card": _preview(seen) if seen else None, "is_shared": is_shared}
    return render(request, "exchange/gallery_share.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, initial: dict[str, str]) -> ShareForm:
    return ShareForm(request.POST if request.method == "POST" else None, initial=initial)


def _preview(seen: Snapshot) -> GalleryCard:
    """The very card that others will see, its pictures still from the municipality's own library."""
    pictures = [
        CardPicture(picture.url, picture.alt, picture.media.width or 16, picture.media.height or 9, picture.is_video)
        for picture in seen.pictures
    ]
    service = offer(seen.row.service) if seen.row.service else None
    return GalleryCard(
        seen.row, "", pictures, service.service if service else None, is_ours=True, left_out=tuple(seen.left_out)
    )


@requires(Verb.GALLERY_SHARE)
@require_http_methods(["GET", "POST"])
def reword(request: MunicipalityRequest, shared: int) -> HttpResponse:
    row = _own(request, shared)
    form = _form(request, {"title": row.title, "why": row.why})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            verbs.reword(row, fields["why"], by=request.user, title=fields["title"])
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("gallery_post", request.municipality.slug, row.pk)
    return render(
        request, "exchange/gallery_reword.html", {"row": row, "form": form}, status=422 if form.errors else 200
    )


def _own(request: MunicipalityRequest, shared: int) -> SharedPost:
    """One's own, in the scope of the page; those of others are not there."""
    return get_object_or_404(SharedPost.objects.filter(municipality=request.municipality), pk=shared)


@requires(Verb.GALLERY_SHARE)
@require_POST
def renew(request: MunicipalityRequest, shared: int) -> HttpResponse:
    row = _own(request, shared)
    try:
        verbs.renew(row, municipality=request.municipality, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("The figures are those of today now."))
    return redirect("gallery_post", request.municipality.slug, row.pk)


@requires(Verb.GALLERY_SHARE)
@require_POST
def take_down(request: MunicipalityRequest, shared: int) -> HttpResponse:
    verbs.take_down(_own(request, shared), by=request.user)
    messages.success(request, _("It is out of the gallery. Drafts that others began with it stay theirs."))
    return redirect("gallery_ours", request.municipality.slug)


@requires(Verb.GALLERY_SHARE)
@require_http_methods(["GET", "POST"])
def copy(request: MunicipalityRequest, shared: int) -> HttpResponse:
    """What the draft would be, with what to look at; sent, it is made."""
    municipality = request.municipality
    with queries.gallery_scope(municipality) as room:
        row = get_shared_post(request, shared)
    if row.municipality_id == municipality.pk:
        return redirect("gallery_post", municipality.slug, row.pk)
    if request.method == "POST":
        copied = copying.copy(row, municipality=municipality, by=request.user, also=room.ids)
        messages.success(request, _("The draft is yours. The conversation on it lists points to check."))
        return redirect(reverse("post_edit", args=[municipality.slug, copied.post.pk]))
    context = {"row": row, "copy": copying.copy_preview(row, municipality)}
    return render(request, "exchange/gallery_copy.html", context)
