"""The moves that exist, each with its reasons. Nothing else may happen to a delivery.

`delivery.domain.move` asks `require` before every change of state; the checks at the end run at import, so a graph
with a hole does not start. The table is that of docs/adr/0002-delivery-outbox.md.
"""

from delivery.enums import PAUSES, ReasonCode, State


class NoSuchMove(RuntimeError):
    """This move does not exist, or not for this reason: an error in our own code."""


# Why a policy blocks a delivery.
HOLDS = frozenset({ReasonCode.NOT_APPROVED, ReasonCode.TOO_EARLY, *PAUSES, ReasonCode.NEEDS_CONSENT, ReasonCode.HELD})
# It is public although its call had no usable answer.
CONFIRMED_PUBLIC = frozenset({ReasonCode.FOUND, ReasonCode.LINK_GIVEN, ReasonCode.LATE_ANSWER})

EDGES: dict[tuple[State, State], frozenset[ReasonCode]] = {
    (State.WAITING, State.SCHEDULED): frozenset(
        {ReasonCode.APPROVED, ReasonCode.RECOVERED, ReasonCode.RESUMED, ReasonCode.STILL_SEND, ReasonCode.TIME_CHOSEN}
    ),
    (State.WAITING, State.EXPIRED): HOLDS,
    (State.WAITING, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    (State.SCHEDULED, State.SENDING): frozenset({ReasonCode.DUE}),
    (State.SCHEDULED, State.WAITING): HOLDS,
    (State.SCHEDULED, State.EXPIRED): frozenset({ReasonCode.TOO_LATE, ReasonCode.NOT_APPROVED}),
    (State.SCHEDULED, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    (State.EXPIRED, State.SCHEDULED): frozenset({ReasonCode.TIME_CHOSEN}),
    (State.EXPIRED, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    (State.SENDING, State.PUBLISHED): frozenset({ReasonCode.SENT, ReasonCode.CHANGED}),
    (State.SENDING, State.PROCESSING): frozenset({ReasonCode.ACCEPTED, ReasonCode.UNFINISHED}),
    (State.SENDING, State.SCHEDULED): frozenset(
        {ReasonCode.RATE_LIMITED, ReasonCode.NOT_REACHED, ReasonCode.NEVER_SENT, ReasonCode.UNANSWERED}
    ),
    (State.SENDING, State.FAILED): frozenset(
        {ReasonCode.REJECTED, ReasonCode.TRIES_USED_UP, ReasonCode.PICTURE_MISSING}
    ),
    # asked again right before the call: held back, or too late by now
    (State.SENDING, State.WAITING): HOLDS,
    (State.SENDING, State.EXPIRED): frozenset({ReasonCode.TOO_LATE, ReasonCode.NOT_APPROVED}),
    # also after a repeat that brought no success: it leaves the first call as unknown as before
    (State.SENDING, State.CHECKING): frozenset(
        {ReasonCode.OUTCOME_UNKNOWN, ReasonCode.WORKER_DIED, ReasonCode.RATE_LIMITED}
    ),
    (State.PROCESSING, State.PUBLISHED): frozenset({ReasonCode.SENT}),
    (State.PROCESSING, State.FAILED): frozenset({ReasonCode.REJECTED, ReasonCode.TRIES_USED_UP}),
    # the network says that it is public, and not under which id
    (State.PROCESSING, State.CHECKING): frozenset({ReasonCode.NO_VERDICT, ReasonCode.OUTCOME_UNKNOWN}),
    (State.PROCESSING, State.SENDING): frozenset({ReasonCode.PREPARED}),
    (State.PROCESSING, State.SCHEDULED): frozenset({ReasonCode.CONTAINER_EXPIRED}),
    # while the network may still act on the call, only the portal checks
    (State.CHECKING, State.PUBLISHED): CONFIRMED_PUBLIC,
    (State.CHECKING, State.PROCESSING): frozenset({ReasonCode.UNFINISHED}),
    # straight to the call, so that no pause in between can make us forget that the first one may have landed; after a
    # person's "it is not there" right after a search of the portal
    (State.CHECKING, State.SENDING): frozenset({ReasonCode.REPEATED, ReasonCode.NOT_THERE}),
    # the network refused the call by a rate limit, and has not carried it out all the same; or a person says that what
    # a restore brought back is not there, and its time is still to come
    (State.CHECKING, State.SCHEDULED): frozenset({ReasonCode.RATE_LIMITED, ReasonCode.NOT_THERE}),
    (State.CHECKING, State.UNCONFIRMED): frozenset({ReasonCode.ABSENT, ReasonCode.CANNOT_TELL}),
    (State.CHECKING, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    # a person decides; the portal goes on checking, and sends nothing by itself
    (State.UNCONFIRMED, State.PUBLISHED): CONFIRMED_PUBLIC,
    (State.UNCONFIRMED, State.PROCESSING): frozenset({ReasonCode.UNFINISHED}),
    (State.UNCONFIRMED, State.CHECKING): frozenset({ReasonCode.NOT_THERE}),
    # came from a restored backup, on a network that cannot be searched
    (State.UNCONFIRMED, State.SCHEDULED): frozenset({ReasonCode.NOT_THERE}),
    (State.UNCONFIRMED, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    (State.FAILED, State.SCHEDULED): frozenset({ReasonCode.SENT_AGAIN}),
    (State.FAILED, State.CANCELLED): frozenset({ReasonCode.CANCELLED, ReasonCode.DROPPED}),
    (State.PUBLISHED, State.WITHDRAWN): frozenset({ReasonCode.TAKEN_DOWN}),
    (State.PUBLISHED, State.MISSING): frozenset({ReasonCode.GONE}),
}

# What a restored backup holds may have left since: the network is checked before anything is sent.
EDGES |= {
    (source, State.UNCONFIRMED): EDGES.get((source, State.UNCONFIRMED), frozenset()) | {ReasonCode.RESTORED}
    for source in (
        State.WAITING,
        State.SCHEDULED,
        State.SENDING,
        State.PROCESSING,
        State.CHECKING,
        State.EXPIRED,
        State.FAILED,
    )
}

# It is public although the portal did not publish it: after a refusal, or since the backup that was restored.
EDGES |= {
    (source, State.PUBLISHED): frozenset({ReasonCode.FOUND})
    for source in (State.WAITING, State.SCHEDULED, State.EXPIRED, State.FAILED)
}

STARTS = frozenset({State.WAITING, State.SCHEDULED})
FINAL = frozenset({State.CANCELLED, State.WITHDRAWN, State.MISSING})

# What the machine does many times a day; the attempts tell it, the audit trail need not.
QUIET = frozenset(
    {
        (State.SCHEDULED, State.SENDING),
        (State.SENDING, State.SCHEDULED),
        (State.SENDING, State.PROCESSING),
        (State.PROCESSING, State.SENDING),
    }
)


def require(source: str, target: str, because: str) -> None:
    """Raise `NoSuchMove` unless the graph has this edge for this reason."""
    if because not in EDGES.get((State(source), State(target)), frozenset()):
        raise NoSuchMove(f"A delivery does not move from {source} to {target} because {because}.")


def ways_out(source: str) -> frozenset[State]:
    return frozenset(target for (start, target) in EDGES if start == source)


def _reached(starts: frozenset[State]) -> frozenset[State]:
    states = set(starts)
    while more := {target for (source, target) in EDGES if source in states} - states:
        states |= more
    return frozenset(states)


def _check() -> None:
    """Raise `NoSuchMove` when the graph has a hole."""
    if unreachable := set(State) - _reached(STARTS):
        raise NoSuchMove(f"No way leads to {sorted(unreachable)}.")
    if stuck := {state for state in State if not ways_out(state)} ^ FINAL:
        raise NoSuchMove(f"Final, or not, against what FINAL says: {sorted(stuck)}.")
    if trapped := {state for state in State if not _reached(frozenset({state})) & FINAL}:
        raise NoSuchMove(f"Nothing ends that is once in {sorted(trapped)}.")
    if unused := set(ReasonCode) - frozenset().union(*EDGES.values()):
        raise NoSuchMove(f"Reasons that no move has: {sorted(unused)}.")


_check()
