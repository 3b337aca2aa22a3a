"""Whether a certificate is genuine: a public page that takes its number and the name on it.

Numbers follow each other, so a number alone names nobody: only who knows the name learns whether the two belong
together. Served before sessions and users (reports/middleware.py); nothing of it is kept anywhere.
"""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import client_network
from common import languages, ratelimit
from common.content_security import only_scripts
from common.dates import long_date
from municipalities.access import public
from reports.public_responses import busy, not_found
from serbian.folding import fold
from trainings.models import Certificate

NUMBER = re.compile(r"\d{4}-\d{4,6}")
LONGEST_NAME = 200
# Of one network: enough for an office that checks a pile, too few to try names.
CHECKS, SECONDS = 30, 600


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, tongue: str = "") -> HttpResponse:
    """The form, with the number where the address has `?number=2026-0012`; its answer to number and name.

    Posted, so that no name stands in an address, a history or a log. It changes nothing, so it needs no token.
    """
    wanted = tongue or languages.interface_languages()[0].tag
    if wanted not in languages.by_tag():
        return not_found("missing", 404)
    is_sent = request.method == "POST"
    given = request.POST if is_sent else request.GET
    number, name = given.get("number", "").strip(), request.POST.get("name", "").strip()
    if is_sent and ratelimit.hit("certificates", client_network(request), limit=CHECKS, seconds=SECONDS).is_exceeded:
        return busy()
    with translation.override(languages.by_tag()[wanted].code):
        errors = _errors(number, name) if is_sent else {}
        is_asked = is_sent and not errors
        context = {
            "number": number[:20],
            "name": name[:LONGEST_NAME],
            "errors": errors,
            "is_asked": is_asked,
            "result": _result(number, name) if is_asked else None,
            "tongue": wanted,
            "tongues": [
                (language.tag, language.short_name, reverse("certificate_check_in", args=[language.tag]))
                for language in languages.interface_languages()
            ],
            "canonical": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("certificate_check"),
            "hides": True,
        }
        body = render_to_string("trainings/certificate_check.html", context)
    headers = {"Content-Language": wanted, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    answer = HttpResponse(body, headers=headers)
    only_scripts(request, answer, ())
    return answer


def _errors(number: str, name: str) -> dict[str, str]:
    errors = {}
    if not NUMBER.fullmatch(number):
        errors["number"] = _("Type the number as it stands on the certificate, for example 2026-0012.")
    if not name:
        errors["name"] = _("Type the name as it stands on the certificate.")
    elif len(name) > LONGEST_NAME:
        errors["name"] = _("This is longer than a name on a certificate.")
    return errors


def _result(number: str, name: str) -> dict[str, Any] | None:
    """What the certificate says; None where no certificate has this number and this name. One query."""
    row = Certificate.objects.filter(number=number).first()
    if row is None or fold(str(row.facts.get("name", ""))) != fold(name):
        return None
    return {
        "name": row.facts["name"],
        "training": row.facts["training"],
        "programme": row.facts["programme"],
        "ended": long_date(date.fromisoformat(row.facts["ends_on"])),
        "hours": row.facts["hours"],
        "issued": long_date(timezone.localdate(row.issued_at)),
        "revoked": long_date(timezone.localdate(row.revoked_at)) if row.revoked_at else "",
        "lang": languages.by_code()[row.facts["language"]].tag,
    }
