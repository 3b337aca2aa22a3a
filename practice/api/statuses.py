"""Statuses. https://docs.joinmastodon.org/methods/statuses/"""

from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, error, given, ids, number, origin, text, whose
from practice.domain import react, write
from practice.errors import ApiError, Missing, NotAllowed
from practice.models import Status, Token
from practice.rules import covers
from practice.web import ApiRequest, TokenRequest

MOST_AT_ONCE = 20
KEY_LENGTH = 200


@api("GET", "POST")
def statuses(request: ApiRequest) -> Any:
    return several(request) if request.method == "GET" else create(request)


def several(request: ApiRequest) -> list[dict[str, Any]]:
    wanted = [number(value) for value in request.GET.getlist("id[]") or request.GET.getlist("id")]
    statuses = queries.several([pk for pk in wanted if pk is not None][:MOST_AT_ONCE], whose(request))
    return [entities.status(row, origin(request)) for row in statuses]


def create(request: ApiRequest) -> Any:
    token = _may(request, "write:statuses")
    fields = given(request)
    if fields.get("scheduled_at"):
        # A municipality's posts wait in its own portal, where they can be stopped.
        raise ApiError("Validation failed: Scheduled posts are not supported")
    if text(fields, "visibility") not in ("", "public", "unlisted"):
        raise ApiError("Validation failed: Visibility must be public")
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_LENGTH:
        return error(f"Idempotency-Key is longer than {KEY_LENGTH} characters", 400)
    status = write.publish(token.account, _draft(fields), key=key)
    return shown(request, status.pk)


def _draft(fields: dict[str, Any]) -> write.Draft:
    answered = fields.get("in_reply_to_id")
    reply_to = number(answered)
    if answered not in (None, "") and reply_to is None:
        raise Missing
    # A content warning is shown as the first line of the text.
    written = "\n\n".join(part for part in (text(fields, "spoiler_text"), text(fields, "status")) if part)
    poll = fields.get("poll")
    return write.Draft(
        written, text(fields, "language"), ids(fields, "media_ids"), reply_to, poll if isinstance(poll, dict) else None
    )


@api("GET", "PUT", "DELETE")
def status(request: ApiRequest, status_id: int) -> Any:
    if request.method == "GET":
        return shown(request, status_id)
    token = _may(request, "write:statuses")
    if request.method == "PUT":
        write.edit(token.account, status_id, _draft(given(request)))
        return shown(request, status_id)
    before = shown(request, status_id)
    deleted = write.delete(token.account, status_id)
    return {**before, "text": deleted.text}


@api("GET", scope="read:statuses")
def source(request: TokenRequest, status_id: int) -> dict[str, Any]:
    status = _status(request, status_id)
    return {"id": str(status.pk), "text": status.text, "spoiler_text": ""}


@api("GET")
def context(request: ApiRequest, status_id: int) -> dict[str, Any]:
    status, here = _status(request, status_id), origin(request)
    return {
        "ancestors": [entities.status(row, here) for row in queries.ancestors(status)],
        "descendants": [entities.status(row, here) for row in queries.descendants(status, whose(request))],
    }


ACTS = {
    "favourite": react.like,
    "unfavourite": react.unlike,
    "reblog": react.boost,
    "unreblog": react.unboost,
}


@api("POST")
def act(request: ApiRequest, status_id: int, name: str) -> dict[str, Any]:
    token = _may(request, "write:favourites" if "favourite" in name else "write:statuses")
    ACTS[name](token.account, status_id)
    return shown(request, status_id)


def _may(request: ApiRequest, scope: str) -> Token:
    """The token of the call; raises where there is none or it does not cover the scope."""
    from practice.api.calls import NoToken

    if request.token is None:
        raise NoToken("The access token is invalid")
    if not covers(request.token.scopes, scope):
        raise NotAllowed("This action is outside the authorized scopes")
    return request.token


def _status(request: ApiRequest, status_id: int) -> Status:
    status = queries.status(status_id, whose(request))
    if status is None:
        raise Missing
    return status


def shown(request: ApiRequest, status_id: int) -> dict[str, Any]:
    status = _status(request, status_id)
    if request.token:
        queries.mark_own([status], request.token.account)
    return entities.status(status, origin(request))
