"""The public redirect of a short link, and its QR code for posters.

`follow` runs before sessions, languages and users (links/middleware.py): no cookie is read or set.
"""

import io
from typing import Any

import qrcode
import qrcode.image.svg

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.web import client_address
from common import languages
from links import queries, rules
from links.domain import count
from links.models import Link
from municipalities.access import public, requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@public
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect to the frozen target; at most two queries. Otherwise a page says why not."""
    agent = request.headers.get("user-agent", "")
    line, person = count.visitor(client_address(request), agent)
    if count.is_too_much(line):
        return _page("busy", 429)
    link = queries.by_code(code)
    if link is None:
        return _page("unknown", 404)
    if queries.target_problem(link.target):
        return _page("unsafe", 410)
    machine = request.method == "HEAD" or rules.is_machine(request.headers)
    if machine:
        count.count(link, machine=True)
    elif not count.is_again(person, link):
        count.count(link)
    if link.gone_since and not machine:
        return _page("gone", 410, target=rules.as_uri(link.target), shown=link.target)
    return _answer(HttpResponse(status=302, headers={"Location": rules.as_uri(link.target)}))


def _page(why: str, status: int, **more: Any) -> HttpResponse:
    """One page in all languages of the portal: visitors have not chosen one."""
    body = render_to_string("links/page.html", {"why": why, "languages": languages.codes_and_tags(), **more})
    answer = _answer(HttpResponse(body, status=status))
    if status == 429:
        answer.headers["Retry-After"] = str(count.MINUTE)
    return answer


def _answer(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@requires(Verb.POST_VIEW)
@require_safe
def qr(request: MunicipalityRequest, code: str, kind: str) -> HttpResponse:
    """`kind` "svg" for print in any size, "png" for everything else."""
    link = get_object_or_404(Link.objects.all(), code=code)
    qr_code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=20, border=4)
    qr_code.add_data(queries.short(link.code))
    qr_code.make(fit=True)
    factory, mime = (None, "image/png") if kind == "png" else (qrcode.image.svg.SvgPathFillImage, "image/svg+xml")
    out = io.BytesIO()
    qr_code.make_image(image_factory=factory).save(out)
    name = f"{link.code}.{'png' if kind == 'png' else 'svg'}"
    shown = "inline" if request.GET.get("show") else "attachment"
    return HttpResponse(
        out.getvalue(),
        content_type=mime,
        headers={"Content-Disposition": f'{shown}; filename="{name}"', "Cache-Control": "private, max-age=3600"},
    )
