"""Campaigns: the list, one campaign with its posts, and the choice in the composer."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.params import int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning import queries
from planning.domain import campaigns as verbs
from planning.forms import CampaignForm
from planning.models import Campaign
from posts.editing.domain.create import create
from posts.models import Post
from posts.queries import visible


@requires(Verb.LIBRARY_VIEW)
@require_safe
def campaigns(request: MunicipalityRequest) -> HttpResponse:
    context = {"campaigns": list(queries.campaigns()), "may_edit": request.access.may(Verb.LIBRARY_EDIT)}
    return render(request, "planning/campaigns.html", context)


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = verbs.begin(request.municipality, form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("name", refused.message)
        else:
            return redirect("campaign", request.municipality.slug, campaign.pk)
    return render(request, "planning/campaign_form.html", {"form": form}, status=422 if form.errors else 200)


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.all(), pk=pk)
    initial = {name: getattr(campaign, name) for name in ("name", "note", "starts_on", "ends_on")}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change(campaign, form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("name", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaign", request.municipality.slug, campaign.pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "planning/campaign_form.html", context, status=422 if form.errors else 200)


@requires(Verb.LIBRARY_VIEW)
@require_safe
def campaign(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Campaign.objects.select_related("created_by"), pk=pk)
    context = {
        "campaign": row,
        "posts": queries.posts_of(row, drafts=request.access.may(Verb.DRAFT_VIEW)),
        "may_edit": request.access.may(Verb.LIBRARY_EDIT),
        "may_write": request.access.may(Verb.POST_EDIT),
    }
    return render(request, "planning/campaign.html", context)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def end(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = verbs.end(get_object_or_404(Campaign.objects.all(), pk=pk), by=request.user)
    messages.success(request, _("The campaign is over.") if row.ended_at else _("The campaign is open again."))
    return redirect("campaign", request.municipality.slug, row.pk)


@requires(Verb.POST_EDIT)
@require_POST
def begin_post(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """A new draft that belongs to the campaign."""
    row = get_object_or_404(Campaign.objects.all(), pk=pk)
    post = create(request.municipality, by=request.user)
    verbs.assign(post, row, by=request.user)
    return redirect("post_edit", request.municipality.slug, post.pk)


@requires(Verb.POST_EDIT)
@require_safe
def choice(request: MunicipalityRequest) -> HttpResponse:
    """The composer's campaign field, fetched after the page has loaded."""
    post = visible().filter(pk=int_param(request.GET, "post", default=0)).first()
    context = {"campaigns": list(queries.running_campaigns()), "chosen": queries.campaign_of(post) if post else None}
    return render(request, "planning/choice.html", context)


@requires(Verb.POST_EDIT)
@require_POST
def assign(request: MunicipalityRequest) -> HttpResponse:
    """Assign a post to a campaign or to none: from the composer (JSON) and from the campaign's page."""
    post: Post = get_object_or_404(visible(), pk=int_param(request.POST, "post", default=0))
    wanted = int_param(request.POST, "campaign", default=0)
    into = get_object_or_404(Campaign.objects.all(), pk=wanted) if request.POST.get("campaign") else None
    verbs.assign(post, into, by=request.user)
    if request.headers.get("X-Autosave"):
        return JsonResponse({"campaign": into.pk if into else None})
    if back := int_param(request.POST, "back"):
        return redirect("campaign", request.municipality.slug, back)
    return redirect("post", request.municipality.slug, post.pk)
