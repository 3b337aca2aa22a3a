"""Accounts and their notifications. https://docs.joinmastodon.org/methods/accounts/"""

from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, origin, paged, whose, window
from practice.errors import Missing
from practice.models import Account
from practice.web import ApiRequest, TokenRequest


@api("GET", scope="read:accounts")
def verify_credentials(request: TokenRequest) -> dict[str, Any]:
    me = request.token.account
    source = {"note": me.note, "privacy": "public", "language": "sr", "fields": []}
    return {**entities.account(me, origin(request)), "source": source}


@api("GET")
def account(request: ApiRequest, account_id: int) -> dict[str, Any]:
    return entities.account(_account(account_id), origin(request))


@api("GET")
def statuses(request: ApiRequest, account_id: int) -> Any:
    cut = window(request)
    if request.GET.get("only_media") == "true" or request.GET.get("pinned") == "true":
        return []
    replies = request.GET.get("exclude_replies") != "true"
    rows = queries.written_by(_account(account_id).pk, cut, replies=replies)
    return paged(request, rows, [entities.status(row, origin(request)) for row in queries.seen(rows, whose(request))])


def _account(account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing
    return account


@api("GET", scope="read:notifications")
def notifications(request: TokenRequest) -> Any:
    kinds = request.GET.getlist("types[]") or request.GET.getlist("types")
    rows = queries.notices(request.token.account, window(request, most=80), kinds)
    # A page gets notifications of what it hid itself, not of what another page hid.
    visible = {row.pk for row in queries.seen((row.status for row in rows if row.status), request.token.account)}
    notices = [row for row in rows if row.status_id is None or row.status_id in visible]
    return paged(request, rows, [entities.notice(row, origin(request)) for row in notices])
