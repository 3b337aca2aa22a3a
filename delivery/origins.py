"""What a delivery belongs to, in words and with an address. Delivery knows neither posts nor messages, so `portal`
registers one function per kind; a kind without one is called by its own first words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from delivery.models import Delivery
from delivery.policies import EDIT, FOLLOWS


@dataclass(frozen=True)
class Origin:
    title: str
    url: str = ""
    about: str = ""
    """A short key of the thing itself ("posts.post:7"), by which notifications are grouped."""
    take_down: str = ""
    """The page on which people take it down, where that is more than a word."""
    change: str = ""
    """Where a form makes it a draft again, so that what was refused can be changed; "" where nobody writes it."""
    link: str = ""
    """What the link to `url` says, in the active language."""


_origins: dict[str, Callable[[Delivery], Origin]] = {}


def register(kind: str, describe: Callable[[Delivery], Origin]) -> None:
    _origins[kind] = describe


def of(delivery: Delivery) -> Origin:
    """Inside the scope of the delivery's municipality."""
    subject = delivery
    # An edit of a further post of a thread belongs to that, and that to the first one.
    while subject.kind in (*FOLLOWS, EDIT) and subject.parent:
        subject = subject.parent
    describe = _origins.get(subject.kind)
    return describe(subject) if describe else Origin(str(delivery))
