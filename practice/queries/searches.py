"""Search for accounts, statuses and hashtags."""

from django.db.models import Case, Q, QuerySet, Value, When

from practice import text
from practice.models import Account, Status
from practice.queries import all_statuses, readable_by, seen

# How many of the latest statuses with a "#" are read for their hashtags.
CANDIDATES = 400


def accounts(words: str, limit: int, offset: int = 0) -> list[Account]:
    """By part of the name; the account of exactly this username comes first, pages before citizens."""
    username = words.removeprefix("@").partition("@")[0].lower()
    is_other = Case(When(username=username, then=Value(0)), default=Value(1))
    named = Account.objects.filter(Q(username__contains=username) | Q(display_name__icontains=words))
    return list(named.order_by(is_other, "-kind", "username")[offset : offset + limit]) if username else []


def statuses(words: str, viewer: Account, limit: int, offset: int = 0, author: int | None = None) -> list[Status]:
    """The newest that contain `words`."""
    matching: QuerySet[Status] = all_statuses().filter(readable_by(viewer), text__icontains=words)
    if author is not None:
        matching = matching.filter(account_id=author)
    return seen(matching.order_by("-pk")[offset : offset + limit], viewer) if words else []


def hashtags(words: str, viewer: Account, limit: int, offset: int = 0) -> list[str]:
    """Hashtags that begin with `words`, the latest first."""
    begin = words.removeprefix("#").lower()
    if not begin:
        return []
    containing = Status.objects.filter(readable_by(viewer), text__icontains=f"#{begin}")
    rows = seen(containing.order_by("-pk")[:CANDIDATES], viewer)
    tags = (tag for row in rows for tag in text.hashtags(row.text) if tag.startswith(begin))
    return list(dict.fromkeys(tags))[offset : offset + limit]
