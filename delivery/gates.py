"""May it go out now? Asked right before every irreversible step, in the transaction that marks the step.

Delivery itself asks whether the channel is connected and the time has not passed. Everything else (approval, pause,
house rules) belongs to the kind of delivery: `portal.gates` registers one gate per kind. A kind without a gate is
never sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.enums import ChannelState
from channels.models import Channel
from delivery.enums import Because, State
from delivery.models import Delivery


@dataclass(frozen=True)
class Verdict:
    """`words` is a sentence for people, empty where the reason says it all."""

    kind: Literal["go", "hold", "expire"]
    because: Because | None = None
    words: str = ""


Gate = Callable[[Delivery], Verdict]
GO = Verdict("go")
# The kind of what follows a post by itself: what holds for the post holds for it.
FIRST_COMMENT = "first_comment"
_gates: dict[str, Gate] = {}


def go() -> Verdict:
    return GO


def hold(because: Because, words: str = "") -> Verdict:
    """Not now: NOT_APPROVED, PAUSED, NEEDS_CONSENT or HELD."""
    return Verdict("hold", because, words)


def expire(because: Because = Because.TOO_LATE, words: str = "") -> Verdict:
    """Not any more by itself: TOO_LATE or NOT_APPROVED. A person decides."""
    return Verdict("expire", because, words)


def register(kind: str, gate: Gate) -> None:
    """Put the gate of one kind of delivery in place; once, at start-up."""
    _gates[kind] = gate


def ask(delivery: Delivery, now: datetime) -> Verdict:
    """The verdict at `now`, from fresh rows. Inside the scope of the delivery's municipality."""
    if now > delivery.not_after:
        return expire()
    if delivery.parent and delivery.parent.state != State.PUBLISHED:
        return hold(Because.HELD)
    state = Channel.objects.values_list("state", flat=True).get(pk=delivery.channel_id)
    if state != ChannelState.CONNECTED:
        return hold(Because.NEEDS_CONSENT)
    subject = delivery.parent if delivery.kind == FIRST_COMMENT and delivery.parent else delivery
    gate = _gates.get(subject.kind)
    return gate(subject) if gate else hold(Because.HELD)
