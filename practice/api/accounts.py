"""Accounts and who follows whom. https://docs.joinmastodon.org/methods/accounts/"""

from typing import Any
from urllib.parse import urlsplit

from practice import queries
from practice.api import entities
from practice.api.calls import api, flag, many, number, origin, paged, parameter, reader, window
from practice.domain import react
from practice.errors import Missing
from practice.models import Account
from practice.queries import searches, timelines
from practice.web import ApiRequest, TokenRequest

MOST_AT_ONCE = 40


@api("GET", scope="read:accounts")
def verify_credentials(request: TokenRequest) -> dict[str, Any]:
    me = request.token.account
    source = {
        "note": me.note,
        "privacy": "public",
        "sensitive": False,
        "language": "sr",
        "fields": [],
        "follow_requests_count": 0,
        "indexable": False,
        "hide_collections": False,
        "discoverable": False,
        "attribution_domains": [],
    }
    return {**entities.account(me, origin(request)), "source": source}


@api("GET", scope="read:accounts")
def preferences(request: TokenRequest) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/preferences/"""
    return {
        "posting:default:visibility": "public",
        "posting:default:sensitive": False,
        "posting:default:language": "sr",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


@api("GET")
def account(request: ApiRequest, account_id: int) -> dict[str, Any]:
    return entities.account(_account(account_id), origin(request))


@api("GET")
def several(request: ApiRequest) -> list[dict[str, Any]]:
    rows = Account.objects.filter(pk__in=_ids(request)).order_by("pk")
    return [entities.account(row, origin(request)) for row in rows]


@api("GET")
def lookup(request: ApiRequest) -> dict[str, Any]:
    username, _, server = parameter(request, "acct").removeprefix("@").partition("@")
    known = queries.account(username) if server in ("", urlsplit(origin(request)).netloc) else None
    if known is None:
        raise Missing
    return entities.account(known, origin(request))


@api("GET", scope="read:accounts")
def search(request: TokenRequest) -> list[dict[str, Any]]:
    """Completes a mention that is being written."""
    limit = window(request, default=40, most=80).limit
    rows = searches.accounts(parameter(request, "q"), limit, number(parameter(request, "offset")) or 0)
    return [entities.account(row, origin(request)) for row in rows]


@api("GET")
def statuses(request: ApiRequest, account_id: int) -> Any:
    author, viewer, wanted = _account(account_id), reader(request), request.GET
    if flag(wanted.get("pinned")):
        return entities.statuses(timelines.pinned_by(author), origin(request), viewer)
    replies, media = not flag(wanted.get("exclude_replies")), flag(wanted.get("only_media"))
    rows = timelines.written_by(author, window(request), viewer, replies=replies, media=media)
    return paged(request, rows, entities.statuses(queries.seen(rows, viewer), origin(request), viewer))


def _account(account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing
    return account


# ---- who follows whom


@api("GET")
def followers(request: ApiRequest, account_id: int) -> Any:
    """Those of the crowd, who are only counted, are nobody."""
    rows = timelines.followers(_account(account_id), window(request, default=40, most=80))
    return paged(request, rows, [entities.account(row.account, origin(request)) for row in rows])


@api("GET")
def following(request: ApiRequest, account_id: int) -> Any:
    rows = timelines.following(_account(account_id), window(request, default=40, most=80))
    return paged(request, rows, [entities.account(row.followed, origin(request)) for row in rows])


@api("GET", scope="read:follows")
def relationships(request: TokenRequest) -> list[dict[str, Any]]:
    return [entities.relationship(row) for row in timelines.relations(request.token.account, _ids(request))]


FOLLOWS = {"follow": react.follow, "unfollow": react.unfollow}


@api("POST", scope="write:follows")
def follow(request: TokenRequest, account_id: int, name: str) -> dict[str, Any]:
    me = request.token.account
    FOLLOWS[name](me, _account(account_id))
    return entities.relationship(timelines.relations(me, [account_id])[0])


def _ids(request: ApiRequest) -> list[int]:
    numbers = [number(value) for value in many(request, "id")]
    return [pk for pk in numbers if pk is not None][:MOST_AT_ONCE]
