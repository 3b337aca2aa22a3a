"""The moves that exist, and that only `move` makes them."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.models import AuditEvent
from delivery import graph
from delivery.domain.move import Moved, NoSuchMove, move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from tests.delivery.conftest import Outbox


def test_every_state_can_be_reached_and_every_way_ends() -> None:
    assert graph._reached(graph.STARTS) == set(State)
    assert {state for state in State if not graph.ways_out(state)} == graph.FINAL


@pytest.mark.parametrize(
    ("edges", "complaint"),
    [
        ({(State.WAITING, State.SCHEDULED): {ReasonCode.APPROVED}}, "No way leads to"),
        ({**graph.EDGES, (State.MISSING, State.PUBLISHED): {ReasonCode.FOUND}}, "Final"),
        ({edge: reasons - {ReasonCode.GONE} for edge, reasons in graph.EDGES.items()}, "Reasons that no move has"),
    ],
)
def test_a_graph_with_a_hole_does_not_start(edges: Any, complaint: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(graph, "EDGES", edges)
    with pytest.raises(NoSuchMove, match=complaint):
        graph._check()


@pytest.mark.parametrize(
    ("source", "target", "because"),
    [
        (State.PUBLISHED, State.SCHEDULED, ReasonCode.SENT_AGAIN),
        (State.UNCONFIRMED, State.WAITING, ReasonCode.PAUSED),
        (State.EXPIRED, State.SENDING, ReasonCode.DUE),
        (State.SENDING, State.CANCELLED, ReasonCode.CANCELLED),
        (State.UNCONFIRMED, State.SCHEDULED, ReasonCode.NEVER_SENT),  # the edge exists, but not for this reason
        (State.UNCONFIRMED, State.SCHEDULED, ReasonCode.ABSENT),
        (State.CHECKING, State.UNCONFIRMED, ReasonCode.NOT_THERE),
    ],
)
def test_what_the_graph_does_not_know_does_not_happen(source: State, target: State, because: ReasonCode) -> None:
    with pytest.raises(NoSuchMove):
        graph.require(source, target, because)


def test_an_unknown_outcome_is_sent_again_by_a_person_or_under_a_key_or_after_a_rate_limit_alone() -> None:
    unknown = (State.CHECKING, State.UNCONFIRMED)
    again = (State.SCHEDULED, State.SENDING, State.WAITING, State.EXPIRED, State.FAILED)
    ways = {(source, to): reasons for (source, to), reasons in graph.EDGES.items() if source in unknown and to in again}
    assert ways == {
        (State.UNCONFIRMED, State.SCHEDULED): {ReasonCode.NOT_THERE},
        (State.CHECKING, State.SENDING): {ReasonCode.REPEATED, ReasonCode.NOT_THERE},
        (State.CHECKING, State.SCHEDULED): {ReasonCode.RATE_LIMITED, ReasonCode.NOT_THERE},
    }


@pytest.mark.django_db
def test_a_move_is_written_down_with_who_made_it(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    with outbox.inside():
        move(delivery, State.CANCELLED, because=ReasonCode.CANCELLED, by=outbox.cast.officer)
    event = AuditEvent.objects.get(verb="delivery.cancelled")
    assert event.actor_id == outbox.cast.officer.pk
    assert event.detail == {"because": "cancelled", "came_from": "scheduled"}


@pytest.mark.django_db
def test_a_move_from_a_state_that_is_history_is_refused(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    stale = outbox.again(delivery)
    with outbox.inside():
        move(delivery, State.CANCELLED, because=ReasonCode.CANCELLED)
        with pytest.raises(Moved):
            move(stale, State.EXPIRED, because=ReasonCode.TOO_LATE)
    assert outbox.again(delivery).state == State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_of_two_movers_on_two_connections_one_succeeds(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    start = threading.Barrier(2)
    results: list[str] = []

    def mover(to: State, because: ReasonCode) -> None:
        try:
            with outbox.inside():
                mine = Delivery.objects.get(pk=delivery.pk)
                start.wait()
                move(mine, to, because=because)
            results.append(to)
        except Moved:
            results.append("moved")
        finally:
            connection.close()

    pairs = [(State.CANCELLED, ReasonCode.CANCELLED), (State.EXPIRED, ReasonCode.TOO_LATE)]
    threads = [threading.Thread(target=mover, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results).count("moved") == 1
    assert outbox.again(delivery).state in results


# ---- one writer


def _sources() -> Iterator[Path]:
    for path in (Path(settings.BASE_DIR) / "delivery").rglob("*.py"):
        if "migrations" not in path.parts:
            yield path


def _writes_state(node: ast.AST) -> bool:
    """`x.state = …`, `.update(state=…)`, `save(update_fields=["state"])` or `PreparedUpdate(…, "state")`."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("update", "update_or_create"):
            return any(word.arg == "state" for word in node.keywords)
        return node.func.attr in ("save", "bulk_update")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PreparedUpdate":
        return any(isinstance(column, ast.Constant) and column.value == "state" for column in node.args)
    return False


def test_only_move_writes_the_state() -> None:
    parsed = {path.name: ast.walk(ast.parse(path.read_text())) for path in _sources()}
    writers = {name for name, nodes in parsed.items() if any(_writes_state(node) for node in nodes)}
    assert writers == {"move.py"}


def test_only_enqueue_makes_deliveries() -> None:
    makers = {path.name for path in _sources() if "Delivery.objects.create" in path.read_text()}
    assert makers == {"enqueue.py"}


@pytest.mark.django_db
def test_state_at_tells_when(outbox: Outbox) -> None:
    before = timezone.now()
    delivery = outbox.put()
    outbox.tick()
    assert outbox.again(delivery).state_at >= before
