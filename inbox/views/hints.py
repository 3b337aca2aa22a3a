"""Suggestions for messages: accepting one, and the messages that say nearly the same."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from inbox.domain import bulk, suggest
from inbox.models import Message
from inbox.queries import neighbours
from inbox.queries.readable import readable_messages
from inbox.queries.thread import similar_messages as saying_alike
from inbox.views import navigation
from inbox.views.messages import bulk_acts
from inbox.views.navigation import sorted_as
from municipalities.access import requires
from municipalities.queries import colleagues
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


def _message(request: MunicipalityRequest, pk: int) -> Message:
    return get_object_or_404(readable_messages(request.access).select_related("channel"), pk=pk)


@requires(Verb.INBOX_WORK)
@require_POST
def accept(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Accept the suggestion and go back to the page of the button."""
    before = _message(request, message)
    try:
        row = suggest.accept(before, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        flash.success(request, sorted_as(row, with_topic=True))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    if is_ours and back.startswith("/"):  # `redirect` takes anything else for the name of a page
        return redirect(back)
    return navigation.back_to_message(request, before)


@requires(Verb.INBOX_VIEW)
@require_GET
def alike(request: MunicipalityRequest, message: int) -> HttpResponse:
    """All that say nearly the same, selected, with the acts of the list."""
    row = _message(request, message)
    rows = list(saying_alike(row)[: bulk.MOST])
    may_work = request.access.may(Verb.INBOX_WORK)
    people = [(str(person.pk), str(person)) for person in colleagues(request.municipality)]
    kind = row.kind or row.suggested_kind
    context = {
        "rows": rows,
        "bulk_acts": bulk_acts(people, neighbours.choices()["tag"]) if may_work else [],
        "selected": [str(similar.pk) for similar in rows],
        "proposed_act": f"kind:{kind}" if kind else "",
        "now": timezone.now(),
    }
    return render(request, "inbox/alike.html", context)
