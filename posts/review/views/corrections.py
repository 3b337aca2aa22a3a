"""Pages for a published post: correct it, choose the way for each network, remove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels import validation
from channels.enums import ChannelState
from common.differences import Piece, differences
from common.errors import ActionNotAllowed
from common.web.params import int_list_param, int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from platforms.types import Outgoing
from posts import queries, rules, thread_parts
from posts.editing.correction_plan import PlannedCorrection, plan_corrections, public_publications
from posts.editing.domain import corrections, removals
from posts.editing.domain.submit import submit
from posts.enums import AmendmentKind, AmendmentState, AmendmentWay
from posts.forms import AmendmentReasonForm
from posts.models import Amendment, Post, Publication, Version
from posts.review.domain.approve import approve
from posts.review.views.actions import run_action
from posts.review.views.approval_sentence import submission_sentence
from posts.review.views.review_page import readable_or_404
from posts.rules import decides_alone


@dataclass(frozen=True)
class AmendablePublication:
    """A publication on the first page of a correction or removal, with the portal's possibilities there."""

    publication: Publication
    chosen: bool
    can_edit: bool
    can_take_down: bool
    is_connected: bool

    @classmethod
    def of(cls, publication: Publication, *, chosen: bool) -> "AmendablePublication":
        channel = publication.channel
        limits = validation.limits(channel).of_format(publication.delivery.payload.get("settings") or {})
        known = not publication.delivery.only_seen
        return cls(
            publication, chosen, "text" in limits.edits and known, removals.can_be_taken_down(publication),
            channel.state == ChannelState.CONNECTED,
        )  # fmt: skip


# ---------------------------------------------------------------- correcting


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def correct(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Asks for the reason of a correction; the composer opens after that."""
    post = readable_or_404(request, pk)
    slug = request.municipality.slug
    if post.is_correction:
        return redirect("post_edit", slug, pk)
    form, problems = AmendmentReasonForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        try:
            corrections.begin(post, reason=form.cleaned_data["reason"], by=request.user)
        except ActionNotAllowed as refused:
            problems = [refused.message, *refused.details]
        else:
            return redirect("post_edit", slug, pk)
    context = {
        "post": post, "form": form, "problems": problems,
        "places": [AmendablePublication.of(publication, chosen=False) for publication in public_publications(post)],
    }  # fmt: skip
    return render(request, "posts/correct.html", context, status=422 if problems or form.errors else 200)


@dataclass(frozen=True)
class ChannelAmendment:
    """One network on the page on which its way is chosen."""

    plan: PlannedCorrection
    pieces: list[Piece]
    picked: str
    other: list[str]

    @property
    def name(self) -> str:
        return f"way-{self.plan.publication.pk}"


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def correction(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """What happens on each network; submits the correction, or carries it out."""
    post = readable_or_404(request, pk)
    amendment, version = corrections.open_correction(post), queries.latest_version(post)
    if amendment is None or version is None or post.stage not in rules.EDITABLE:
        messages.info(request, _("This post is not being corrected at the moment."))
        return redirect("post", request.municipality.slug, pk)
    if request.method == "GET":
        return _ways_page(request, amendment, version, amendment.ways)
    version = _seen(post, version, int_param(request.POST, "version", default=0))
    ways = {name.removeprefix("way-"): str(way) for name, way in request.POST.items() if name.startswith("way-")}
    try:
        corrections.choose(post, version, ways, by=request.user)
        return _chosen(request, post, version)
    except ActionNotAllowed as refused:
        problems = [refused.message, *refused.details]
    # The draft may have changed in another tab: the page shows what would be sent now.
    newest = corrections.prepare(post, by=request.user)
    return _ways_page(request, amendment, newest, ways, problems)


def _seen(post: Post, newest: Version, number: int) -> Version:
    """The version that was on the page. 404 for an unknown one."""
    version = newest if newest.pk == number else post.versions.filter(pk=number).first()
    if version is None:
        raise Http404
    return version


def _chosen(request: MunicipalityRequest, post: Post, version: Version) -> HttpResponse:
    act, municipality = request.POST.get("act", "submit"), request.municipality
    if act == "emergency" and request.access.may(Verb.POST_EMERGENCY):
        return redirect("post_emergency", municipality.slug, post.pk)
    if act == "now" and _alone(request):
        if municipality.needs_approval:
            submit(post, by=request.user)
            approve(post, version, by=request.user)
        else:
            corrections.carry_out_now(post, by=request.user)
        messages.success(request, _("The networks are corrected in a moment. This page shows what becomes of it."))
    else:
        messages.success(request, submission_sentence(submit(post, by=request.user)))
    return redirect("post", municipality.slug, post.pk)


def _alone(request: MunicipalityRequest) -> bool:
    municipality = request.municipality
    return decides_alone(request.access, approval=municipality.approval, own_allowed=municipality.may_approve_own)


def _ways_page(
    request: MunicipalityRequest,
    amendment: Amendment,
    version: Version,
    ways: Mapping[str, str],
    problems: Sequence[str] = (),
) -> HttpResponse:
    post = readable_or_404(request, amendment.post_id)
    rows = [_row(plan, ways.get(str(plan.publication.pk), "")) for plan in plan_corrections(post, version, ways)]
    context = {
        "post": post, "amendment": amendment, "version": version, "rows": rows, "problems": problems,
        "differs": any(row.plan.changes for row in rows),
        "alone": _alone(request), "may_emergency": request.access.may(Verb.POST_EMERGENCY),
    }  # fmt: skip
    return render(request, "posts/correction.html", context, status=422 if problems else 200)


OTHER = ("alt", "pictures", "link_card", "poll", "video", "document", "title", "first_comment")


def _row(plan: PlannedCorrection, scope: str) -> ChannelAmendment:
    """Preselects a plain edit; a person has to choose what has side effects."""
    picked = scope if scope in plan.ways else (AmendmentWay.EDIT if AmendmentWay.EDIT in plan.ways else "")
    now = plan.publication.delivery.shown_now if plan.publication.delivery.changed_at else plan.now.text
    pieces = differences(_whole(now, plan.now), _whole(plan.then.text, plan.then)) if plan.then else []
    return ChannelAmendment(plan, pieces, picked, [name for name in OTHER if name in plan.changes])


def _whole(first: str, sent: Outgoing) -> str:
    """The text with the further posts of a thread, as people write it."""
    return f"\n\n{thread_parts.SEPARATOR}\n\n".join([first, *sent.thread])


@requires(Verb.POST_EDIT)
@require_POST
def drop(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Discard the correction."""
    post = readable_or_404(request, pk)
    return run_action(request, post, lambda: corrections.drop(post, by=request.user),
                 _("The correction is dropped. Nothing has changed on the networks."))  # fmt: skip


# ---------------------------------------------------------------- taking down


@requires(Verb.DELIVERY_ANSWER)
@require_http_methods(["GET", "POST"])
def take_down(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Asks for the networks and the reason. The person who asked can withdraw the request here."""
    post = readable_or_404(request, pk)
    if request.method == "POST" and request.POST.get("act") == "drop":
        request_row = _removal(post)
        return run_action(
            request, post, lambda: removals.drop(request_row, by=request.user), _("The post stays where it is.")
        )
    form, problems = AmendmentReasonForm(request.POST or None), []
    chosen = set(int_list_param(request.POST, "publication"))
    if request.method == "POST" and form.is_valid():
        try:
            removal = removals.take_down(post, chosen, reason=form.cleaned_data["reason"], by=request.user)
        except ActionNotAllowed as refused:
            problems = [refused.message, *refused.details]
        else:
            return run_action(request, post, lambda: None, _removal_word(removal))
    at_once, listed_only = removals.may_remove_directly(post, by=request.user)
    rows = public_publications(post)
    context = {
        "post": post, "form": form, "problems": problems, "at_once": at_once, "listed_only": listed_only,
        "places": [
            AmendablePublication.of(publication, chosen=request.method == "GET" or publication.pk in chosen)
            for publication in rows
        ],
    }  # fmt: skip
    return render(request, "posts/take_down.html", context, status=422 if problems or form.errors else 200)


def _removal_word(removal: Amendment) -> str:
    if removal.state == AmendmentState.OPEN:
        return _("The approvers have been notified. The post stays until one of them agrees.")
    return _("It is taken down in a moment. This page shows what becomes of it.")


def _removal(post: Post) -> Amendment:
    rows = Amendment.objects.filter(post=post, kind=AmendmentKind.REMOVAL, state=AmendmentState.OPEN)
    removal = rows.select_related("post", "by").first()
    if removal is None:
        raise Http404
    return removal


@requires(Verb.POST_APPROVE)
@require_POST
def take_down_decide(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The decision of an approver about a removal."""
    post = readable_or_404(request, pk)
    requested, note = _removal(post), request.POST.get("note", "")
    if request.POST.get("decision") == "decline":
        return run_action(request, post, lambda: removals.decline(requested, by=request.user, note=note),
                     _("The post stays. The person who requested removal has been notified."))  # fmt: skip
    return run_action(request, post, lambda: removals.agree(requested, by=request.user, note=note),
                 _("It is taken down in a moment. This page shows what becomes of it."))  # fmt: skip
