"""Moderation: the form, the list, and one act with its copy, its second person and its objection."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.typed_dates import parse_day
from common.web.params import choice_param
from inbox.domain import moderate
from inbox.models import Moderation
from inbox.moderation_rules import ModerationAction, ModerationReason, ModerationRequest
from inbox.queries import moderation as moderation_queries
from inbox.queries.message_context import message_context
from inbox.queries.readable import readable_messages
from inbox.views.moderation_page import Refusal, present
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PER_PAGE = 30


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def propose(request: MunicipalityRequest, message: int) -> HttpResponse:
    """The form on a page of its own; it is also part of the message's page."""
    row = get_object_or_404(readable_messages(request.access).select_related("channel"), pk=message)
    data = request.POST
    wish = ModerationRequest(data.get("reason", ""), data.get("act", ModerationAction.HIDE.value), data.get("why", ""))
    problem, field = "", ""
    if request.method == "POST":
        try:
            proposed = moderate.propose(row, wish, by=request.user)
        except ActionNotAllowed as refused:
            problem, field = refused.message, refused.field
        else:
            flash.success(request, _success_message(proposed))
            return redirect("moderation_one", request.municipality.slug, proposed.pk)
    context = {
        "message": row,
        "moderation": moderation_queries.moderation_context(row, message_context(row).acts, wish),
        "may_work": True,
        "problem": problem,
        "field": field,
    }
    return render(request, "inbox/moderate.html", context, status=422 if problem else 200)


def _success_message(proposed: Moderation) -> str:
    if proposed.act == ModerationAction.REMOVE:
        return _("A copy is kept. A second person has to agree before it is removed.")
    if not proposed.next_at:
        return _(
            "A copy is kept. This network does not let the portal hide messages: do it there now, and confirm it here."
        )
    if not moderation_queries.is_below_ours(proposed.message):
        return _(
            "A copy is kept. The portal sends the request to the network in a moment. If the network refuses, you "
            "are notified."
        )
    return _("A copy is kept. The portal hides it on the network in a moment.")


@requires(Verb.INBOX_VIEW)
@require_GET
def moderation(request: MunicipalityRequest) -> HttpResponse:
    """Pending work first: clearly unlawful messages, then what needs a second person."""
    params, access = request.GET, request.access
    counts = moderation_queries.counts(access)
    opening = "unlawful" if counts["unlawful"] else next((v for v in moderation_queries.VIEWS[:3] if counts[v]), "done")
    view = choice_param(params, "view", ("unlawful", *moderation_queries.VIEWS), default=opening)
    reason = choice_param(params, "reason", ModerationReason.values)
    rows: Any = moderation_queries.unlawful(access)
    if view != "unlawful":
        rows = moderation_queries.filtered_acts(view, reason, access)
    context = {
        "view": view,
        "views": _views(view, counts),
        "reason": reason,
        "reasons": ModerationReason.choices,
        "page": Paginator(rows, PER_PAGE).get_page(params.get("page")),
        "now": timezone.now(),
    }
    return render(request, "inbox/moderation.html", context)


def _views(current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "unlawful": _("Clearly unlawful"),
        "second": _("For a second person"),
        "under_way": pgettext("acts of moderation", "Under way"),
        "objections": _("Objections"),
        "done": pgettext("acts of moderation", "Done"),
        "over": _("Shown again or not agreed"),
    }
    return [
        {"key": key, "label": label, "url": f"?view={key}", "current": key == current, "count": counts.get(key)}
        for key, label in labels.items()
    ]


@requires(Verb.INBOX_VIEW)
@require_GET
def one(request: MunicipalityRequest, moderation: int) -> HttpResponse:
    return _page(request, get_object_or_404(moderation_queries.act_with_people(moderation, request.access)))


def _page(request: MunicipalityRequest, row: Moderation, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "row": row,
        "page": present(row, request.user, may_work=request.access.may(Verb.INBOX_WORK), refusal=refusal),
        "problem": refusal.error.message if refusal else "",
    }
    return render(request, "inbox/moderated.html", context, status=422 if refusal else 200)


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except ValueError:  # the 31st of June
        return None


ACTIONS: dict[str, Callable[[Moderation, Any, Any], Moderation]] = {
    "agree": lambda row, data, by: moderate.agree(row, by=by),
    "refuse": lambda row, data, by: moderate.refuse(row, data.get("why", ""), by=by),
    "confirm": lambda row, data, by: moderate.confirm(row, by=by),
    "done": lambda row, data, by: moderate.mark_done_manually(row, data.get("note", ""), by=by),
    "again": lambda row, data, by: moderate.retry(row, by=by),
    "remove": lambda row, data, by: moderate.propose(
        row.message, ModerationRequest(row.reason, ModerationAction.REMOVE.value, data.get("why", "")), by=by
    ),
    "undo": lambda row, data, by: moderate.undo(row, data.get("why", ""), by=by),
    "shown": lambda row, data, by: moderate.mark_shown_manually(row, by=by),
    "object": lambda row, data, by: moderate.record_objection(
        row, data.get("text", ""), _day(data.get("received_on", "")), by=by
    ),
    "decide": lambda row, data, by: moderate.decide(row, data.get("decision", ""), data.get("why", ""), by=by),
}


@requires(Verb.INBOX_WORK)
@require_POST
def act(request: MunicipalityRequest, moderation: int, deed: str) -> HttpResponse:
    if deed not in ACTIONS:
        raise Http404
    row = get_object_or_404(moderation_queries.act_with_people(moderation, request.access))
    try:
        after = ACTIONS[deed](row, request.POST, request.user)
    except ActionNotAllowed as error:
        row = get_object_or_404(moderation_queries.act_with_people(moderation, request.access))
        return _page(request, row, Refusal(deed, error, request.POST))
    flash.success(request, _("Done, and written down.") if after.pk == row.pk else _success_message(after))
    return redirect("moderation_one", request.municipality.slug, after.pk)
