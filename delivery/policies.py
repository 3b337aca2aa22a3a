"""May it go out now? Asked right before every irreversible step, in the transaction that marks the step.

Delivery itself asks whether the channel is connected and the time has not passed. Everything else (approval, pause,
house rules) belongs to the kind of delivery: `portal.publish_policies` registers one policy per kind. A kind without a
policy is never sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_noop

from channels.enums import ChannelState
from common import restores
from delivery.enums import ReasonCode, State
from delivery.models import Delivery


@dataclass(frozen=True)
class PolicyDecision:
    """`words` is a sentence for people, empty where the reason says it all."""

    kind: Literal["allow", "defer", "expire"]
    reason: ReasonCode | None = None
    words: str = ""


Policy = Callable[[Delivery], PolicyDecision]
BatchPolicy = Callable[[Sequence[Delivery]], Mapping[int, PolicyDecision]]
"""The verdicts of several deliveries by their ids, in a fixed number of queries; the scope of all of them is open."""

ALLOW = PolicyDecision("allow")
UNVERIFIED = gettext_noop("It comes from a restored backup, and the network was not searched for it yet.")
# The kind of what follows a post by itself: what holds for the post holds for it.
FIRST_COMMENT = "first_comment"
# The kind of a further post of a thread. Its parent is the first one, it answers the one before it (`reply_to`).
THREAD_PART = "thread_part"
FOLLOWS = (FIRST_COMMENT, THREAD_PART)
# The kind of what changes a published post, its parent.
EDIT = "edit"
# The kind of what answers somebody.
REPLY = "reply"
_policies: dict[str, BatchPolicy] = {}
_removals: dict[str, Policy] = {}


def allow() -> PolicyDecision:
    return ALLOW


def defer(because: ReasonCode, words: str = "") -> PolicyDecision:
    """Not now: NOT_APPROVED, TOO_EARLY, one of PAUSES, NEEDS_CONSENT or HELD."""
    return PolicyDecision("defer", because, words)


def expire(because: ReasonCode = ReasonCode.TOO_LATE, words: str = "") -> PolicyDecision:
    """Not any more by itself: TOO_LATE or NOT_APPROVED. A person decides."""
    return PolicyDecision("expire", because, words)


def register(kind: str, policy: Policy) -> None:
    """Register the policy of one kind of delivery; once, at start-up."""
    register_for_several(kind, lambda deliveries: {delivery.pk: policy(delivery) for delivery in deliveries})


def register_for_several(kind: str, policy: BatchPolicy) -> None:
    _policies[kind] = policy


def register_removal(kind: str, policy: Policy) -> None:
    """Who is asked right before something of this kind is taken down from its network; nobody unless registered."""
    _removals[kind] = policy


def evaluate_removal(delivery: Delivery) -> PolicyDecision:
    """Whether it may be taken down now. Inside the scope of the delivery's municipality."""
    if restores.running().exists():
        return defer(ReasonCode.RESTORE_PAUSED)
    subject = _subject(delivery)
    policy = _removals.get(subject.kind)
    return policy(subject) if policy else ALLOW


def evaluate(delivery: Delivery, now: datetime) -> PolicyDecision:
    """The verdict at `now`. Inside the scope of the delivery's municipality.

    From fresh rows: the caller has just loaded the delivery, with its channel and parent or without them.
    """
    return evaluate_all([delivery], now)[delivery.pk]


def evaluate_all(deliveries: Sequence[Delivery], now: datetime) -> dict[int, PolicyDecision]:
    """The verdict on each of them, by id. Inside the scope of all their municipalities."""
    decisions = {delivery.pk: verdict for delivery in deliveries if (verdict := _own(delivery, now))}
    subjects = {delivery.pk: _subject(delivery) for delivery in deliveries if delivery.pk not in decisions}
    kinds: dict[str, list[Delivery]] = {}
    for subject in subjects.values():
        kinds.setdefault(subject.kind, []).append(subject)
    answers: dict[int, PolicyDecision] = {}
    for kind, same in kinds.items():
        if policy := _policies.get(kind):
            answers |= policy(same)
    return decisions | {pk: answers.get(subject.pk, defer(ReasonCode.HELD)) for pk, subject in subjects.items()}


def _own(delivery: Delivery, now: datetime) -> PolicyDecision | None:
    """What delivery itself has to say against it."""
    if now > delivery.not_after:
        return expire()
    if delivery.is_unverified:
        return defer(ReasonCode.HELD, UNVERIFIED)
    if delivery.parent and (delivery.parent.state != State.PUBLISHED or delivery.parent.withdrawal_asked_at):
        return defer(ReasonCode.HELD)
    if delivery.channel.state != ChannelState.CONNECTED:
        return defer(ReasonCode.NEEDS_CONSENT)
    return None


def _subject(delivery: Delivery) -> Delivery:
    """Whose verdict it is: what follows a post goes when its post may."""
    return delivery.parent if delivery.kind in FOLLOWS and delivery.parent else delivery
