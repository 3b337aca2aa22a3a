"""Who else keeps something of a citizen's words, and has to let go of it when a message is forgotten.

The inbox knows nobody above it, so floors above give their verb here when the portal starts (`AppConfig.ready`);
`inbox.domain.forget` calls each in its own transaction, with the ids of the messages. `asked`: the author asked to be
erased; else the time of the words is over.
"""

from collections.abc import Sequence
from typing import Protocol


class Forgets(Protocol):
    def __call__(self, messages: Sequence[int], *, asked: bool) -> None: ...


_known: list[Forgets] = []


def provide(forgets: Forgets) -> None:
    if forgets not in _known:
        _known.append(forgets)


def forget(messages: Sequence[int], *, asked: bool) -> None:
    for each in _known:
        each(messages, asked=asked)
