"""The page behind the link in a mail to a department. It needs no account, opens no session and shows one question.

The token in the address is the permission: no cookie adds to it, so a forged form could do nothing that its author
could not do directly, and the page needs no CSRF token (which would fail here: with `no-referrer` browsers send the
origin "null"). A GET changes nothing; only a POST does.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.web import client_network
from common import languages, ratelimit
from common.errors import ActionNotAllowed
from inbox.domain import department_questions as verbs
from inbox.domain.department_questions import QuestionSource
from inbox.models.handover import DepartmentQuestion
from municipalities.access import public

LinkedQuestion = tuple[QuestionSource, DepartmentQuestion]
# A whole town hall may come from one address.
MOST_A_MINUTE = 60


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def department(request: HttpRequest, token: str) -> HttpResponse:
    language = languages.by_tag().get(request.GET.get("in", ""))
    with translation.override(language.code if language else translation.get_language()):
        answer = _answer(request, token, language.tag if language else "")
        answer.headers["Content-Language"] = translation.get_language() or "sr"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _answer(request: HttpRequest, token: str, tongue: str) -> HttpResponse:
    if ratelimit.hit("inbox-answer", client_network(request), limit=MOST_A_MINUTE, seconds=60).is_exceeded:
        answer = _page(request, tongue, step="busy", status=429)
        answer.headers["Retry-After"] = "60"
        return answer
    linked = verbs.find_by_token(token)
    if linked is None:
        return _page(request, tongue, step="unknown", status=410)
    _source, row = linked
    if not row.is_open:
        return _page(request, tongue, step=row.standing(), linked=linked, status=410)
    if request.method == "POST":
        return _written(request, token, tongue, linked)
    return _page(request, tongue, step="ask", linked=linked, text=row.answer, name=row.answered_name)


def _written(request: HttpRequest, token: str, tongue: str, linked: LinkedQuestion) -> HttpResponse:
    text, name = request.POST.get("text", ""), request.POST.get("name", "")
    try:
        verbs.answer(*linked, text, name)
    except ActionNotAllowed as refused:
        return _page(request, tongue, step="ask", linked=linked, text=text, name=name, refused=refused, status=422)
    except verbs.LinkClosed as closed:
        return _page(request, tongue, step=closed.standing, linked=linked, status=410)
    here = reverse("inbox_answer", args=[token])
    return HttpResponseRedirect(f"{here}?in={tongue}" if tongue else here)


def _page(
    request: HttpRequest, tongue: str, *, step: str, status: int = 200, linked: LinkedQuestion | None = None,
    text: str = "", name: str = "", refused: ActionNotAllowed | None = None,
) -> HttpResponse:  # fmt: skip
    source, row = linked or (None, None)
    context: dict[str, Any] = {
        "step": step, "question": row, "text": text, "name": name, "refused": refused, "tongue": tongue,
        "page_title": row.municipality if row else "",
        # No form here goes to the portal proper, so no cookie is set either.
        "csrf_token": "",
    }  # fmt: skip
    if source is not None and row is not None:
        context["shown"] = source.page(row)
    return render(request, "inbox/department.html", context, status=status)
