"""The moves that exist, each with its reasons. Nothing else may happen to a delivery.

`delivery.domain.move` asks `require` before every change of state; the checks at the end run at import, so a graph
with a hole does not start. The table is that of docs/adr/0002-delivery-outbox.md.
"""

from delivery.enums import PAUSES, Because, State


class NoSuchMove(RuntimeError):
    """This move does not exist, or not for this reason: an error in our own code."""


# Why a gate holds something back.
HOLDS = frozenset({Because.NOT_APPROVED, Because.TOO_EARLY, *PAUSES, Because.NEEDS_CONSENT, Because.HELD})

EDGES: dict[tuple[State, State], frozenset[Because]] = {
    (State.WAITING, State.SCHEDULED): frozenset(
        {Because.APPROVED, Because.RECOVERED, Because.RESUMED, Because.STILL_SEND, Because.TIME_CHOSEN}
    ),
    (State.WAITING, State.EXPIRED): HOLDS,
    (State.WAITING, State.CANCELLED): frozenset({Because.CANCELLED, Because.DROPPED}),
    (State.SCHEDULED, State.SENDING): frozenset({Because.DUE}),
    (State.SCHEDULED, State.WAITING): HOLDS,
    (State.SCHEDULED, State.EXPIRED): frozenset({Because.TOO_LATE, Because.NOT_APPROVED}),
    (State.SCHEDULED, State.CANCELLED): frozenset({Because.CANCELLED, Because.DROPPED}),
    (State.EXPIRED, State.SCHEDULED): frozenset({Because.TIME_CHOSEN}),
    (State.EXPIRED, State.CANCELLED): frozenset({Because.CANCELLED, Because.DROPPED}),
    (State.SENDING, State.PUBLISHED): frozenset({Because.SENT, Because.CHANGED}),
    (State.SENDING, State.PROCESSING): frozenset({Because.ACCEPTED, Because.UNFINISHED}),
    (State.SENDING, State.SCHEDULED): frozenset(
        {Because.RATE_LIMITED, Because.NOT_REACHED, Because.NEVER_SENT, Because.UNANSWERED}
    ),
    (State.SENDING, State.FAILED): frozenset({Because.REJECTED, Because.TRIES_USED_UP, Because.PICTURE_MISSING}),
    # asked again right before the call: held back, or too late by now
    (State.SENDING, State.WAITING): HOLDS,
    (State.SENDING, State.EXPIRED): frozenset({Because.TOO_LATE, Because.NOT_APPROVED}),
    # also after a repeat that brought no success: it leaves the first call as unknown as before
    (State.SENDING, State.UNCONFIRMED): frozenset({Because.OUTCOME_UNKNOWN, Because.WORKER_DIED}),
    (State.PROCESSING, State.PUBLISHED): frozenset({Because.SENT}),
    (State.PROCESSING, State.FAILED): frozenset({Because.REJECTED, Because.TRIES_USED_UP}),
    # the network says that it is public, and not under which id
    (State.PROCESSING, State.UNCONFIRMED): frozenset({Because.NO_VERDICT, Because.OUTCOME_UNKNOWN}),
    (State.PROCESSING, State.WAITING): frozenset({Because.NEEDS_CONSENT}),
    (State.PROCESSING, State.SENDING): frozenset({Because.PREPARED}),
    (State.PROCESSING, State.SCHEDULED): frozenset({Because.CONTAINER_EXPIRED}),
    (State.UNCONFIRMED, State.PUBLISHED): frozenset({Because.FOUND, Because.LINK_GIVEN, Because.LATE_ANSWER}),
    (State.UNCONFIRMED, State.SCHEDULED): frozenset({Because.ABSENT, Because.NOT_THERE}),
    (State.UNCONFIRMED, State.EXPIRED): frozenset({Because.ABSENT}),
    (State.UNCONFIRMED, State.PROCESSING): frozenset({Because.UNFINISHED}),
    # straight to the call, so that no pause in between can make us forget that the first one may have landed
    (State.UNCONFIRMED, State.SENDING): frozenset({Because.REPEATED}),
    (State.UNCONFIRMED, State.CANCELLED): frozenset({Because.CANCELLED, Because.DROPPED}),
    (State.FAILED, State.SCHEDULED): frozenset({Because.SENT_AGAIN}),
    (State.FAILED, State.CANCELLED): frozenset({Because.CANCELLED, Because.DROPPED}),
    (State.PUBLISHED, State.WITHDRAWN): frozenset({Because.TAKEN_DOWN}),
    (State.PUBLISHED, State.MISSING): frozenset({Because.GONE}),
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
    found = set(starts)
    while more := {target for (source, target) in EDGES if source in found} - found:
        found |= more
    return frozenset(found)


def _check() -> None:
    """Raise `NoSuchMove` when the graph has a hole."""
    if unreachable := set(State) - _reached(STARTS):
        raise NoSuchMove(f"No way leads to {sorted(unreachable)}.")
    if stuck := {state for state in State if not ways_out(state)} ^ FINAL:
        raise NoSuchMove(f"Final, or not, against what FINAL says: {sorted(stuck)}.")
    if trapped := {state for state in State if not _reached(frozenset({state})) & FINAL}:
        raise NoSuchMove(f"Nothing ends that is once in {sorted(trapped)}.")
    if unused := set(Because) - frozenset().union(*EDGES.values()):
        raise NoSuchMove(f"Reasons that no move has: {sorted(unused)}.")


_check()
