"""Timelines, and what an account liked and keeps. https://docs.joinmastodon.org/methods/timelines/

Shares are counted, but are no statuses of their own, so no timeline holds them.
"""

from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, flag, origin, paged, reader, window
from practice.models import Bookmark, Like, Status
from practice.queries import timelines
from practice.web import ApiRequest, TokenRequest

TAG_LENGTH = 60


@api("GET", scope="read:statuses")
def home(request: TokenRequest) -> Any:
    return _page(request, timelines.home(request.token.account, window(request)))


@api("GET")
def public(request: ApiRequest) -> Any:
    if flag(request.GET.get("remote")):
        return []
    return _page(request, timelines.public(window(request), media=flag(request.GET.get("only_media"))))


@api("GET")
def tag(request: ApiRequest, name: str) -> Any:
    wanted = name.removeprefix("#").replace("\x00", "")[:TAG_LENGTH]
    media = flag(request.GET.get("only_media"))
    return _page(request, timelines.tagged(wanted, window(request), media=media) if wanted else [])


@api("GET", scope="read:favourites")
def favourites(request: TokenRequest) -> Any:
    return _kept(request, Like)


@api("GET", scope="read:bookmarks")
def bookmarks(request: TokenRequest) -> Any:
    return _kept(request, Bookmark)


def _kept(request: TokenRequest, kind: type[Like] | type[Bookmark]) -> Any:
    me = request.token.account
    reactions = timelines.reactions_of(kind, me, window(request))
    # Pages are cut by the reactions: https://docs.joinmastodon.org/methods/bookmarks/#get
    return paged(request, reactions, entities.statuses(timelines.kept(reactions, me), origin(request), me))


def _page(request: ApiRequest, rows: list[Status]) -> Any:
    viewer = reader(request)
    return paged(request, rows, entities.statuses(queries.seen(rows, viewer), origin(request), viewer))
