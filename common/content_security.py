"""The parts of the Content Security Policy that depend on the page: docs/adr/0019-content-security.md.

- A script runs only with the nonce of its page, which `{% script %}` writes.
- htmx acts only on elements with the mark of their page, which `{% htmx %}` writes. Injected markup has neither,
  as both are generated per page. The mark is not a nonce: a page passes it to its scripts.
- A page that is cached for everybody has no nonce, as many would get the same; it lists the few files that it loads.
- No page may be framed but those that municipalities put on their own sites (portal/public_embeds.py).
"""

import json
import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from common.web.request import PortalRequest

# htmx asks for a part of a page with the page's mark, so that what comes back goes on asking.
MARK_HEADER = "X-Page-Mark"
_MARK = re.compile(r"[\w-]{22}")
_ASKING = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-boost", "hx-on")
# https://htmx.org/reference/#config
HTMX_CONFIG = {
    "allowEval": False,
    "allowScriptTags": False,
    "disableInheritance": True,
    "historyCacheSize": 0,
    "historyEnabled": False,
    "includeIndicatorStyles": False,
    "scrollBehavior": "auto",
    "selfRequestsOnly": True,
}


def nonce(request: HttpRequest | None) -> str:
    """The nonce of a page's scripts; empty where there is no request, as on the page for an error in a view."""
    return str(getattr(request, "csp_nonce", "")) if request is not None else ""


def htmx_mark(request: PortalRequest | None) -> str:
    """The mark of the page; of a part that htmx asked for, that of the page around it. 22 characters, 128 bits."""
    if request is None:
        return ""
    sent = request.headers.get(MARK_HEADER, "")
    if _MARK.fullmatch(sent):
        return sent
    if not hasattr(request, "page_mark"):
        request.page_mark = secrets.token_urlsafe(16)
    return request.page_mark


def htmx_config(request: PortalRequest | None) -> str:
    """The configuration of htmx as JSON: it passes over every element that asks without the mark, and all inside."""
    mark = htmx_mark(request)
    asking = ",".join(f"[{name}],[data-{name}]" for name in _ASKING)
    unmarked = f':is({asking}):not([data-htmx="{mark}"])' if mark else f":is({asking})"
    return json.dumps({**HTMX_CONFIG, "disableSelector": f"{unmarked}, [hx-disable]", "mark": mark})


def only_scripts(request: HttpRequest, response: HttpResponse, paths: Iterable[str]) -> None:
    """Let the page run these static files and no others. For pages without a nonce; the same for everybody."""
    sources = [f"{request.get_host()}{urlsplit(static(path)).path}" for path in paths]
    response._csp_replace = {"script-src": sources or ["'none'"]}  # type: ignore[attr-defined]


def forms_may_lead_to(response: HttpResponse, address: str) -> None:
    """Let a form of the page be answered with a redirect to the origin of `address`, e.g. back to a program.

    A program on a telephone has a scheme of its own and no origin.
    """
    where = urlsplit(address)
    is_page = where.scheme in ("http", "https")
    source = f"{where.scheme}://{where.netloc}" if is_page else f"{where.scheme}:"
    response._csp_update = {"form-action": [source]}  # type: ignore[attr-defined]


def may_be_framed(response: HttpResponse) -> None:
    """Let other sites frame the page, which then loads our style sheets alone, runs no script and sends no form."""
    nothing = dict.fromkeys(("img-src", "font-src", "connect-src", "media-src", "manifest-src", "worker-src"))
    response._csp_replace = {  # type: ignore[attr-defined]
        **nothing,
        "script-src": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["*"],
    }


def may_frame_own_pages(response: HttpResponse) -> None:
    """Let the page frame those of our pages that may be framed, to show what they look like."""
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
