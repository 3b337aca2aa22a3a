"""Polls. The id of a poll is that of its status. https://docs.joinmastodon.org/methods/polls/"""

from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, given, ids, reader
from practice.domain import vote
from practice.errors import Missing
from practice.models import Account
from practice.web import ApiRequest, TokenRequest


@api("GET")
def poll(request: ApiRequest, poll_id: int) -> dict[str, Any]:
    return _shown(request, poll_id, reader(request))


@api("POST", scope="write:statuses")
def votes(request: TokenRequest, poll_id: int) -> dict[str, Any]:
    vote.vote(request.token.account, poll_id, ids(given(request), "choices"))
    return _shown(request, poll_id, request.token.account)


def _shown(request: ApiRequest, poll_id: int, viewer: Account | None) -> dict[str, Any]:
    status = queries.status(poll_id, viewer)
    shown = entities.poll(status, viewer) if status else None
    if shown is None:
        raise Missing
    return shown
