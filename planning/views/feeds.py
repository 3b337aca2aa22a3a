"""The calendar URL: the page that creates and revokes it, and the file that calendar programs fetch."""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import ratelimit
from common.states import STATES
from municipalities.access import public, requires
from municipalities.queries import Access, access
from municipalities.rules import Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest
from planning.domain import feeds
from planning.icalendar import calendar
from planning.models import Feed
from posts.models import Post
from posts.queries import PostFilters, in_range

BEHIND, AHEAD = timedelta(days=60), timedelta(days=370)
# A calendar program polls a few times an hour; more is an error or an attack.
PER_HOUR = 60


@requires(Verb.POST_VIEW)
@require_safe
def feed(request: MunicipalityRequest) -> HttpResponse:
    row = Feed.objects.filter(user=request.user, municipality=request.municipality, revoked_at__isnull=True).first()
    return render(request, "planning/feed.html", {"feed": row})


@requires(Verb.POST_VIEW)
@require_POST
def make(request: MunicipalityRequest) -> HttpResponse:
    """The response shows the URL once: the secret is not stored."""
    secret = feeds.make(request.municipality, by=request.user)
    address = settings.PUBLIC_BASE_URL + reverse("feed_file", args=[secret])
    row = Feed.objects.filter(user=request.user, municipality=request.municipality, revoked_at__isnull=True).first()
    answer = render(request, "planning/feed.html", {"feed": row, "address": address})
    answer["Cache-Control"] = "no-store"
    return answer


@requires(Verb.POST_VIEW)
@require_POST
def revoke(request: MunicipalityRequest) -> HttpResponse:
    feeds.revoke(request.municipality, by=request.user)
    messages.success(request, _("The link is dead. Calendar programs that used it get nothing any more."))
    return redirect("feed", request.municipality.slug)


@public
@require_safe
def file(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar for the owner of the secret, with what that person may read now; 404 otherwise."""
    hashed = feeds.digest(secret)
    row = Feed.objects.select_related("user", "municipality").filter(digest=hashed, revoked_at__isnull=True).first()
    rights = access(row.user, row.municipality) if row and row.user.is_active else None
    if row is None or rights is None or not rights.may(Verb.POST_VIEW):
        # The portal's error page would set a cookie, and no program reads it.
        return HttpResponseNotFound(b"", content_type="text/plain")
    if ratelimit.hit("calendar-feed", hashed, limit=PER_HOUR, seconds=3600).is_exceeded:
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    with scope(row.municipality), translation.override(row.user.language):
        body = _calendar(row, rights)
    feeds.record_fetch(row)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


def _calendar(row: Feed, rights: Access) -> bytes:
    now = timezone.now()
    posts = in_range(now - BEHIND, now + AHEAD, PostFilters(), drafts=rights.may(Verb.DRAFT_VIEW))
    name = _("Posts: %(municipality)s") % {"municipality": row.municipality}
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
    return calendar(name, [_entry(post, row.municipality.slug) for post in posts], host)


def _entry(post: Post, slug: str) -> tuple[int, str, str, str, datetime, datetime]:
    live = post.live_publications  # type: ignore[attr-defined]
    state = str(STATES[live[0].delivery.state if live else post.stage].label)
    address = settings.PUBLIC_BASE_URL + reverse("post", args=[slug, post.pk])
    assert post.due_at is not None  # in_range
    return post.pk, str(post), state, address, post.due_at, post.updated_at
