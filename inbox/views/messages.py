"""The list of messages with their deadlines, and bulk actions on its rows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.integers import parse_int
from common.web.params import int_list_param
from inbox import rules
from inbox.domain import bulk, tags, triage, undo
from inbox.enums import MessageKind, Readers, Snooze, Topic
from inbox.models import BulkAct, Message, Tag
from inbox.queries import listing, neighbours, thread
from inbox.queries.listing import NO_VALUE, MessageFilters
from inbox.queries.readable import readable_messages, reads_private
from municipalities.access import requires
from municipalities.queries import colleagues
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

# Refusals that are listed by name; the rest are counted.
MOST_NAMED = 5


@requires(Verb.INBOX_VIEW)
@require_GET
def inbox(request: MunicipalityRequest) -> HttpResponse:
    return _page(request)


def _page(request: MunicipalityRequest, problem: str = "") -> HttpResponse:
    now, narrowed = timezone.now(), MessageFilters.read(request.GET)
    access = request.access
    counts = listing.counts(request.user, now, access)
    ids = listing.listed_ids(narrowed, request.user, now, access)
    page: Any = Paginator(ids, listing.PER_PAGE).get_page(request.GET.get("page"))
    shown = listing.collapse_similar(listing.listed_messages(page.object_list, access))
    listing.set_counts(shown, access)
    options = neighbours.choices()
    neighbours.set_tag_names(shown, options)
    page.object_list = shown
    people = [(str(person.pk), str(person)) for person in colleagues(request.municipality)]
    context = {
        "page": page,
        "narrowed": narrowed,
        "filters": _filters(request, narrowed, people, options),
        "is_filtered": bool(narrowed.filters),
        "is_narrowed": bool(narrowed.filters or narrowed.view != "open"),
        "views": list_views(request, narrowed, counts),
        "list_url": _list_url(request),
        "is_settled": narrowed.view in ("answered", "closed"),
        "may_work": request.access.may(Verb.INBOX_WORK),
        "bulk_acts": bulk_acts(people, options["tag"]) if request.access.may(Verb.INBOX_WORK) else [],
        "selected": request.POST.getlist("message"),
        "message_fetches": listing.message_fetches() if not page.object_list else [],
        "problem": problem,
        "now": now,
    }
    return render(request, "inbox/inbox.html", context, status=422 if problem else 200)


Choices = list[tuple[str, str]]


def _filters(
    request: MunicipalityRequest, narrowed: MessageFilters, people: Choices, options: dict[str, Choices]
) -> list[dict[str, Any]]:
    """The selects above the list: name, label, choices, selected value. Empty tables get no filter."""
    readers = Readers.choices if reads_private(request.access) else []
    nothing = {
        "kind": _("Not sorted yet"), "topic": _("No topic yet"), "settlement": _("No settlement"),
        "department": _("No department"), "assignee": _("Not assigned"), "tag": _("No tag"),
    }  # fmt: skip
    labels: list[tuple[str, str, list[Any]]] = [
        ("kind", _("Kind"), MessageKind.choices),
        ("assignee", _("Assigned to"), people),
        ("topic", _("Topic"), Topic.choices),
        ("tag", _("Tag"), [*options["tag"], *options["retired_tag"]]),
        ("readers", _("Who may read it"), readers),
        ("channel", _("Channel"), options["channel"] if len(options["channel"]) > 1 or narrowed.channel else []),
        ("settlement", _("Settlement"), options["settlement"]),
        ("department", _("Department"), options["department"]),
    ]
    return [
        {
            "name": name,
            "label": label,
            "chosen": getattr(narrowed, name),
            "choices": [*([(NO_VALUE, nothing[name])] if name in nothing else []), *choices],
        }
        for name, label, choices in labels
        if choices
    ]


def _list_url(request: MunicipalityRequest) -> str:
    return reverse("inbox", args=[request.municipality.slug])


def list_views(request: MunicipalityRequest, narrowed: MessageFilters, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The views above the list: key, label, URL, whether it is the current one, and how many messages it has."""
    return [{**view, "count": counts.get(view["key"])} for view in _views(narrowed, _list_url(request))]


def _views(narrowed: MessageFilters, list_url: str) -> list[dict[str, Any]]:
    labels = {
        "open": pgettext("messages of citizens", "Open"),
        "mine": pgettext("messages of citizens", "Mine"),
        "late": pgettext("messages of citizens", "Late"),
        "waiting": pgettext("messages of citizens", "Waiting"),
        "snoozed": pgettext("messages of citizens", "Put off"),
        "answered": pgettext("messages of citizens", "Answered"),
        "closed": pgettext("messages of citizens", "Closed"),
    }
    return [
        {"key": key, "label": label, "url": f"{list_url}?view={key}", "current": key == narrowed.view}
        for key, label in labels.items()
    ]


# ---------------------------------------------------------------- many at once

# Pages of packages above, referenced by their URL names.
ABOVE = {"need:": "need_gather", "contribution:": "contributions_count"}


def bulk_acts(people: Choices, offered_tags: Choices) -> list[tuple[str, Choices]]:
    """Bulk actions in groups: value and label."""
    acts = [
        (_("They ask for something"), [("need:", _("Make a need of them"))]),
        (_("They take part"), [("contribution:", _("Contribution to a consultation"))]),
        (_("It is done with"), [("close:", _("Needs no answer"))]),
        (_("Put off until"), [(f"snooze:{value}", str(label)) for value, label in Snooze.choices]),
        (_("Kind"), [(f"kind:{value}", str(label)) for value, label in MessageKind.choices]),
        (_("Topic"), [(f"topic:{value}", str(label)) for value, label in Topic.choices]),
        (_("Assigned to"), [("assign:", _("Not assigned")), *((f"assign:{pk}", name) for pk, name in people)]),
        (_("Priority"), [("urgent:yes", _("Urgent: before the others")), ("urgent:", _("Not urgent"))]),
        (_("Add the tag"), [(f"tag:{pk}", name) for pk, name in offered_tags]),
        (_("Remove the tag"), [(f"untag:{pk}", name) for pk, name in offered_tags]),
    ]
    return [(label, choices) for label, choices in acts if choices]


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def several(request: MunicipalityRequest) -> HttpResponse:
    """One action on the selected rows, in the list on all that a row stands for (`with_alike`). Refusals are listed by
    name with their reason."""
    here = f"{_list_url(request)}?{request.GET.urlencode()}"
    if request.method == "GET":  # the pages of a list that came back with a problem
        return redirect(here)
    keys = list(dict.fromkeys(int_list_param(request.POST, "message")))
    if "with_alike" in request.POST:
        keys = thread.with_alike(keys, _listed_at(request) or timezone.now())
    if not request.POST.get("act"):
        return _page(request, _("Choose what to do with them."))
    if page := ABOVE.get(request.POST["act"]):
        chosen = urlencode([("message", key) for key in keys])
        return redirect(f"{reverse(page, args=[request.municipality.slug])}?{chosen}")
    verb = _verb(request, request.POST["act"])
    try:
        outcome = bulk.on_each(keys, verb, among=readable_messages(request.access))
    except ActionNotAllowed as refused:
        return _page(request, refused.message)
    if outcome.done:
        text = ngettext("Done with %(count)s message.", "Done with %(count)s messages.", outcome.done)
        flash.success(request, text % {"count": outcome.done}, extra_tags=_undo_tag(request, outcome))
    if outcome.refused:
        flash.warning(request, " ".join(_refusals(outcome.refused)))
    return redirect(here)


def _undo_tag(request: MunicipalityRequest, outcome: bulk.BulkResult) -> str:
    """Keeps what was done, for the Undo button; empty where nothing has changed."""
    act = undo.remember(request.municipality, request.POST["act"], outcome.changes, by=request.user)
    if act is None:
        return ""
    return f"undo:{reverse('inbox_undo', args=[request.municipality.slug, act.pk])}?{request.GET.urlencode()}"


@requires(Verb.INBOX_WORK)
@require_POST
def undo_bulk(request: MunicipalityRequest, bulk_act: int) -> HttpResponse:
    """Undo one's own act on several messages; those that somebody has changed since are named."""
    row = get_object_or_404(BulkAct, pk=bulk_act)
    try:
        outcome = undo.undo(row, by=request.user)
    except ActionNotAllowed as refused:
        flash.warning(request, refused.message)
        return redirect(f"{_list_url(request)}?{request.GET.urlencode()}")
    if outcome.done:
        text = ngettext("%(count)s message is as before.", "%(count)s messages are as before.", outcome.done)
        flash.success(request, text % {"count": outcome.done})
    changed = [one for one in outcome.changed if reads_private(request.access) or not one.is_private]
    if changed:
        why = _("Somebody has changed it since, so it stays as it is.")
        flash.warning(request, " ".join(_refusals([(one, why) for one in changed])))
    return redirect(f"{_list_url(request)}?{request.GET.urlencode()}")


def _listed_at(request: MunicipalityRequest) -> datetime | None:
    """When the list was shown from which this was sent; None where the form does not say so."""
    try:
        shown = datetime.fromisoformat(request.POST.get("listed_at", ""))
    except ValueError:
        return None
    return min(shown, timezone.now()) if shown.tzinfo else None


def _verb(request: MunicipalityRequest, act: str) -> Callable[[Message], Any]:
    """404 for what no page offers."""
    name, _colon, value = act.partition(":")
    by = request.user
    listed_at = _listed_at(request)
    plain: dict[str, tuple[Callable[[Message], Any], Any]] = {
        "close": (lambda row: triage.close(row, by=by, listed_at=listed_at), None),
        "kind": (lambda row: triage.set_kind(row, value, by=by), MessageKind.values),
        "topic": (lambda row: triage.set_topic(row, value, by=by), Topic.values),
        "urgent": (lambda row: triage.set_urgent(row, is_urgent=bool(value), by=by), ("", "yes")),
    }
    if name in plain and (plain[name][1] is None or value in plain[name][1]):
        return plain[name][0]
    if name == "snooze" and value in Snooze.values:
        until = rules.snoozed_until(Snooze(value), timezone.now())
        return lambda row: triage.snooze(row, until, by=by)
    if name in ("tag", "untag"):
        tag = get_object_or_404(Tag, pk=parse_int(value) or 0).pk
        return lambda row: (tags.add_tag if name == "tag" else tags.remove_tag)(row, tag, by=by)
    people = {str(person.pk): person for person in colleagues(request.municipality)}
    if name == "assign" and (not value or value in people):
        return lambda row: triage.assign(row, people.get(value), by=by)
    raise Http404


def _refusals(refused: list[tuple[Message, str]]) -> list[str]:
    lines = [
        _("%(who)s: %(why)s") % {"who": row.author_name or row.author_handle or "–", "why": why}
        for row, why in refused[:MOST_NAMED]
    ]
    left = len(refused) - MOST_NAMED
    if left > 0:
        more = ngettext("%(count)s more was not done.", "%(count)s more were not done.", left)
        lines.append(more % {"count": left})
    return lines
