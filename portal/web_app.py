"""The portal as an installed app: its manifest, its service worker, and where its shortcuts lead.

Manifest and worker are the same for everybody and are answered before sessions (reports/middleware.py): browsers ask
for the worker at each visit, to see whether it changed. docs/adr/0037-offline.md says what the worker keeps.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.web import SignedInRequest
from common import languages
from common.access import public
from common.asset_bundles import joined_scripts, style_imports
from common.offline import kept_offline
from common.static_storage import APART, SCRIPTS, STYLES
from municipalities.enums import MunicipalityKind
from municipalities.queries import access_in, with_roles, workspaces
from municipalities.rules import Verb

# --paper and --ink of static/css/tokens.css.
PAPER = "#faf8f4"
MANIFEST_SECONDS = 3600
WORKER = "js/service_worker/worker.js"
ICONS = (
    ("img/icon-192.png", 192, "any"),
    ("img/icon-512.png", 512, "any"),
    ("img/icon-maskable-192.png", 192, "maskable"),
    ("img/icon-maskable-512.png", 512, "maskable"),
)
# What the worker keeps of the interface.
ENTRIES = ("js/core.js", "js/composer/composer.js", "js/offline/page.js")
OTHER_SHEETS = ("css/charts.css", "css/offline.css")
PICTURES = ("img/favicon.svg", "img/icons.svg", "img/drawings.svg", "img/check.svg", "img/touch-icon.png")
# `import … from "…"`, `import "…"` and, later, `import("…")`.
_IMPORT = re.compile(r'(?:\bfrom\s+|\bimport\s+|\bimport(\()\s*)"(\.[^"]+)"')
# The worker loads nothing but our own files, and runs no other script.
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it without cookies, so the page says its language in the address."""
    wanted = request.GET.get("language", "")
    known = {language.code: language for language in languages.interface_languages()}
    code = wanted if wanted in known else translation.get_language_from_request(request)
    with translation.override(code):
        response = JsonResponse(
            _manifest(known[code].tag if code in known else code), content_type="application/manifest+json"
        )
    response.headers["Content-Language"] = code
    patch_cache_control(response, public=True, max_age=MANIFEST_SECONDS)
    return response


def _manifest(tag: str) -> dict[str, Any]:
    """https://www.w3.org/TR/appmanifest/"""
    icon = {"src": static(ICONS[0][0]), "sizes": "192x192", "type": "image/png"}
    return {
        "id": "/",
        "name": _("Dobošar"),
        "short_name": _("Dobošar"),
        "description": _("The portal through which municipalities manage their social networks."),
        "lang": tag,
        "dir": "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for path, size, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("New post"), "url": reverse("new_post"), "icons": [icon]},
            {"name": _("What waits for me"), "url": reverse("home"), "icons": [icon]},
        ],
    }


@signed_in
@require_safe
def new_post(request: SignedInRequest) -> HttpResponse:
    """Where a post begins: in the person's only municipality, on a telephone with a picture; Home where one of several
    municipalities is chosen."""
    rows = with_roles(request.user).filter(pk__in=workspaces(request.user).values("pk"))
    real = rows.exclude(kind=MunicipalityKind.TRAINING).order_by("pk")[:2]
    if len(real) == 1 and access_in(request.user, real[0]).may(Verb.POST_EDIT):
        is_phone = request.headers.get("Sec-CH-UA-Mobile") == "?1"
        return redirect("post_from_picture" if is_phone else "post_new", real[0].slug)
    return redirect("home")


@public
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, one classic script, for the whole site."""
    text, version = _worker()
    etag = f'"{version}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = WORKER_POLICY
    return response


def _worker() -> tuple[str, str]:
    """Its text and version; computed once where static files are collected."""
    return _built() if _is_collected() else _build()


@lru_cache(maxsize=1)
def _built() -> tuple[str, str]:
    return _build()


def _build() -> tuple[str, str]:
    script = joined_scripts(WORKER, _source)
    shell = list(_shell())
    # Files without a hash in their name may change under it; tests and development have no other.
    version = hashlib.sha256("\n".join([script, *shell]).encode()).hexdigest()[:16]
    configuration = {"version": version, "hashed": _is_collected(), "shell": shell}
    return f"globalThis.CONFIGURATION = {json.dumps(configuration)};\n{script}\n", version


def _is_collected() -> bool:
    return bool(getattr(staticfiles_storage, "hashed_files", {}))


def _shell() -> Iterator[str]:
    """Paths of the static files with which the composer and the page for "offline" work."""
    sheets = STYLES if _is_collected() else [sheet for path in STYLES for sheet in style_imports(path, _source(path))]
    folder = Path(settings.BASE_DIR) / "static"
    fonts = sorted(f"fonts/{path.name}" for path in (folder / "fonts").glob("*.woff2"))
    modules = sorted(_modules(ENTRIES))
    yield from (static(path) for path in [*sheets, *OTHER_SHEETS, *fonts, *PICTURES, *modules])


def _modules(entries: Iterable[str]) -> set[str]:
    """The modules of a page and all that they import, also what comes later. Joined ones are in their entry."""
    joined = frozenset(SCRIPTS) if _is_collected() else frozenset()
    modules: set[str] = set()
    passed: set[tuple[str, bool]] = set()
    left = [(path, True) for path in entries]
    while left:
        path, is_file = left.pop()
        if (path, is_file) in passed:
            continue
        passed.add((path, is_file))
        if is_file:
            modules.add(path)
        is_joined = not is_file or path in joined
        for later, address in _IMPORT.findall(_source(path)):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
            left.append((imported, bool(later) or not is_joined or imported in APART))
    return modules


def _source(path: str) -> str:
    """The text of a module or a style sheet as it is in the repository."""
    return (Path(settings.BASE_DIR) / "static" / path).read_text(encoding="utf-8")


@public
@kept_offline
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows instead of a page that cannot be reached. It knows nobody: its script lists the drafts that
    this device keeps."""
    return render(request, "portal/offline.html")
