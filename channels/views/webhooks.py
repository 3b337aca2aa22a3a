"""Webhook endpoints. The signature of the raw bytes is verified before anything else; the answer is sent at once.

An invalid signature gets 403 without a reason. A repeated event is recognised by its key.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels import queries
from channels.domain import inbound
from channels.models import Channel, Deletion
from common import languages, untrusted_json
from common.access import public
from municipalities.tenancy import scope
from platforms.errors import PlatformError
from platforms.registry import PLATFORMS


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, network: str) -> HttpResponse:
    """Events signed with our application's secret, and the network's check of this address."""
    if network not in PLATFORMS or PLATFORMS[network].signed_by != "app":
        raise Http404
    return _taken(request, network, None)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook_channel(request: HttpRequest, network: str, channel: int) -> HttpResponse:
    """Events of one channel, signed with its own token or a word of ours."""
    if network not in PLATFORMS or PLATFORMS[network].signed_by not in ("token", "ours"):
        raise Http404
    called = queries.called_by(network, channel)
    if called is None:
        raise Http404
    with scope(called.municipality_id):
        return _taken(request, network, called)


def _taken(request: HttpRequest, network: str, channel: Channel | None) -> HttpResponse:
    try:
        if request.method == "GET":
            answer = inbound.answer_challenge(network, request.GET.dict(), channel)
            # Meta wants its own word back, others a proof as JSON.
            return HttpResponse(answer, content_type="application/json" if answer.startswith("{") else "text/plain")
        raw = request.body
        inbound.store_events(network, raw, _headers(request), lambda: _payload(raw), channel)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except (inbound.Forged, PlatformError):
        return HttpResponse(status=403)
    return HttpResponse(status=200)


def _headers(request: HttpRequest) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _payload(raw: bytes) -> Any:
    """The parsed body, or nothing if it cannot be parsed. Called after the signature was verified."""
    try:
        return untrusted_json.loads(raw)
    except ValueError:
        return {name: values[0] for name, values in parse_qs(raw.decode("utf-8", errors="replace")).items()}


@public
@csrf_exempt
@require_POST
def deauthorised(request: HttpRequest, network: str) -> HttpResponse:
    """A person took their consent back on the network."""
    return _of_person(request, network, forget=False)


@public
@csrf_exempt
@require_POST
def deletion(request: HttpRequest, network: str) -> HttpResponse:
    """A person asked the network for deletion; the answer says where they can check that it was done."""
    return _of_person(request, network, forget=True)


def _of_person(request: HttpRequest, network: str, *, forget: bool) -> HttpResponse:
    if network not in PLATFORMS or PLATFORMS[network].signed_by != "app":
        raise Http404
    try:
        if not forget:
            inbound.deauthorise(network, request.body)
            return HttpResponse(status=200)
        done = inbound.delete_person(network, request.body)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except inbound.Forged:
        return HttpResponse(status=403)
    url = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("webhook_deleted", args=[done.code])
    return JsonResponse({"url": url, "confirmation_code": done.code})


@public
@require_GET
def deleted(request: HttpRequest, code: str) -> HttpResponse:
    """What became of a request to delete, without any name. `?in=` is a language's tag."""
    row = get_object_or_404(Deletion, code=code)
    language = languages.by_tag().get(request.GET.get("in", ""))
    with translation.override(language.code if language else translation.get_language()):
        context = {"deletion": row, "platform": PLATFORMS.get(row.platform)}
        response = render(request, "channels/deleted.html", context)
        response.headers["Content-Language"] = translation.get_language() or "sr"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
