"""What a publisher does, in the test's own thread."""

from __future__ import annotations

from delivery.domain import attempts
from delivery.domain.deliver import make
from delivery.queries import with_its_row
from municipalities.tenancy import scope


def deliver(delivery_id: int, number: int) -> None:
    """Make attempt `number`, which a look or a status check opened, unless it was made or never opened."""
    delivery = with_its_row(delivery_id)
    with scope(delivery.municipality_id):
        attempt = attempts.take(delivery, number)
    if attempt is not None:
        make(delivery, attempt)
