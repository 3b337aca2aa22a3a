"""What a page does with what others write below its posts. Mastodon has no such thing, so these addresses are our own.

    POST   /api/v1/dobosar/comments/:id/hide
    POST   /api/v1/dobosar/comments/:id/show
    DELETE /api/v1/dobosar/comments/:id

A server that has them says so under "dobosar" in its configuration. The answer is the Status, with "hidden" besides.
404: it is not there (any more). 422: it stands below nobody's or somebody else's post, or is one's own.
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
