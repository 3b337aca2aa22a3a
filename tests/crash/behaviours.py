"""What became of deliveries, as recorded by the database: written to a file, and replayed on the model of the outbox.

A behaviour is the attempts of one delivery and the moves that the audit log has of it. `replays` looks for an order of
the two that the model allows. It reads the moves from `model/outbox.pml` and knows nothing of the product's code; the
conditions that a table of moves does not show (a repeat needs a search after the commit window, on a network that
honours keys) are those of the model, written once more.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

MODEL = Path(__file__).resolve().parents[2] / "model" / "outbox.pml"
MOVE = re.compile(r"\bMOVE\((?:[dk]|[01]), ([A-Z_]+), ([A-Z_]+), ([A-Z_]+)\)")
CALLS = {"create", "finish", "edit"}
UNKNOWN = {"checking", "unconfirmed"}
SETTLED = {"published", "cancelled", "withdrawn", "missing"}
UNSENT = {"waiting", "scheduled", "expired", "failed"}
# What the audit log does not have: where an attempt that published nothing leads.
BACK = {"never_sent", "rate_limited", "not_reached"}

Move = tuple[str, str, str]
Behaviour = dict[str, Any]
"""network, honours_keys, window (seconds), carried_out_late (a call of it was, by the network's own account), restored
(it came from a backup), state, attempts (step, repeat, opened_at, sent_at, outcome), moves."""


@cache
def moves_of_model(model: Path = MODEL) -> frozenset[Move]:
    """(from, to, reason) of every move in the model, in the product's spelling."""
    modelled = MOVE.findall(model.read_text())
    return frozenset((source.lower(), target.lower(), because.lower()) for source, target, because in modelled)


# ---- recording


def read(
    kinds: Iterable[str], network: Any, window: Any, honours_keys: Any, carried_out_late: Collection[str]
) -> list[Behaviour]:
    """The behaviours of all deliveries of these kinds. `network`, `window` and `honours_keys` are functions of a
    channel; `carried_out_late` has the ids of the posts that calls meant which a network carried out late."""
    from common.models import AuditEvent
    from delivery.models import Attempt, Delivery
    from municipalities.tenancy import everywhere

    with everywhere("record what became of deliveries"):
        deliveries = list(Delivery.objects.filter(kind__in=list(kinds)).select_related("channel").order_by("pk"))
        attempts: dict[int, list[dict[str, Any]]] = {}
        for row in Attempt.objects.filter(delivery__in=deliveries).order_by("delivery_id", "number"):
            attempts.setdefault(row.delivery_id, []).append(
                {
                    "step": row.step,
                    "repeat": bool(row.detail.get("repeat")),
                    "opened_at": row.opened_at.isoformat(),
                    "sent_at": row.sent_at.isoformat() if row.sent_at else None,
                    "outcome": row.outcome,
                }
            )
    moves: dict[str, list[Move]] = {}
    for event in AuditEvent.objects.filter(target_type="delivery.delivery").order_by("pk"):
        if "because" in event.detail and "came_from" in event.detail:
            target = event.verb.removeprefix("delivery.").replace("edited", "published")
            moves.setdefault(event.target_id, []).append((event.detail["came_from"], target, event.detail["because"]))
    return [
        {
            "network": network(delivery.channel),
            "honours_keys": honours_keys(delivery.channel),
            "window": window(delivery.channel),
            "carried_out_late": delivery.remote_id in carried_out_late,
            "restored": delivery.restored_at is not None,
            "state": delivery.state,
            "attempts": attempts.get(delivery.pk, []),
            "moves": moves.get(str(delivery.pk), []),
        }
        for delivery in deliveries
    ]


def save(behaviours: Iterable[Behaviour], path: Path) -> None:
    """One JSON object a line, compressed; after what the file has already."""
    with gzip.open(path, "at", encoding="utf-8") as out:
        out.writelines(json.dumps(behaviour) + "\n" for behaviour in behaviours)


def load(path: Path) -> list[Behaviour]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# ---- replaying


@dataclass(frozen=True)
class Point:
    """How far a replay is. `open_call`: the attempt under way, -1 without one. `sends`: calls that left since the
    outcome is unknown. `decisive`: the newest search began after the commit window. `searched`: it is the attempt
    before. `reason`: that of *checking*."""

    state: str
    attempts: int = 0
    moves: int = 0
    open_call: int = -1
    is_unknown: bool = False
    sends: int = 0
    last_sent: str = ""
    decisive: bool = False
    searched: str = ""
    reason: str = ""


def replays(behaviour: Behaviour, start: str = "scheduled") -> bool:
    """Whether the model allows this behaviour, to the state in which the delivery is."""
    seen, waiting = set(), [Point(start)]
    while waiting:
        point = waiting.pop()
        if point in seen:
            continue
        seen.add(point)
        is_end = (point.attempts, point.moves) == (len(behaviour["attempts"]), len(behaviour["moves"]))
        if is_end and point.open_call < 0 and point.state == behaviour["state"]:
            return True
        waiting += _next(behaviour, point)
    return False


def _next(behaviour: Behaviour, at: Point) -> list[Point]:
    points = []
    if at.attempts < len(behaviour["attempts"]) and at.open_call < 0:
        points += _attempt(behaviour, at, behaviour["attempts"][at.attempts])
    if at.open_call >= 0:
        points += _back(behaviour, at)
    if at.moves < len(behaviour["moves"]):
        points += _move(behaviour, at, tuple(behaviour["moves"][at.moves]))
    return points


def _attempt(behaviour: Behaviour, at: Point, attempt: dict[str, Any]) -> list[Point]:
    """Open the next attempt, or make a search, which is over at once."""
    number = at.attempts
    values = {**vars(at), "attempts": number + 1, "searched": ""}
    if attempt["step"] == "find":
        if at.state not in UNKNOWN | SETTLED | UNSENT:
            return []
        decisive = _after(attempt["opened_at"], at.last_sent, behaviour["window"])
        return [Point(**{**values, "searched": attempt["outcome"], "decisive": decisive})]
    if attempt["step"] not in CALLS:
        return [Point(**values)]
    if at.state == "scheduled" and not attempt["repeat"] and ("scheduled", "sending", "due") in moves_of_model():
        opened = {**values, "state": "sending"}
    elif at.state == "sending" and attempt["repeat"]:
        opened = values
    else:
        return []
    if attempt["sent_at"]:
        opened |= {"last_sent": attempt["sent_at"], "sends": at.sends + 1 if at.is_unknown else at.sends}
    return [Point(**{**opened, "open_call": number})]


def _back(behaviour: Behaviour, at: Point) -> list[Point]:
    """The call under way provably published nothing: it is tried again, which the audit log does not have."""
    attempt = behaviour["attempts"][at.open_call]
    outcome = attempt["outcome"]
    if at.is_unknown or outcome not in BACK or ("sending", "scheduled", outcome) not in moves_of_model():
        return []
    if outcome == "never_sent" and attempt["sent_at"]:
        return []
    return [Point(**{**vars(at), "state": "scheduled", "open_call": -1})]


def _move(behaviour: Behaviour, at: Point, move: Move) -> list[Point]:
    source, target, because = move
    if source != at.state or move not in moves_of_model():
        return []
    values = {**vars(at), "state": target, "moves": at.moves + 1, "searched": "", "reason": ""}
    if source == "sending":
        if at.open_call < 0 or not _answered(behaviour["attempts"][at.open_call], target, because, at.is_unknown):
            return []
        values["open_call"] = -1
    elif not _searched(behaviour, at, target, because):
        return []
    if target == "checking":
        values |= {"is_unknown": True, "sends": at.sends if at.is_unknown else 1, "reason": because}
    elif because == "restored":
        values["is_unknown"] = True
    elif target in ("published", "scheduled", "processing") or because == "not_there":
        values |= {"is_unknown": False, "sends": 0}
    return [Point(**values)]


REPEATABLE = {"absent", "cannot_tell"}


def _searched(behaviour: Behaviour, at: Point, target: str, because: str) -> bool:
    """Whether a search, or a restore, leads from where no call is under way to this."""
    is_restored = behaviour.get("restored", False)
    is_decisive = bool(at.searched) and (at.decisive or is_restored)
    if because == "restored":
        return is_restored
    if because == "found":
        # of what is unsent, after a refusal or a restore
        return at.searched == "found" and (at.state in UNKNOWN or bool(at.last_sent) or is_restored)
    if at.state == "unconfirmed" and target == "scheduled":
        return is_restored
    if at.state != "checking" or target not in ("sending", "scheduled", "unconfirmed"):
        return True
    if target == "unconfirmed":
        return is_decisive and at.searched != "found" and (because == "absent") == (at.searched == "absent")
    if because == "repeated":
        may_repeat = behaviour["honours_keys"] and at.sends == 1 and at.searched in REPEATABLE
        return may_repeat and is_decisive and at.reason != "not_there"
    return (
        is_decisive
        and at.searched == "absent"
        and at.reason == because
        and (because != "not_there" or target == "sending" or is_restored)
    )


def _answered(attempt: dict[str, Any], target: str, because: str, is_unknown: bool) -> bool:
    """Whether this outcome of a call leads there."""
    outcome, was_sent = attempt["outcome"], attempt["sent_at"] is not None
    if target == "published":
        return outcome == "ok" and was_sent
    if because == "rate_limited":
        return outcome == "rate_limited" and was_sent and not is_unknown
    if target == "checking":
        return (outcome == "unknown" and was_sent) or (is_unknown and because == "outcome_unknown")
    return outcome not in ("ok", "unknown") and not is_unknown


def _after(moment: str, sent_at: str, seconds: float) -> bool:
    if not sent_at:
        return False
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(sent_at)).total_seconds() >= seconds


def features(behaviours: Iterable[Behaviour]) -> dict[str, int]:
    """How many of them have something that makes a replay worth the name."""
    counts = dict.fromkeys(FEATURES, 0)
    for behaviour in behaviours:
        reasons = {because for _source, _target, because in behaviour["moves"]}
        calls = [attempt for attempt in behaviour["attempts"] if attempt["step"] in CALLS]
        counts["all"] += 1
        counts["swept"] += "worker_died" in reasons or any(call["outcome"] == "never_sent" for call in calls)
        counts["unknown"] += any(target == "checking" for _source, target, _because in behaviour["moves"])
        counts["repeated"] += "repeated" in reasons
        counts["sent_twice"] += sum(call["sent_at"] is not None for call in calls) > 1
        counts["confirmed_late"] += bool(reasons & {"found", "late_answer"})
        counts["carried_out_late"] += behaviour["carried_out_late"]
        counts["sent_again_by_person"] += any(
            because == "not_there" and target != "checking" for _source, target, because in behaviour["moves"]
        )
        counts["linked_by_person"] += "link_given" in reasons
    return counts


FEATURES = (
    "all",
    "swept",
    "unknown",
    "repeated",
    "sent_twice",
    "confirmed_late",
    "carried_out_late",
    "sent_again_by_person",
    "linked_by_person",
)
