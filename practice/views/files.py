"""Pictures of posts, and avatars made of initials."""

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from common.access import public
from practice import avatars, queries, text
from practice.web import VisitorRequest

FOREVER = "public, max-age=31536000, immutable"
OWN_BROWSER = "private, max-age=3600"
AN_HOUR = "public, max-age=3600"


@public
@require_safe
def media(request: VisitorRequest, token: str) -> HttpResponse | FileResponse:
    picture = queries.picture(token)
    if picture is None or not picture.file.storage.exists(str(picture.file.name)):
        raise Http404
    # As on Mastodon, whoever has the address of a private picture may read it: it is a random token, which only the
    # readers of its status are shown. Caches between us and them do not keep it.
    is_public = picture.status is not None and picture.status.readers is None
    return FileResponse(
        picture.file.open("rb"),
        content_type=picture.mime,
        headers={"Cache-Control": FOREVER if is_public else OWN_BROWSER, "Content-Disposition": "inline"},
    )


@public
@require_safe
def avatar(request: VisitorRequest, username: str) -> HttpResponse:
    account = queries.account(username)
    if account is None:
        raise Http404
    drawn = render_to_string("practice/avatar.svg", {"account": account})
    return HttpResponse(drawn, content_type="image/svg+xml", headers={"Cache-Control": AN_HOUR})


@public
@require_safe
def avatar_png(request: VisitorRequest, username: str) -> HttpResponse:
    account = queries.account(username)
    if account is None:
        raise Http404
    drawn = avatars.draw(text.initials(account.display_name), account.hue)
    return HttpResponse(drawn, content_type="image/png", headers={"Cache-Control": AN_HOUR})


@public
@require_safe
def robots(request: VisitorRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@public
def healthz(request: VisitorRequest) -> JsonResponse:
    return JsonResponse({"ok": True})
