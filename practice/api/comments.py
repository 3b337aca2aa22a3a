"""Moderation of comments by the page below whose posts they stand. Mastodon has none, so these addresses are our own.

    POST   /api/v1/dobosar/comments/:id/hide
    POST   /api/v1/dobosar/comments/:id/show
    DELETE /api/v1/dobosar/comments/:id

A server that has them advertises them under "dobosar" in its configuration. The answer is the Status, with "hidden".
404: it does not exist. 422: it is the caller's own, or does not stand below one of the caller's posts.
"""

from typing import Any

from practice.api.calls import api
from practice.api.statuses import shown
from practice.domain import moderate
from practice.web import TokenRequest

ACTS = {"hide": moderate.hide, "show": moderate.show}


@api("POST", scope="write:statuses")
def act(request: TokenRequest, status_id: int, name: str) -> dict[str, Any]:
    ACTS[name](request.token.account, status_id)
    return shown(request, status_id)


@api("DELETE", scope="write:statuses")
def delete(request: TokenRequest, status_id: int) -> dict[str, Any]:
    before = shown(request, status_id)
    return {**before, "text": moderate.delete(request.token.account, status_id).text}
