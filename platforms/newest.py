"""Returns messages once and oldest first, for networks without a list of messages. Pure."""

from collections.abc import Iterable

from platforms.types import Message, Messages


def after(messages: Iterable[Message], cursor: str | None) -> Messages:
    """`cursor`: the second of the newest message, and which messages of that second were given out."""
    second, given = parse_cursor(cursor)
    fresh = [
        m for m in messages if (at := int(m.at.timestamp())) > second or (at == second and m.remote_id not in given)
    ]
    items = oldest_first(fresh)
    if not items:
        return Messages((), cursor)
    last = int(items[-1].at.timestamp())
    same = [m.remote_id for m in items if int(m.at.timestamp()) == last]
    return Messages(items, f"{last}:{' '.join([*(given if last == second else ()), *same])}")


def oldest_first(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Of one second the id decides: most networks count up, and as text "100" would come before "99"."""
    return tuple(sorted(messages, key=lambda m: (m.at, len(m.remote_id), m.remote_id)))


def parse_cursor(cursor: str | None) -> tuple[int, tuple[str, ...]]:
    """(the second, ids that were given out)."""
    second, _, given = (cursor or "").partition(":")
    return (int(second), tuple(given.split())) if second.isdigit() else (0, ())
