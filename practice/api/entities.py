"""Serialises our rows as Mastodon's entities. https://docs.joinmastodon.org/entities/"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from practice import queries, text
from practice.domain import vote
from practice.models import Account, Media, Notice, Status


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(row: Account, origin: str) -> dict[str, Any]:
    picture = f"{origin}/avatars/{row.username}.svg"
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
        "created_at": moment(row.created_at),
        "followers_count": row.followers_count,
        "following_count": row.following_count,
        "statuses_count": row.statuses_count,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }


def media(row: Media, origin: str) -> dict[str, Any]:
    url = f"{origin}/media/{row.token}"
    return {
        "id": str(row.pk),
        "type": "image",
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {"original": {"width": row.width, "height": row.height, "aspect": row.width / row.height}},
        "description": row.description or None,
        "blurhash": None,
    }


def status(row: Status, origin: str) -> dict[str, Any]:
    url = f"{origin}/@{row.account.username}/{row.pk}"
    parent = row.in_reply_to
    return {
        "id": str(row.pk),
        "uri": url,
        "url": url,
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at) if row.edited_at else None,
        "in_reply_to_id": str(parent.pk) if parent else None,
        "in_reply_to_account_id": str(parent.account_id) if parent else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": row.language or None,
        "content": text.to_html(row.text, origin),
        "account": account(row.account, origin),
        "media_attachments": [media(attachment, origin) for attachment in row.media.all()],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "reblog": None,
        "poll": poll(row),
        "card": None,
        "replies_count": row.replies_count,
        "reblogs_count": row.boosts_count,
        "favourites_count": row.likes_count,
        "favourited": getattr(row, "liked", False),
        "reblogged": getattr(row, "boosted", False),
        "muted": False,
        "bookmarked": False,
        # Ours alone: shown to its author and to the page that hid it, and to nobody else.
        "hidden": row.hidden_at is not None,
    }


def poll(row: Status) -> dict[str, Any] | None:
    """https://docs.joinmastodon.org/entities/Poll/; `queries.tally` put the counts on the row."""
    if not row.poll:
        return None
    votes = queries.tally(row)
    ends = vote.ends_at(row.poll)
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
    }


def notice(row: Notice, origin: str) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "type": row.kind,
        "created_at": moment(row.created_at),
        "account": account(row.actor, origin),
        "status": status(row.status, origin) if row.status else None,
    }
