"""May it go out now? Asked right before every irreversible step, in the transaction that marks the step.

Delivery itself asks whether the channel is connected and the time has not passed. Everything else (approval, pause,
house rules) belongs to the kind of delivery: `portal.gates` registers one gate per kind. A kind without a gate is
never sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.enums import ChannelState
from delivery.enums import Because, State
from delivery.models import Delivery


@dataclass(frozen=True)
class Verdict:
    """`words` is a sentence for people, empty where the reason says it all."""

    kind: Literal["go", "hold", "expire"]
    because: Because | None = None
    words: str = ""


Gate = Callable[[Delivery], Verdict]
Gates = Callable[[Sequence[Delivery]], Mapping[int, Verdict]]
"""The verdicts of several deliveries by their ids, in a fixed number of queries; the scope of all of them is open."""

GO = Verdict("go")
# The kind of what follows a post by itself: what holds for the post holds for it.
FIRST_COMMENT = "first_comment"
# The kind of what changes a published post, its parent.
EDIT = "edit"
# The kind of what answers somebody.
REPLY = "reply"
_gates: dict[str, Gates] = {}
_removals: dict[str, Gate] = {}


def go() -> Verdict:
    return GO


def hold(because: Because, words: str = "") -> Verdict:
    """Not now: NOT_APPROVED, TOO_EARLY, one of PAUSES, NEEDS_CONSENT or HELD."""
    return Verdict("hold", because, words)


def expire(because: Because = Because.TOO_LATE, words: str = "") -> Verdict:
    """Not any more by itself: TOO_LATE or NOT_APPROVED. A person decides."""
    return Verdict("expire", because, words)


def register(kind: str, gate: Gate) -> None:
    """Put the gate of one kind of delivery in place; once, at start-up."""
    register_for_several(kind, lambda deliveries: {delivery.pk: gate(delivery) for delivery in deliveries})


def register_for_several(kind: str, gate: Gates) -> None:
    _gates[kind] = gate


def register_removal(kind: str, gate: Gate) -> None:
    """Who is asked right before something of this kind is taken down from its network; nobody unless registered."""
    _removals[kind] = gate


def ask_removal(delivery: Delivery) -> Verdict:
    """Whether it may be taken down now. Inside the scope of the delivery's municipality."""
    gate = _removals.get(delivery.kind)
    return gate(delivery) if gate else GO


def ask(delivery: Delivery, now: datetime) -> Verdict:
    """The verdict at `now`. Inside the scope of the delivery's municipality.

    From fresh rows: the caller has just loaded the delivery, with its channel and parent or without them.
    """
    return ask_all([delivery], now)[delivery.pk]


def ask_all(deliveries: Sequence[Delivery], now: datetime) -> dict[int, Verdict]:
    """The verdict on each of them, by id. Inside the scope of all their municipalities."""
    found = {delivery.pk: verdict for delivery in deliveries if (verdict := _own(delivery, now))}
    subjects = {delivery.pk: _subject(delivery) for delivery in deliveries if delivery.pk not in found}
    kinds: dict[str, list[Delivery]] = {}
    for subject in subjects.values():
        kinds.setdefault(subject.kind, []).append(subject)
    told: dict[int, Verdict] = {}
    for kind, same in kinds.items():
        if gate := _gates.get(kind):
            told |= gate(same)
    return found | {pk: told.get(subject.pk, hold(Because.HELD)) for pk, subject in subjects.items()}


def _own(delivery: Delivery, now: datetime) -> Verdict | None:
    """What delivery itself has to say against it."""
    if now > delivery.not_after:
        return expire()
    if delivery.parent and delivery.parent.state != State.PUBLISHED:
        return hold(Because.HELD)
    if delivery.channel.state != ChannelState.CONNECTED:
        return hold(Because.NEEDS_CONSENT)
    return None


def _subject(delivery: Delivery) -> Delivery:
    """Whose verdict it is: a first comment goes when its post may."""
    return delivery.parent if delivery.kind == FIRST_COMMENT and delivery.parent else delivery
