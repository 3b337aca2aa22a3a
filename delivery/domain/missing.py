from delivery.domain.move import move
from delivery.enums import Because, State
from delivery.models import Delivery


def missing(delivery: Delivery) -> None:
    """The network says that a published post is gone. Raises `Moved` when it was taken down by us meanwhile."""
    move(delivery, State.MISSING, because=Because.GONE)
