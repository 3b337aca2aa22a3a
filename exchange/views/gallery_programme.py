"""Programme staff: the gallery of their municipalities, picks of the month, taking posts and comments down."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from exchange.domain import comments, picks
from exchange.domain import share as verbs
from exchange.gallery_forms import PickForm, TakeDownForm
from exchange.gallery_rules import MOST_PICKS
from exchange.models import Pick, SharedComment, SharedPost
from exchange.queries import gallery as queries
from exchange.views.gallery import filters_of, options, paged, picture_response
from exchange.views.gallery_cards import card, cards
from municipalities.access import programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme(ProgrammeVerb.EXCHANGE)


@keeps
@require_safe
def gallery(request: ProgrammeRequest) -> HttpResponse:
    filters = filters_of(request)
    with queries.programmes_scope(request.programmes):
        page, picked = paged(request, filters, [programme.pk for programme in request.programmes])
        rows = list(page.object_list)
        queries.with_pictures([*rows, *picked.posts])
        services, networks = queries.services(), queries.networks()
    by_key = {service.key: service for service in services}
    context = {
        "page": page,
        "cards": cards(rows, by_key),
        "picks": [(pick, card(pick.shared, by_key.get(pick.shared.service))) for pick in picked.picks],
        "month": picked.month,
        "most": MOST_PICKS,
        "several": len(request.programmes) > 1,
        "filters": filters,
        "options": options(services, networks),
    }
    return render(request, "exchange/programme_gallery.html", context)


def _shared_post(shared: int) -> SharedPost:
    """In the open rooms of one's programmes; others' posts are not there."""
    row: SharedPost = get_object_or_404(queries.shown(), pk=shared)
    queries.with_pictures([row])
    return row


@keeps
@require_safe
def post(request: ProgrammeRequest, shared: int) -> HttpResponse:
    return _shown(request, shared)


def _shown(request: ProgrammeRequest, shared: int, *, pick_form: Any = None, reason_form: Any = None) -> HttpResponse:
    with queries.programmes_scope(request.programmes):
        row = _shared_post(shared)
        conversation = queries.conversation(row, request.user, all_of_them=True)
        picked = queries.picks_of(row, [programme.pk for programme in request.programmes])
        services = {service.key: service for service in queries.services()} if row.service else {}
    context = {
        "card": card(row, services.get(row.service)),
        "comments": conversation,
        "picks": picked,
        "pick_form": pick_form or _pick_form(request),
        "reason_form": reason_form or TakeDownForm(),
        "may": {"remove": True},
        "most": MOST_PICKS,
    }
    has_problems = any(form is not None and form.errors for form in (pick_form, reason_form))
    return render(request, "exchange/programme_gallery_post.html", context, status=422 if has_problems else 200)


def _pick_form(request: ProgrammeRequest, sent: Any = None) -> PickForm:
    form = PickForm(sent)
    form.fields["programme"].choices = [(str(programme.pk), str(programme)) for programme in request.programmes]  # type: ignore[attr-defined]
    form.fields["programme"].initial = str(request.programmes[0].pk)
    return form


@keeps
@require_POST
def pick(request: ProgrammeRequest, shared: int) -> HttpResponse:
    form = _pick_form(request, request.POST)
    if form.is_valid():
        chosen = next(
            programme for programme in request.programmes if str(programme.pk) == form.cleaned_data["programme"]
        )
        try:
            # a programme picks among its own municipalities
            with queries.programmes_scope([chosen]):
                picks.pick(chosen, _shared_post(shared), form.cleaned_data["why"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Picked. It is shown at the top of the gallery."))
            return redirect("programme_gallery_post", shared)
    return _shown(request, shared, pick_form=form)


@keeps
@require_POST
def unpick(request: ProgrammeRequest, shared: int, pick: int) -> HttpResponse:
    with queries.programmes_scope(request.programmes):
        rows = Pick.objects.filter(programme__in=request.programmes, shared=_shared_post(shared))
        picks.take_back(get_object_or_404(rows.select_related("shared", "programme"), pk=pick), by=request.user)
    messages.success(request, _("It is no longer a pick. The post stays in the gallery."))
    return redirect("programme_gallery_post", shared)


@keeps
@require_POST
def take_down(request: ProgrammeRequest, shared: int) -> HttpResponse:
    form = TakeDownForm(request.POST)
    if form.is_valid():
        with queries.programmes_scope(request.programmes):
            verbs.remove(_shared_post(shared), form.cleaned_data["reason"], by=request.user)
        messages.success(
            request, _("It has been removed from the gallery, and the municipality is notified with the reason.")
        )
        return redirect("programme_gallery")
    return _shown(request, shared, reason_form=form)


@keeps
@require_POST
def take_down_comment(request: ProgrammeRequest, shared: int, comment: int) -> HttpResponse:
    with queries.programmes_scope(request.programmes):
        row = get_object_or_404(SharedComment.objects.filter(shared=_shared_post(shared)), pk=comment)
        try:
            comments.remove(row, request.POST.get("reason", ""), by=request.user)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
        else:
            messages.success(request, _("The comment has been removed, and its author is notified with the reason."))
    return redirect(reverse("programme_gallery_post", args=[shared]) + "#comments")


@keeps
@require_safe
def picture(request: ProgrammeRequest, shared: int, picture: int) -> HttpResponseBase:
    with queries.programmes_scope(request.programmes):
        return picture_response(get_object_or_404(queries.pictures(), shared=_shared_post(shared), pk=picture))
