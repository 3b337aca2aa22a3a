"""Times as networks write them."""

from datetime import UTC, datetime


def moment(value: str) -> datetime:
    """A network's ISO time as aware UTC. Raises `ValueError`."""
    time = datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
