"""News for pages of the inbox that are open: the stream that says that there are some, and the news themselves.

A page that has no stream asks for the news every now and then instead.
"""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import condition, require_GET

from common import live_streams
from common.integers import parse_ints
from common.web.params import int_param
from inbox.queries import listing, neighbours
from inbox.queries import live as queries
from inbox.queries.listing import MessageFilters
from inbox.queries.live import ThreadState
from inbox.queries.readable import reads_private
from inbox.queries.thread import replies, thread
from inbox.views.message import get_message
from inbox.views.messages import list_views
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

# As many rows as a page has after some hours without being loaded again.
MOST_SHOWN = 300


@requires(Verb.INBOX_VIEW)
@require_GET
def live(request: MunicipalityRequest) -> HttpResponseBase:
    """The stream of events; it says only that something has changed."""
    return live_streams.response(request, queries.topic(request.municipality.pk))


def _etag(request: MunicipalityRequest) -> str:
    reader = "private" if reads_private(request.access) else "public"
    return f'"{queries.version(request.access)}-{reader}"'


@requires(Verb.INBOX_VIEW)
@require_GET
@condition(etag_func=_etag)
def changes(request: MunicipalityRequest) -> HttpResponse:
    """The rows of a list that is open as they are now, and new ones; 304 where nothing has changed: one query."""
    now, narrowed = timezone.now(), MessageFilters.read(request.GET)
    shown = parse_ints(request.GET.get("shown", "").split(",")[:MOST_SHOWN])
    latest = int(now.timestamp())
    since = datetime.fromtimestamp(int_param(request.GET, "since", default=latest, most=latest), UTC)
    changed = queries.changes(narrowed, shown, since, request.user, now, access=request.access)
    listed = [*changed.shown, *changed.new]
    if any(row.tags for row in listed):
        neighbours.set_tag_names(listed, neighbours.choices())
    counts = listing.counts(request.user, now, request.access)
    context = {
        "shown": changed.shown,
        "new": changed.new,
        "is_more": changed.is_more,
        "narrowed": narrowed,
        "views": list_views(request, narrowed, counts),
        "waiting": counts["open"],
        "is_settled": narrowed.view in listing.SETTLED,
        "page_url": f"{reverse('inbox', args=[request.municipality.slug])}?{narrowed.query}",
        "bulk_acts": request.access.may(Verb.INBOX_WORK),
        "may_work": request.access.may(Verb.INBOX_WORK),
        "selected": [],
        "now": now,
    }
    return render(request, "inbox/_changes.html", context)


@requires(Verb.INBOX_VIEW)
@require_GET
def message_changes(request: MunicipalityRequest, message: int) -> HttpResponse:
    """What has happened in the conversation since the page was made; 204 where nothing has."""
    row = get_message(request, message)
    messages = thread(row, request.access)
    answered = replies(messages)
    known, state = ThreadState.read(request.GET.get("known", "")), ThreadState.of(row, messages, answered)
    if state == known:
        return HttpResponse(status=204)
    came = sum(other.pk > known.message for other in messages)
    written = [reply for of_message in answered.values() for reply in of_message if not reply.is_automatic]
    answers = [reply for reply in written if reply.pk > known.reply]
    sentences = [
        ngettext("%(count)s new message in this conversation.", "%(count)s new messages in this conversation.", came)
        % {"count": came}
    ] * bool(came)
    people = dict.fromkeys(str(reply.by) for reply in answers if reply.by != request.user)
    sentences += [_("%(person)s has answered.") % {"person": person} for person in people]
    if state.assignee != known.assignee:
        assigned = _("Now assigned to %(person)s.") % {"person": row.assignee}
        sentences.append(assigned if row.assignee else _("Now assigned to nobody."))
    if state.state != known.state and not answers:
        sentences.append(_("Now: %(state)s.") % {"state": row.get_state_display()})
    return render(request, "inbox/_message_changes.html", {"sentences": sentences, "known": state})
