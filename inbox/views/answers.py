"""The answer: sending it or asking for approval, inserting snippets, saving drafts, deciding."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import ActionNotAllowed
from common.integers import parse_ints
from common.web.params import int_param
from inbox.domain import drafts, propose, saved_answers
from inbox.models import AnswerDraft, Message, ProposedAnswer, Reply
from inbox.queries import answering
from inbox.queries.readable import readable_messages
from inbox.views import navigation
from inbox.views.message import get_message, message_page
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian import Script

PER_PAGE = 30
MOST_USED = 10


@requires(Verb.INBOX_WORK)
@require_POST
def answer(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Send it, or ask for approval where the municipality requires it."""
    row, text = get_message(request, message), request.POST.get("text", "")
    try:
        proposed = propose.answer(row, text, by=request.user, after=int_param(request.POST, "after", default=0))
    except ActionNotAllowed as refused:
        return message_page(request, row, draft=text, problem=refused.message)
    saved_answers.count_use(parse_ints(request.POST.get("used", "").split(",")[:MOST_USED]))
    if isinstance(proposed, Reply):
        if row.is_private:
            flash.success(request, _("The answer is on its way to the person who wrote."))
        else:
            flash.success(request, _("The answer is on its way. It appears on the network in a moment."))
    else:
        flash.success(request, _("The answer is waiting for approval. You are notified if it is sent back."))
    if request.POST.get("go") == "next":
        return navigation.next_message(request, row)
    # Whoever has just answered a citizen wants to see the answer there, and not a stranger's message below it.
    return navigation.back_to_message(request, row)


@requires(Verb.INBOX_WORK)
@require_POST
def fill(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Insert something into the field: the page again with it, or only its text for a script. Saves nothing."""
    row, text = get_message(request, message), request.POST.get("text", "")
    script = request.POST.get("script", "")
    script = script if script in list(Script) else answering.answer_script(row, request.municipality)
    what, used = request.POST.get("insert", ""), ""
    if what == "convert":
        whole = answering.convert(text, request.municipality, script=script)
        new: str | None = whole
    else:
        if what == "saved":
            used = request.POST.get("saved", "")
            what = f"saved-{used}"
        new = answering.snippet(row, request.municipality, what, script=script)
        whole = f"{text.rstrip()} {new}".strip() if new else text
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": new or "", "used": used if new else ""})
    if new is None:
        return message_page(request, row, draft=text, problem=_("Choose a saved answer first."))
    sent = request.POST.copy()
    sent["used"] = ",".join(filter(None, [sent.get("used", ""), used]))
    return message_page(request, row, draft=whole, sent=sent)


@requires(Verb.INBOX_WORK)
@require_POST
def draft(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Save the draft while it is typed."""
    drafts.save(get_message(request, message), request.POST.get("text", ""), by=request.user)
    return HttpResponse(status=204)


@requires(Verb.INBOX_WORK)
@never_cache
@require_GET
def writing(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Who else is writing below this message; open pages poll it. One query for it."""
    if not readable_messages(request.access).filter(pk=message).exists():
        raise Http404
    rows = list(AnswerDraft.objects.filter(message=message).select_related("by").order_by("began_at"))
    writers = answering.other_writers(rows, request.user, timezone.now())
    return render(request, "inbox/_writers.html", {"writers": writers})


# ---- approval


@requires(Verb.INBOX_WORK)
@require_GET
def proposed(request: MunicipalityRequest) -> HttpResponse:
    """What waits for an approver, the longest first."""
    rows = answering.waiting_answers(request.access).select_related("message__channel", "by")
    page = Paginator(rows.order_by("at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "inbox/proposed.html", {"page": page, "may_decide": request.access.may(Verb.POST_APPROVE)})


def _proposed(row: Message, pk: int) -> ProposedAnswer:
    return get_object_or_404(ProposedAnswer.objects.select_related("message__channel"), pk=pk, message=row)


@requires(Verb.POST_APPROVE)
@require_POST
def decide(request: MunicipalityRequest, message: int, proposed: int) -> HttpResponse:
    """Send the text on the page, or return it to its author."""
    row = get_message(request, message)
    one, text, revision = (
        _proposed(row, proposed),
        request.POST.get("text", ""),
        int_param(request.POST, "revision", default=0),
    )
    try:
        if request.POST.get("decision") == "approve":
            propose.approve(one, text, revision=revision, by=request.user)
            flash.success(request, _("Approved. The answer is on its way."))
        else:
            propose.send_back(one, text, request.POST.get("reason", ""), revision=revision, by=request.user)
            flash.success(request, _("Sent back. Its author is notified."))
    except ActionNotAllowed as refused:
        return message_page(request, row, problem=refused.message)
    return redirect("inbox_proposed", request.municipality.slug)


@requires(Verb.INBOX_WORK)
@require_POST
def withdraw(request: MunicipalityRequest, message: int, proposed: int) -> HttpResponse:
    row = get_message(request, message)
    try:
        propose.withdraw(_proposed(row, proposed), by=request.user)
    except ActionNotAllowed as refused:
        return message_page(request, row, problem=refused.message)
    return redirect("message", request.municipality.slug, row.pk)
