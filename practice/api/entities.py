"""Serialises our rows as Mastodon's entities. https://docs.joinmastodon.org/entities/"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from practice import queries, text
from practice.domain import vote
from practice.models import Account, Media, Notice, Status
from practice.queries import timelines
from practice.queries.conversations import Listed


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(row: Account, origin: str) -> dict[str, Any]:
    picture = f"{origin}/avatars/{row.username}.png"
    return {
        "id": str(row.pk),
        "username": row.username,
        "acct": row.username,
        "display_name": row.display_name,
        "note": text.to_html(row.note, origin),
        "url": f"{origin}/@{row.username}",
        "uri": f"{origin}/@{row.username}",
        "avatar": picture,
        "avatar_static": picture,
        "header": "",
        "header_static": "",
        "locked": False,
        "bot": False,
        "group": False,
        "discoverable": False,
        "noindex": True,
        "indexable": False,
        "hide_collections": False,
        "created_at": moment(row.created_at),
        "followers_count": row.followers_count,
        "following_count": row.following_count,
        "statuses_count": row.statuses_count,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
        # Ours alone: the network that a page imitates.
        **({"dobosar": {"network": row.network}} if row.network else {}),
    }


def media(row: Media, origin: str) -> dict[str, Any]:
    url = f"{origin}/media/{row.token}"
    size = {
        "width": row.width,
        "height": row.height,
        "size": f"{row.width}x{row.height}",
        "aspect": row.width / row.height,
    }
    return {
        "id": str(row.pk),
        "type": "image",
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {"original": size, "small": size},
        "description": row.description or None,
        "blurhash": row.blurhash or None,
    }


def statuses(rows: Sequence[Status], origin: str, viewer: Account | None) -> list[dict[str, Any]]:
    """As `viewer` sees them, who has checked that they may."""
    queries.prepare(rows, viewer)
    return [_status(row, origin, viewer) for row in rows]


def status(row: Status, origin: str, viewer: Account | None) -> dict[str, Any]:
    return statuses([row], origin, viewer)[0]


def _status(row: Status, origin: str, viewer: Account | None) -> dict[str, Any]:
    url = f"{origin}/@{row.account.username}/{row.pk}"
    # What answers a private message of others does not tell that there is one.
    parent = row.in_reply_to if row.in_reply_to and queries.may_read(viewer, row.in_reply_to) else None
    return {
        "id": str(row.pk),
        "uri": url,
        "url": url,
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at) if row.edited_at else None,
        "in_reply_to_id": str(parent.pk) if parent else None,
        "in_reply_to_account_id": str(parent.account_id) if parent else None,
        "sensitive": False,
        "spoiler_text": row.title,
        "visibility": str(row.visibility),
        "language": row.language or None,
        "content": text.to_html(row.text, origin),
        "account": account(row.account, origin),
        "media_attachments": [media(attachment, origin) for attachment in row.media.all()],
        "mentions": [mention(mentioned, origin) for mentioned in row.mentioned],  # type: ignore[attr-defined]
        "tags": [tag(name, origin) for name in text.hashtags(row.text)],
        "emojis": [],
        "reblog": None,
        "poll": poll(row, viewer),
        "card": None,
        "application": None,
        "replies_count": row.replies_count,
        "reblogs_count": row.boosts_count,
        "favourites_count": row.likes_count,
        "favourited": row.liked,  # type: ignore[attr-defined]
        "reblogged": row.boosted,  # type: ignore[attr-defined]
        "muted": False,
        "bookmarked": row.bookmarked,  # type: ignore[attr-defined]
        # only of one's own
        **({"pinned": row.pinned_at is not None} if viewer and viewer.pk == row.account_id else {}),
        # Ours alone: shown to its author and to the page that hid it, and to nobody else.
        "hidden": row.hidden_at is not None,
    }


def mention(row: Account, origin: str) -> dict[str, Any]:
    return {"id": str(row.pk), "username": row.username, "acct": row.username, "url": f"{origin}/@{row.username}"}


def tag(name: str, origin: str) -> dict[str, Any]:
    return {"name": name, "url": f"{origin}/?tag={quote(name)}"}


def poll(row: Status, viewer: Account | None) -> dict[str, Any] | None:
    """https://docs.joinmastodon.org/entities/Poll/; `queries.tally` put the counts on the row."""
    if not row.poll:
        return None
    votes = queries.tally(row)
    ends = vote.ends_at(row.poll)
    own = [given.choice for given in row.votes.all() if viewer and given.account_id == viewer.pk]
    return {
        "id": str(row.pk),
        "expires_at": moment(ends),
        "expired": ends <= timezone.now(),
        "multiple": row.poll["multiple"],
        "votes_count": sum(votes),
        "voters_count": queries.voters(row) if row.poll["multiple"] else None,
        "options": [
            {"title": option, "votes_count": count} for option, count in zip(row.poll["options"], votes, strict=True)
        ],
        "emojis": [],
        **({"voted": bool(own), "own_votes": sorted(own)} if viewer else {}),
    }


def history(row: Status, origin: str, viewer: Account | None) -> list[dict[str, Any]]:
    """https://docs.joinmastodon.org/entities/StatusEdit/: what it said at first and after each edit."""
    same = {
        "sensitive": False,
        "account": account(row.account, origin),
        "media_attachments": [media(attachment, origin) for attachment in row.media.all()],
        "emojis": [],
        **({"poll": poll(row, viewer)} if row.poll else {}),
    }
    return [
        {
            **same,
            "spoiler_text": version.title,
            "content": text.to_html(version.text, origin),
            "created_at": moment(version.since),
        }
        for version in timelines.history(row)
    ]


def relationship(row: timelines.Relation) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Relationship/. Nobody blocks or mutes here, or has to be asked."""
    return {
        "id": str(row.account_id),
        "following": row.is_followed,
        "showing_reblogs": row.is_followed,
        "notifying": False,
        "languages": None,
        "followed_by": row.follows,
        "blocking": False,
        "blocked_by": False,
        "muting": False,
        "muting_notifications": False,
        "requested": False,
        "requested_by": False,
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }


def notices(rows: Sequence[Notice], origin: str, viewer: Account) -> list[dict[str, Any]]:
    queries.prepare([row.status for row in rows if row.status], viewer)
    return [
        {
            "id": str(row.pk),
            "type": row.kind,
            "group_key": f"ungrouped-{row.pk}",
            "created_at": moment(row.created_at),
            "account": account(row.actor, origin),
            "status": _status(row.status, origin, viewer) if row.status else None,
        }
        for row in rows
    ]


def conversations(rows: Sequence[Listed], origin: str, viewer: Account) -> list[dict[str, Any]]:
    """https://docs.joinmastodon.org/entities/Conversation/. Whoever wrote to nobody is alone in it."""
    last = statuses([row.last for row in rows], origin, viewer)
    return [
        {
            "id": str(row.conversation.pk),
            "unread": row.is_unread,
            "accounts": [account(other, origin) for other in row.others or [viewer]],
            "last_status": shown,
        }
        for row, shown in zip(rows, last, strict=True)
    ]
