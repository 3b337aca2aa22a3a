"""Notifications, as a list and as the groups of Mastodon 4.3. https://docs.joinmastodon.org/methods/notifications/"""

from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, many, origin, paged, window
from practice.errors import Missing
from practice.models import Notice
from practice.web import TokenRequest


@api("GET", scope="read:notifications")
def notifications(request: TokenRequest) -> Any:
    me = request.token.account
    rows, visible = _rows(request)
    return paged(request, rows, entities.notices(visible, origin(request), me))


@api("GET", scope="read:notifications")
def notification(request: TokenRequest, notice_id: int) -> dict[str, Any]:
    me = request.token.account
    row = queries.notice(notice_id, me)
    if row is None or row not in _visible([row], request):
        raise Missing
    return entities.notices([row], origin(request), me)[0]


@api("GET", scope="read:notifications")
def grouped(request: TokenRequest) -> Any:
    """https://docs.joinmastodon.org/methods/grouped_notifications/: each is a group by itself."""
    me, here = request.token.account, origin(request)
    rows, visible = _rows(request)
    actors = {row.actor_id: row.actor for row in visible}
    statuses = {row.status_id: row.status for row in visible if row.status}
    groups = {
        "accounts": [entities.account(actor, here) for actor in actors.values()],
        "statuses": entities.statuses(list(statuses.values()), here, me),
        "notification_groups": [_group(row) for row in visible],
    }
    return paged(request, rows, groups)


def _group(row: Notice) -> dict[str, Any]:
    return {
        "group_key": f"ungrouped-{row.pk}",
        "notifications_count": 1,
        "type": row.kind,
        "most_recent_notification_id": row.pk,
        "page_min_id": str(row.pk),
        "page_max_id": str(row.pk),
        "latest_page_notification_at": entities.moment(row.created_at),
        "sample_account_ids": [str(row.actor_id)],
        **({"status_id": str(row.status_id)} if row.status_id else {}),
    }


def _rows(request: TokenRequest) -> tuple[list[Notice], list[Notice]]:
    """All of this page of the list, and those to be shown."""
    kinds, but = many(request, "types"), many(request, "exclude_types")
    rows = queries.notices(request.token.account, window(request, default=40, most=80), kinds, but)
    return rows, _visible(rows, request)


def _visible(rows: list[Notice], request: TokenRequest) -> list[Notice]:
    # A page gets notifications of what it hid itself, not of what another page hid.
    visible = {row.pk for row in queries.seen((row.status for row in rows if row.status), request.token.account)}
    return [row for row in rows if row.status_id is None or row.status_id in visible]
