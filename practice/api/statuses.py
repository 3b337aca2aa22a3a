"""Statuses. https://docs.joinmastodon.org/methods/statuses/"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from practice import queries
from practice.api import entities
from practice.api.calls import (
    NoToken,
    api,
    error,
    flag,
    given,
    ids,
    many,
    number,
    origin,
    paged,
    reader,
    text,
    whose,
    window,
)  # fmt: skip
from practice.domain import keep, react, write
from practice.enums import Visibility
from practice.errors import ApiError, Missing, NotAllowed
from practice.models import Account, Boost, Like, Status, Token
from practice.queries import timelines
from practice.rules import covers
from practice.web import ApiRequest, TokenRequest

MOST_AT_ONCE = 20
KEY_LENGTH = 200
POLL = ("options", "expires_in", "multiple")
VISIBILITIES = {
    "": Visibility.PUBLIC, "public": Visibility.PUBLIC, "unlisted": Visibility.PUBLIC, "direct": Visibility.DIRECT,
}  # fmt: skip


@api("GET", "POST")
def statuses(request: ApiRequest) -> Any:
    return several(request) if request.method == "GET" else create(request)


def several(request: ApiRequest) -> list[dict[str, Any]]:
    wanted = [number(value) for value in many(request, "id")]
    rows = queries.several([pk for pk in wanted if pk is not None][:MOST_AT_ONCE], reader(request))
    return entities.statuses(rows, origin(request), reader(request))


def create(request: ApiRequest) -> Any:
    token = _may(request, "write:statuses")
    fields = given(request)
    if fields.get("scheduled_at"):
        # A municipality's posts wait in its own portal, where they can be stopped.
        raise ApiError("Validation failed: Scheduled posts are not supported")
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_LENGTH:
        return error(f"Idempotency-Key is longer than {KEY_LENGTH} characters", 400)
    draft = replace(_draft(fields), visibility=_visibility(fields))
    status = write.publish(token.account, draft, key=key)
    return shown(request, status.pk)


def _draft(fields: dict[str, Any]) -> write.Draft:
    answered = fields.get("in_reply_to_id")
    reply_to = number(answered)
    if answered not in (None, "") and reply_to is None:
        raise Missing
    # A content warning is a title, or shown as the first line of the text.
    return write.Draft(
        text(fields, "status"), text(fields, "language"), ids(fields, "media_ids"), reply_to, _poll(fields),
        _descriptions(fields), title=text(fields, "spoiler_text"),
    )  # fmt: skip


def _visibility(fields: dict[str, Any]) -> Visibility:
    """Raises `ApiError` for posts to followers, which do not exist here. What is not to be listed is listed."""
    visibility = VISIBILITIES.get(text(fields, "visibility"))
    if visibility is None:
        raise ApiError("Validation failed: Visibility must be public or direct")
    return visibility


def _poll(fields: dict[str, Any]) -> dict[str, Any] | None:
    poll = fields.get("poll")
    if not isinstance(poll, dict):
        # of a form: poll[options][], poll[expires_in], poll[multiple]
        poll = {
            name: fields[f"poll[{name}]"] for name in ("options", "expires_in", "multiple") if f"poll[{name}]" in fields
        }
    if not poll:
        return None
    options, seconds = poll.get("options"), poll.get("expires_in")
    return {
        "options": options if isinstance(options, list) else [],
        "expires_in": number(seconds) if isinstance(seconds, str) else seconds,
        "multiple": flag(poll.get("multiple")),
    }


def _descriptions(fields: dict[str, Any]) -> dict[int, str]:
    """New descriptions of a status' pictures, by their ids."""
    attributes = fields.get("media_attributes")
    given_ones = [one for one in attributes if isinstance(one, dict)] if isinstance(attributes, list) else []
    by_id = {number(one.get("id")): one["description"] for one in given_ones if isinstance(one.get("description"), str)}
    return {pk: description for pk, description in by_id.items() if pk is not None}


@api("GET", "PUT", "DELETE")
def status(request: ApiRequest, status_id: int) -> Any:
    if request.method == "GET":
        return entities.status(_read(request, status_id), origin(request), reader(request))
    token = _may(request, "write:statuses")
    if request.method == "PUT":
        write.edit(token.account, status_id, _draft(given(request)))
        return shown(request, status_id)
    before = shown(request, status_id)
    deleted = write.delete(token.account, status_id)
    return {**before, "text": deleted.text}


@api("GET", scope="read:statuses")
def source(request: TokenRequest, status_id: int) -> dict[str, Any]:
    status = _read(request, status_id)
    return {"id": str(status.pk), "text": status.text, "spoiler_text": status.title}


@api("GET")
def context(request: ApiRequest, status_id: int) -> dict[str, Any]:
    status, here, viewer = _read(request, status_id), origin(request), reader(request)
    return {
        "ancestors": entities.statuses(queries.ancestors(status, viewer), here, viewer),
        "descendants": entities.statuses(queries.descendants(status, viewer), here, viewer),
    }


@api("GET")
def history(request: ApiRequest, status_id: int) -> list[dict[str, Any]]:
    return entities.history(_read(request, status_id), origin(request), reader(request))


@api("GET")
def reacted(request: ApiRequest, status_id: int, kind: type[Like] | type[Boost]) -> Any:
    """Who liked or shared it. Those of the crowd, who are only counted, are nobody."""
    rows = timelines.reactions_to(kind, _read(request, status_id), window(request, default=40, most=80))
    return paged(request, rows, [entities.account(row.account, origin(request)) for row in rows])


class Act(NamedTuple):
    scope: str
    verb: Callable[[Account, int], object]


ACTS = {
    "favourite": Act("write:favourites", react.like),
    "unfavourite": Act("write:favourites", react.unlike),
    "reblog": Act("write:statuses", react.boost),
    "unreblog": Act("write:statuses", react.unboost),
    "bookmark": Act("write:bookmarks", keep.bookmark),
    "unbookmark": Act("write:bookmarks", keep.unbookmark),
    "pin": Act("write:accounts", keep.pin),
    "unpin": Act("write:accounts", keep.unpin),
}


@api("POST")
def act(request: ApiRequest, status_id: int, name: str) -> dict[str, Any]:
    scope, verb = ACTS[name]
    token = _may(request, scope)
    verb(token.account, status_id)
    answer = shown(request, status_id)
    if name != "reblog":
        return answer
    # Mastodon answers with the share, a status around the shared one. Here shares are no statuses, so it has its id.
    return {**answer, "account": entities.account(token.account, origin(request)), "reblog": answer}


def _may(request: ApiRequest, scope: str) -> Token:
    """The token of the call; raises where there is none or it does not cover the scope."""
    if request.token is None:
        raise NoToken("The access token is invalid")
    if not covers(request.token.scopes, scope):
        raise NotAllowed("This action is outside the authorized scopes")
    return request.token


def _read(request: ApiRequest, status_id: int) -> Status:
    return _status(status_id, reader(request))


def _status(status_id: int, viewer: Account | None) -> Status:
    status = queries.status(status_id, viewer)
    if status is None:
        raise Missing
    return status


def shown(request: ApiRequest, status_id: int) -> dict[str, Any]:
    """The status after a change of it, to which the caller had the right."""
    return entities.status(_status(status_id, whose(request)), origin(request), whose(request))
