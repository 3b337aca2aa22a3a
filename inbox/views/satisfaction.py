"""The question whether a citizen's question was answered: switching it on, and what came back."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from inbox import satisfaction_text
from inbox.domain import satisfaction as verbs
from inbox.queries.satisfaction import DAYS, summary
from inbox.text_analysis import mask
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian import Script


@requires(Verb.INBOX_VIEW)
@require_GET
def satisfaction(request: MunicipalityRequest) -> HttpResponse:
    result = summary(timezone.now(), request.access)
    for row in result.rows:
        row.shown_word = mask(row.word)  # type: ignore[attr-defined]
    context = {
        "summary": result,
        "days": DAYS,
        "may_work": request.access.may(Verb.INBOX_WORK),
        "texts": [
            (_("Cyrillic"), "sr-Cyrl", satisfaction_text.question(Script.CYRILLIC)),
            (_("Latin"), "sr-Latn", satisfaction_text.question(Script.LATIN)),
        ],
    }
    return render(request, "inbox/satisfaction.html", context)


@requires(Verb.INBOX_WORK)
@require_POST
def switch(request: MunicipalityRequest) -> HttpResponse:
    is_on = request.POST.get("is_on") == "1"
    try:
        verbs.switch(request.municipality, is_on=is_on, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        flash.success(request, _("Citizens are asked from now on.") if is_on else _("Citizens are not asked any more."))
    return redirect("inbox_satisfaction", request.municipality.slug)
