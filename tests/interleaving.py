"""Every order in which the SQL statements of two acts can meet, one after the other and always the same way.

`explore(pair)` runs two functions in two threads, each on a PostgreSQL connection of its own. Each stops before every
statement and before its COMMIT; the explorer lets one of them go on at a time. When an act waits for a lock of the
other (`pg_blocking_pids`), the other goes on. Every run begins with the same rows, and ends with the check of what must
hold in any order.

The search is that of stateless model checkers (dynamic partial-order reduction with sleep sets). Orders that differ
only in neighbouring statements of which neither can notice the other are one order: a plain SELECT and what the other
transaction has not committed yet; statements about different tables. Each run shows which pairs of steps can notice
each other, and for each such pair a run is added in which they meet the other way round, until there is none left. Runs
with few interruptions come first, so that what is found is short. A COMMIT notices every other COMMIT, as checks may
ask which act ended first.

What it does not vary: the time between statements, what happens inside one statement, and the answers of networks.
"""

from __future__ import annotations

import heapq
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import count
from typing import Any

import psycopg2

from django.apps import apps
from django.db import connection

from tests.concurrency import REFUSED
from tests.emptying import filled_tables

LONGEST_STEP = 60.0


class _Abandoned(BaseException):
    """Ends both acts of an order that stands for no new one."""


# An act that has not come to its next statement by then perhaps waits for a lock, so PostgreSQL is asked.
PATIENCE = 0.004
OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT")
WORD = re.compile(r"\w+")
TARGET = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
# Prepared and run in one request.
PREPARED = re.compile(r"PREPARE (\w+) AS (.*); EXECUTE \1\b.*", re.DOTALL)
RUN_PREPARED = re.compile(r"EXECUTE (\w+)")
LOCKS = re.compile(r' FOR (?P<strength>UPDATE|NO KEY UPDATE|SHARE|KEY SHARE)\b(?: OF (?P<of>"\w+"(?:, "\w+")*))?')
# Of statements that cannot be read here: they may touch anything.
ANYTHING = frozenset({"*"})


@dataclass
class Pair:
    """Two acts, and what must hold afterwards in whichever order their statements met.

    `check` gets the run: its outcomes in the order of the acts, and which act ended first.
    """

    first: Callable[[], Any]
    second: Callable[[], Any]
    check: Callable[[Run], None]
    refusals: tuple[type[Exception], ...] = ()
    within: Callable[[], AbstractContextManager[Any]] = nullcontext


@dataclass(frozen=True)
class Step:
    """A statement that is about to be sent, or the end of a transaction, by what it can notice of the other act.

    `writes` are tables whose rows it changes or locks, `keys` those of them whose rows it locks against references,
    `refers` the tables that its rows point to. Of a COMMIT they are those of its whole transaction.
    """

    text: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    refers: frozenset[str] = frozenset()
    commits: bool = False
    only_adds: bool = False

    def is_independent_of(self, other: Step) -> bool:
        """Whether both orders of the two give the same, so that one of them is enough."""
        if self.commits and other.commits:
            return False  # checks ask which act ended first
        if _meet(self.keys, other.refers) or _meet(other.keys, self.refers):
            return False
        if _meet(self.writes, other.writes) and not (self.only_adds and other.only_adds):
            return False
        return not (
            (self.commits and _meet(self.writes, other.reads)) or (other.commits and _meet(other.writes, self.reads))
        )


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and (one is ANYTHING or other is ANYTHING or not one.isdisjoint(other))


def _all(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    tables = frozenset[str]().union(*parts)
    return ANYTHING if tables >= ANYTHING else tables


@dataclass
class Run:
    """One order: which act took each step, and what came of it."""

    outcomes: list[Any] = field(default_factory=lambda: [None, None])
    errors: list[Exception] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    """The acts, 0 and 1, in the order in which they ended."""
    steps: list[tuple[int, Step]] = field(default_factory=list)

    def _last_of_other(self, act: int) -> int:
        return max((at for at, (who, _step) in enumerate(self.steps) if who != act), default=-1)

    def began_later(self, act: int) -> bool:
        """Whether the other act had ended before this one began."""
        return all(who != act for who, _step in self.steps[: self._last_of_other(act)])

    def read_later(self, act: int, table: str) -> bool:
        """Whether `act` still read the table after the other one had ended."""
        later = self.steps[self._last_of_other(act) + 1 :]
        return any(who == act and table in step.reads and not step.writes for who, step in later)

    def was_refused(self, act: int) -> bool:
        return bool(self.outcomes[act] == REFUSED)

    def __str__(self) -> str:
        return "\n".join(f"  {'AB'[act]}  {step.text[:160]}" for act, step in self.steps)


@dataclass
class Exploration:
    """`is_complete`: every order was run. `tries` counts those as well that were given up as known already."""

    runs: int = 0
    tries: int = 0
    is_complete: bool = False
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _State:
    """What was before a step: the choices until then, and the acts that could go on, each with its next step."""

    choices: tuple[int, ...]
    ready: dict[int, Step]
    sleeping: dict[int, Step]
    preemptions: int


@dataclass
class _Trace:
    """A run with its states. `woken` are the steps that ended the wait of the other act."""

    run: Run
    states: list[_State] = field(default_factory=list)
    woken: set[int] = field(default_factory=set)
    is_new: bool = True


@dataclass(frozen=True)
class _Branch:
    """Choices to repeat, and the acts that sleep afterwards, each with the step before which it stands."""

    choices: tuple[int, ...]
    sleeping: dict[int, Step]
    preemptions: int


class _Search:
    """Which choices were made, or are to be made, in which state."""

    def __init__(self, *, reduced: bool) -> None:
        self.reduced = reduced
        self.numbers = count()
        self.queue: list[tuple[int, int, _Branch]] = []
        self.chosen: dict[tuple[int, ...], dict[int, Step]] = {}
        self.states: dict[tuple[int, ...], _State] = {}
        self._add(_Branch((), {}, 0))

    def _add(self, branch: _Branch) -> None:
        heapq.heappush(self.queue, (branch.preemptions, next(self.numbers), branch))

    def next(self) -> _Branch:
        return heapq.heappop(self.queue)[-1]

    def learn(self, trace: _Trace) -> None:
        """Add the orders that this one shows to be possible and different."""
        for at, (act, step) in enumerate(trace.run.steps):
            state = trace.states[at]
            self.states.setdefault(state.choices, state)
            self.chosen.setdefault(state.choices, {})[act] = step
        for at in self._races(trace) if self.reduced else range(len(trace.run.steps)):
            self._branch(self.states[trace.states[at].choices], 1 - trace.run.steps[at][0])

    def _races(self, trace: _Trace) -> list[int]:
        """The steps that could have come after a later one of the other act, and would have been noticed there."""
        races: list[int] = []
        steps = trace.run.steps
        # By act: the last step of the other one that came before what it does now, however one shuffles.
        known = [-1, -1]
        for at, (act, step) in enumerate(steps):
            before = (i for i in range(at - 1, known[act], -1) if steps[i][0] != act)
            if (last := next((i for i in before if not steps[i][1].is_independent_of(step)), None)) is not None:
                races.append(last)
                known[act] = last
            if at in trace.woken:
                known[1 - act] = at
        return races

    def _branch(self, state: _State, act: int) -> None:
        chosen = self.chosen[state.choices]
        if act not in state.ready or act in state.sleeping or act in chosen:
            return
        step = state.ready[act]
        asleep = _still({**state.sleeping, **chosen}, step) if self.reduced else {}
        last = state.choices[-1] if state.choices else None
        cost = state.preemptions + (last in state.ready and last != act)
        chosen[act] = step
        self._add(_Branch((*state.choices, act), asleep, cost))


def explore(pair: Pair, *, runs: int = 10_000, all_violations: bool = False, reduced: bool = True) -> Exploration:
    """Run `pair` in every order, at most `runs` of them; those with the fewest interruptions first.

    Stops at the first violation unless `all_violations`. `reduced` False: every order, also those that another one
    stands for, to test that.
    """
    result, search = Exploration(), _Search(reduced=reduced)
    with _connected() as stage:
        for start in (0, 1):  # caches fill, statements are prepared
            stage.run(pair, _Branch((start,), {}, 0))
        while search.queue and result.runs < runs:
            trace = stage.run(pair, search.next())
            search.learn(trace)
            result.tries += 1
            if not trace.is_new:
                continue
            result.runs += 1
            if problem := _problem(pair, trace.run):
                result.violations.append(f"{problem}\n{trace.run}")
                if not all_violations:
                    break
        stage.restore()
        stage.rows.assert_all_are_back()
    result.is_complete = not search.queue and (all_violations or not result.violations)
    return result


def _problem(pair: Pair, run: Run) -> str:
    if run.errors:
        return f"{type(run.errors[0]).__name__}: {run.errors[0]}"
    try:
        with pair.within():
            pair.check(run)
    except AssertionError as error:
        return f"{type(error).__name__}: {error}"
    return ""


# ---------------------------------------------------------------- what a statement touches


@cache
def _tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))


@cache
def _histories() -> dict[str, list[str]]:
    """By table, where triggers write each of its changes."""
    histories: dict[str, list[str]] = {}
    for model in apps.get_models():
        if tracked := getattr(model, "pgh_tracked_model", None):
            histories.setdefault(tracked._meta.db_table, []).append(model._meta.db_table)
    return histories


@cache
def _parents(table: str) -> frozenset[str]:
    """The tables that rows of `table` point to."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table]
    fields: list[Any] = [one for model in models for one in model._meta.concrete_fields if one.remote_field]
    return frozenset(one.related_model._meta.db_table for one in fields)


@cache
def _has_unique(table: str) -> bool:
    """Whether two rows that are added can be in the way of each other."""
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.db_table == table and (
            meta.constraints
            or meta.unique_together
            or any(one.unique and not one.primary_key for one in meta.concrete_fields)
        ):
            return True
    return False


class _Reader:
    """Reads the statements of one connection, which knows its prepared ones by name."""

    def __init__(self) -> None:
        self._prepared: dict[str, str] = {}

    def step(self, sql: Any, *, in_transaction: bool) -> Step | None:
        """None for what is no step: it neither reads nor locks."""
        text = " ".join((sql.decode(errors="replace") if isinstance(sql, bytes) else str(sql)).split())
        if text.startswith(OF_SAVEPOINTS):
            return None
        if match := PREPARED.match(text):
            self._prepared[match[1]] = text = match[2]
        elif match := RUN_PREPARED.match(text):
            text = self._prepared.get(match[1], text)
        return _read(text, not in_transaction)


@lru_cache(maxsize=4096)
def _read(text: str, commits: bool) -> Step:
    names = frozenset(WORD.findall(text)) & _tables()
    verb = text.lstrip("( ").split(" ", 1)[0]
    lock = LOCKS.search(text)
    if verb == "SELECT" and names and not lock:
        return Step(text, reads=names)
    if verb == "SELECT" and names and lock:
        of = frozenset(WORD.findall(lock["of"] or ""))
        locked = of if of and of <= _tables() else names
        return Step(text, names, locked, keys=locked if lock["strength"] == "UPDATE" else frozenset())
    target = TARGET.match(text)
    if target is None or (table := target[1]) not in _tables():
        return Step(text, reads=ANYTHING, writes=ANYTHING, keys=ANYTHING, refers=ANYTHING, commits=commits)
    changed = frozenset({table, *_histories().get(table, ())})
    keys = changed if verb == "DELETE" else frozenset()
    refers = frozenset() if verb == "DELETE" else _parents(table)
    only_adds = verb == "INSERT" and not _has_unique(table)
    return Step(text, names, changed, keys, refers, commits=commits, only_adds=only_adds)


# ---------------------------------------------------------------- the two threads


class _Actor:
    """A thread with a connection of its own, in which one act after the other runs, step by step."""

    def __init__(self, changed: threading.Condition) -> None:
        self.changed = changed
        self.step: Step | None = None
        """The one before which it stands."""
        self.has_ended = True
        self.is_blocked = False
        self.pid = 0
        self.tables: set[str] = set()
        """Those that it has written to since the rows were put back."""
        self._act: Callable[[], None] | None = None
        self._may_go = False
        self._closes = False
        self._abandoned = threading.Event()
        self._transaction: list[Step] = []
        self._reader = _Reader()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # From the explorer's thread, which holds `changed` where it matters.

    def begin(self, act: Callable[[], None]) -> None:
        with self.changed:
            self._act, self.has_ended, self.is_blocked, self.step = act, False, False, None
            self._abandoned.clear()
            self.changed.notify_all()

    def go(self) -> None:
        with self.changed:
            self._may_go, self.step = True, None
            self.changed.notify_all()

    def abandon(self) -> None:
        with self.changed:
            self._abandoned.set()
            self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self._closes = True
            self.changed.notify_all()
        self._thread.join(timeout=LONGEST_STEP)

    # In its own thread.

    def _work(self) -> None:
        try:
            self._connect()
            while True:
                with self.changed:
                    self.changed.wait_for(lambda: self._act is not None or self._closes)
                    act, self._act = self._act, None
                if act is None:
                    return
                act()
                with self.changed:
                    self.has_ended = True
                    self.changed.notify_all()
        finally:
            connection.close()

    def _connect(self) -> None:
        connection.ensure_connection()
        self.pid = connection.connection.info.backend_pid
        # In front of the wrapper that sends the scope of a municipality.
        own: Any = connection
        own.execute_wrappers.insert(0, self._before_statement)
        own._commit = partial(self._before_end, "COMMIT", own._commit)
        own._rollback = partial(self._before_end, "ROLLBACK", own._rollback)

    def _before_statement(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if step := self._reader.step(sql, in_transaction=connection.in_atomic_block):
            self._stop(step)
            self.tables |= step.writes
            if not step.commits:
                self._transaction.append(step)
        return execute(sql, params, many, context)

    def _before_end(self, verb: str, end: Callable[[], Any]) -> Any:
        done, self._transaction = self._transaction, []
        if any(step.writes for step in done):
            writes, keys = _all(step.writes for step in done), _all(step.keys for step in done)
            self._stop(Step(verb, writes=writes, keys=keys, refers=_all(step.refers for step in done), commits=True))
        return end()

    def _stop(self, step: Step) -> None:
        with self.changed:
            if self._abandoned.is_set():
                return  # on its way out
            self.step = step
            self.changed.notify_all()
            self.changed.wait_for(lambda: self._may_go or self._abandoned.is_set() or self._closes)
            self._may_go = False
            if self._abandoned.is_set() and not step.text.startswith(("COMMIT", "ROLLBACK")):
                raise _Abandoned


class _Stage:
    """The two threads, a third connection that knows who waits for whom, and the rows with which each run begins."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.changed = threading.Condition()
        self.actors = (_Actor(self.changed), _Actor(self.changed))
        self.rows = _Rows(owner)

    def run(self, pair: Pair, branch: _Branch) -> _Trace:
        """Repeat the choices of `branch`, then interrupt nobody, and wake nobody who sleeps."""
        self.restore()
        trace = _Trace(Run())
        run, sleeping, cost = trace.run, dict(branch.sleeping), 0
        taken: tuple[int, ...] = ()
        for number, act in enumerate((pair.first, pair.second)):
            self.actors[number].begin(partial(_act, pair, run, number, act))
        for actor in self.actors:
            self._wait(actor)
        last: int | None = None
        while ready := {n: one.step for n, one in enumerate(self.actors) if one.step and not one.is_blocked}:
            is_repeated = len(taken) < len(branch.choices)
            trace.states.append(_State(taken, ready, {} if is_repeated else sleeping, cost))
            awake = [n for n in ready if n not in sleeping]
            if is_repeated:
                chosen = branch.choices[len(taken)]
                assert chosen in ready, f"The acts do not repeat themselves: {chosen} cannot go on.\n{run}"
            elif not awake:
                self._abandon()
                trace.is_new = False
                return trace
            else:
                chosen = last if last is not None and last in awake else awake[0]
                sleeping = _still(sleeping, ready[chosen])
            cost += last in ready and last != chosen
            run.steps.append((chosen, ready[chosen]))
            taken, last = (*taken, chosen), chosen
            if self._go(chosen):
                trace.woken.add(len(taken) - 1)
        return trace

    def _abandon(self) -> None:
        for actor in self.actors:
            actor.abandon()
        with self.changed:
            assert self.changed.wait_for(lambda: all(actor.has_ended for actor in self.actors), timeout=LONGEST_STEP)

    def _go(self, number: int) -> bool:
        """Let one act take its step. Whether that ended the wait of the other one."""
        actor, other = self.actors[number], self.actors[1 - number]
        assert actor.step is not None
        releases = actor.step.commits or actor.step.text.startswith("ROLLBACK")
        waited = other.is_blocked
        actor.go()
        self._wait(actor)
        if other.is_blocked and (releases or actor.has_ended or actor.is_blocked):
            self._wait(other)
        if actor.is_blocked and other.is_blocked:  # PostgreSQL ends one of them
            self._wait_for_one_of_both()
        return waited and not other.is_blocked

    def _wait(self, actor: _Actor) -> None:
        """Until it stands before its next statement, has ended, or waits for a lock."""
        until = time.monotonic() + LONGEST_STEP
        while time.monotonic() < until:
            with self.changed:
                if self.changed.wait_for(lambda: actor.step is not None or actor.has_ended, timeout=PATIENCE):
                    actor.is_blocked = False
                    return
            if self._is_blocked(actor):
                actor.is_blocked = True
                return
        raise AssertionError("An act neither went on nor waited for the other.")

    def _wait_for_one_of_both(self) -> None:
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(actor.step is not None or actor.has_ended for actor in self.actors), timeout=LONGEST_STEP
            )
        for actor in self.actors:
            self._wait(actor)

    def _is_blocked(self, actor: _Actor) -> bool:
        with self.owner.cursor() as cursor:
            cursor.execute("SELECT pg_blocking_pids(%s)", [actor.pid])
            (other,) = (one for one in self.actors if one is not actor)
            return other.pid in cursor.fetchone()[0]

    def restore(self) -> None:
        self.rows.restore({table for actor in self.actors for table in actor.tables})
        for actor in self.actors:
            actor.tables.clear()

    def close(self) -> None:
        for actor in self.actors:
            actor.close()


def _still(sleeping: dict[int, Step], step: Step) -> dict[int, Step]:
    """Who sleeps on while `step` is taken: whoever notices it wakes up."""
    return {number: held for number, held in sleeping.items() if held.is_independent_of(step)}


def _act(pair: Pair, run: Run, number: int, act: Callable[[], Any]) -> None:
    try:
        with pair.within():
            run.outcomes[number] = act()
    except pair.refusals:
        run.outcomes[number] = REFUSED
    except _Abandoned:
        return
    except Exception as error:
        run.errors.append(error)
    run.ended.append(number)


class _Rows:
    """All rows of the database as they are now, to be put back by the owner with the triggers switched off."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.kept: dict[str, str] = {}
        with owner.cursor() as cursor:
            for number, table in enumerate(filled_tables(cursor)):
                cursor.execute(f"CREATE TEMP TABLE kept_{number} AS TABLE {table}")
                columns = self._columns(cursor, table)
                self.kept[table] = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{number}"

    @staticmethod
    def _columns(cursor: Any, table: str) -> str:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        return str(cursor.fetchone()[0])

    def restore(self, changed: Collection[str]) -> None:
        """Put the rows of the changed tables back."""
        if not changed:
            return
        with self.owner.cursor() as cursor:
            names = {f'"{table}"' for table in changed}
            tables = sorted({*filled_tables(cursor), *self.kept} if "*" in changed else names)
            statements = [f"DELETE FROM {table}" for table in tables]
            statements += [self.kept[table] for table in tables if table in self.kept]
            cursor.execute("; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *statements, "COMMIT"]))

    def assert_all_are_back(self) -> None:
        """A trigger might have changed a table that no statement names."""
        with self.owner.cursor() as cursor:
            for table in {*filled_tables(cursor), *self.kept}:
                cursor.execute(f"SELECT count(*) FROM {table}")
                now = cursor.fetchone()
                kept = self.kept.get(table, "").rpartition(" ")[2]
                cursor.execute(f"SELECT count(*) FROM {kept}" if kept else "SELECT 0")
                assert now == cursor.fetchone(), f"{table} does not begin each run with the same rows"


@contextmanager
def _connected() -> Iterator[_Stage]:
    name = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"], dbname=name)) as owner:
        owner.autocommit = True
        stage = _Stage(owner)
        try:
            yield stage
        finally:
            stage.close()
