"""Pictures: those of the posts, and faces made of initials."""

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from common.access import public
from practice import queries
from practice.web import VisitorRequest

FOREVER = "public, max-age=31536000, immutable"


@public
@require_safe
def media(request: VisitorRequest, token: str) -> HttpResponse | FileResponse:
    found = queries.picture(token)
    if found is None or not found.file.storage.exists(str(found.file.name)):
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        content_type=found.mime,
        headers={"Cache-Control": FOREVER, "Content-Disposition": "inline"},
    )


@public
@require_safe
def avatar(request: VisitorRequest, username: str) -> HttpResponse:
    found = queries.account(username)
    if found is None:
        raise Http404
    drawn = render_to_string("practice/avatar.svg", {"account": found})
    return HttpResponse(drawn, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


@public
@require_safe
def robots(request: VisitorRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@public
def healthz(request: VisitorRequest) -> JsonResponse:
    return JsonResponse({"ok": True})
