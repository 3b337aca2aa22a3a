"""Suggestions for messages: accepting one, and sorting similar messages together."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from inbox.domain import suggest
from inbox.enums import MessageKind
from inbox.models import Message
from inbox.queries.readable import readable_messages
from inbox.queries.thread import similar_messages as saying_alike
from inbox.views import navigation
from inbox.views.navigation import sorted_as
from municipalities.access import requires
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
    return _alike(request, _message(request, message))


def _alike(request: MunicipalityRequest, row: Message, problem: str = "") -> HttpResponse:
    rows = list(saying_alike(row)[: suggest.MOST_AT_ONCE])
    context = {
        "message": row,
        "rows": rows,
        "kinds": MessageKind.choices,
        "chosen": row.kind or row.suggested_kind,
        "may_work": request.access.may(Verb.INBOX_WORK),
        "problem": problem,
        "now": timezone.now(),
    }
    return render(request, "inbox/alike.html", context, status=422 if problem else 200)


@requires(Verb.INBOX_WORK)
@require_POST
def sort_alike(request: MunicipalityRequest, message: int) -> HttpResponse:
    row = _message(request, message)
    try:
        count = suggest.set_kind_of_similar(row, request.POST.get("kind", ""), by=request.user)
    except ActionNotAllowed as refused:
        return _alike(request, row, refused.message)
    text = ngettext("Sorted %(count)s message.", "Sorted %(count)s messages.", count)
    flash.success(request, text % {"count": count})
    return redirect("inbox", request.municipality.slug)
