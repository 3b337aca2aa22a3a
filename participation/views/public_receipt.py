"""What became of a proposal, for whoever holds its receipt, who can also withdraw it.

The code is posted, never in an address: it works like a password. Served before sessions; nothing of it is kept.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import client_network
from common import languages
from common.content_security import only_scripts
from municipalities.access import public
from municipalities.models import Municipality
from municipalities.queries import glossary
from municipalities.tenancy import scope
from participation import form_limits, public_text
from participation.domain import receipts
from participation.models import Contribution
from participation.queries import public as queries
from participation.rules import shown_receipt, typed_receipt
from participation.views.public import missing
from reports.public_responses import busy, is_hidden_from_search, is_rate_limited, own_language

# Longer than any code with its groups.
LONGEST = 60


@public
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, place: str, tongue: str = "") -> HttpResponse:
    """The form for the code; posted, what it stands for, the question before withdrawing, or that it was withdrawn."""
    is_sent = request.method == "POST"
    wait = form_limits.look_up(client_network(request)) if is_sent else form_limits.NONE
    if wait.seconds or (not is_sent and is_rate_limited(request)):
        answer = busy()
        answer.headers["Retry-After"] = str(wait.seconds or form_limits.MINUTE)
        return answer
    municipality = queries.place(place)
    if municipality is None or (tongue and tongue not in languages.by_tag()):
        return missing()
    wanted = tongue or own_language(municipality)
    with translation.override(languages.by_tag()[wanted].code), scope(municipality):
        answer = _answer(request, municipality, wanted, is_sent=is_sent)
    answer.headers["Content-Language"] = wanted
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    only_scripts(request, answer, ())
    return answer


def _answer(request: HttpRequest, municipality: Municipality, tongue: str, *, is_sent: bool) -> HttpResponse:
    if not is_sent:
        return _page(municipality, tongue)
    typed, act = request.POST.get("code", "")[:LONGEST], request.POST.get("act", "")
    row = receipts.find(typed)
    if row is None:
        error = (
            _("No proposal to this municipality has this code. Compare it letter by letter.")
            if typed_receipt(typed)
            else _("A code has twelve letters and digits, for example bcdf-2345-ghjk. Compare it letter by letter.")
        )
        return _page(municipality, tongue, typed=typed, error=error, status=422)
    if act == "withdraw_surely" and row.withdrawn_at is None:
        receipts.withdraw(row)
        row = receipts.find(typed)
        assert row is not None
        return _page(municipality, tongue, row=row, typed=typed, step="withdrawn")
    step = "ask" if act == "withdraw" and row.withdrawn_at is None else ""
    return _page(municipality, tongue, row=row, typed=typed, step=step)


def _page(
    municipality: Municipality,
    tongue: str,
    *,
    row: Contribution | None = None,
    typed: str = "",
    step: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    say = public_text.converter(tongue, glossary(municipality.pk))
    here = reverse("consultation_receipt_in", args=[municipality.slug, tongue])
    context = {
        "municipality": municipality,
        "written": public_text.serbian_tag(tongue),
        "step": step,
        "error": error,
        "typed": typed if row is None else "",
        "code": shown_receipt(typed_receipt(typed)) if row else "",
        "receipt_url": here,
        "is_demo": is_hidden_from_search(municipality),
        "tongue": tongue,
        # with a code typed, another language would begin anew
        "tongues": public_text.tongues("consultation_receipt_in", municipality.slug) if row is None else (),
        "canonical": public_text.public_url(here),
        "hides": True,
    }
    if row is not None:
        consultation = row.consultation
        context |= {
            "one": row,
            "title": say(consultation.title),
            "page_url": reverse("consultation_public_in", args=[municipality.slug, consultation.slug, tongue]),
            "proposal": public_text.proposal(row, say),
            "attached": list(row.files.values_list("name", flat=True)),
            "decided_by": consultation.decided_by,
            "is_late": consultation.decided_by is not None and consultation.decided_by < timezone.localdate(),
        }
    return HttpResponse(render_to_string("participation/public_status.html", context), status=status)
