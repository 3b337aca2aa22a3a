"""Private conversations. https://docs.joinmastodon.org/methods/conversations/

One for each set of accounts that write to each other; on Mastodon a new thread among the same ones is another one.
"""

from typing import Any

from django.http import JsonResponse

from practice.api import entities
from practice.api.calls import api, origin, page_links, window
from practice.domain import read as verbs
from practice.errors import Missing
from practice.queries import conversations as queries
from practice.web import TokenRequest


@api("GET", scope="read:statuses")
def conversations(request: TokenRequest) -> JsonResponse:
    me = request.token.account
    rows = queries.windowed(me, window(request))
    answer = JsonResponse(entities.conversations(rows, origin(request), me), safe=False)
    if rows:
        answer["Link"] = page_links(request, oldest=rows[-1].last.pk, newest=rows[0].last.pk)
    return answer


@api("DELETE", scope="write:conversations")
def conversation(request: TokenRequest, conversation_id: int) -> dict[str, Any]:
    verbs.forget(request.token.account, conversation_id)
    return {}


@api("POST", scope="write:conversations")
def read(request: TokenRequest, conversation_id: int) -> dict[str, Any]:
    me = request.token.account
    row = queries.one(conversation_id, me)
    if row is None:
        raise Missing
    verbs.read(me, conversation_id, row.last.pk)
    row = queries.one(conversation_id, me)
    if row is None:
        raise Missing
    return entities.conversations([row], origin(request), me)[0]
