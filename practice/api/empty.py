"""Lists that programs ask for at their start, of things that this network does not have.

An empty list lets them go on, where 404 makes some of them stop.
"""

from typing import Any

from practice.api.calls import api
from practice.web import ApiRequest, TokenRequest

# address: the scope that it needs, if any
LISTS = {
    "api/v1/announcements": "read",
    "api/v1/blocks": "read:blocks",
    "api/v1/custom_emojis": "",
    "api/v1/directory": "",
    "api/v1/endorsements": "read:accounts",
    "api/v1/featured_tags": "read:accounts",
    "api/v1/filters": "read:filters",
    "api/v1/follow_requests": "read:follows",
    "api/v1/followed_tags": "read:follows",
    "api/v1/instance/peers": "",
    "api/v1/instance/rules": "",
    "api/v1/lists": "read:lists",
    "api/v1/mutes": "read:mutes",
    "api/v1/notifications/requests": "read:notifications",
    "api/v1/scheduled_statuses": "read:statuses",
    "api/v1/trends/links": "",
    "api/v1/trends/statuses": "",
    "api/v1/trends/tags": "",
    "api/v2/filters": "read:filters",
    "api/v2/suggestions": "read:accounts",
}


def _empty(scope: str) -> Any:
    @api("GET", scope=scope, rate="api" if scope else "anonymous")
    def empty(request: ApiRequest) -> list[Any]:
        return []

    return empty


lists = {address: _empty(scope) for address, scope in LISTS.items()}


@api("GET", scope="read:statuses")
def markers(request: TokenRequest) -> dict[str, Any]:
    """Where somebody stopped reading is not kept."""
    return {}
