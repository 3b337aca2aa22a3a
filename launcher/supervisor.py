"""Runs the programs of one Dobošar side by side and stops them in order.

- What a program prints appears with its name in front.
- Programs may be forked from a process that has imported their code (`launcher/forks.py`); all else is the same.
- A program that ends by itself is started again, each time a little later. When it ends too often, or soon after its
  first start without having been killed (a fault of the installation), all are stopped and the exit code is 1.
- A server that does not run any more (PostgreSQL, Valkey) is started again too, until it has failed for too long.
- While the disk is full, programs and servers end for that reason. This counts as no failure: they are started again
  every few seconds, without a bound, until there is space.
- SIGINT, SIGTERM or SIGHUP: SIGTERM to the main process of each program, never to its group. Celery's pool children
  would die in the middle of a task; this way the worker finishes what it began. Exit code 0, so that `make` prints
  no error.
- Programs with a higher `wave` are stopped only when the lower ones have ended: the practice network must still answer
  while the worker finishes.
- A second signal a moment later, or `grace` seconds: SIGKILL to the groups. (`make` and `timeout` pass one signal on
  twice, so one that follows at once is the same.)
- The supervisor itself killed: the kernel sends SIGTERM to the programs (Linux only).
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from launcher import forks
from launcher.forks import Fork
from launcher.reserve import Reserve
from portal import disk

Child = Fork | subprocess.Popen[bytes]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = ("36", "33", "32", "35", "34", "31")
SAME_SIGNAL_SECONDS = 0.5
RESTART_AFTER_SECONDS = 10.0
# How long to wait before a program is started again, by how often it ended within `WINDOW_SECONDS`; then all end.
RESTART_DELAYS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0)
WINDOW_SECONDS = 300.0
CHECK_PROGRAMS_SECONDS = 0.25
CHECK_SERVERS_SECONDS = 1.0
RETRY_SERVERS_SECONDS = 5.0
# A full disk or a slow recovery may take a while.
GIVE_UP_ON_SERVERS_SECONDS = 1800.0
CHECK_DISK_SECONDS = 1.0
# While the disk is full: how long a program that ended waits, and how often the sentence about it is repeated.
FULL_DISK_DELAY_SECONDS = 5.0
FULL_DISK_REPEAT_SECONDS = 600.0
# More must be free before the disk counts as usable again, so that a disk at the limit is not reported every second.
MARGIN_MEGABYTES = 20
# The reserve is given up below: late, so that whatever fills the disk has met its end first and does not take it too.
LEAST_MEGABYTES = 4


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    wave: int = 0
    # A task that is meant to end: exit code 0 stops nothing.
    once: bool = False
    # Of a task: everything is ready only when it is done, and nothing goes on without it.
    is_awaited: bool = True
    # Run in a process that is forked from one that has imported its code (`forks.preload`).
    is_forked: bool = False


@dataclass(frozen=True)
class Server:
    """A server that is no child of the supervisor. `is_running` is cheap; `start` raises unless it answers."""

    name: str
    is_running: Callable[[], bool]
    start: Callable[[], object]
    # Without it nothing can be stored.
    stores: bool = False


@dataclass
class DataDisk:
    """The disk that a directory lies on, and the reserve on it."""

    directory: Path
    reserve: Reserve
    # Megabytes.
    full_below: int = disk.FULL_MEGABYTES
    is_full: bool = field(default=False, init=False)
    free: int = field(default=0, init=False)

    @classmethod
    def of(cls, directory: Path) -> DataDisk:
        return cls(directory, Reserve(directory))

    def check(self) -> bool:
        """Whether it is full."""
        free = disk.free_megabytes(self.directory)
        if free is not None:
            self.free = free
            self.is_full = free < self.full_below + (MARGIN_MEGABYTES if self.is_full else 0)
        return self.is_full

    def tend_reserve(self) -> None:
        """Give it up when hardly anything is left, make it again when there is room for it. From one thread only."""
        if self.free < LEAST_MEGABYTES:
            if self.reserve.give_up():
                self.check()
        elif not self.is_full:
            self.reserve.keep()


@dataclass
class Supervisor:
    programs: Sequence[Program]
    environ: Mapping[str, str]
    directory: Path
    grace: float = 30.0
    restart_after: float = RESTART_AFTER_SECONDS
    restart_delays: Sequence[float] = RESTART_DELAYS
    servers: Sequence[Server] = ()
    retry_servers: float = RETRY_SERVERS_SECONDS
    give_up_on_servers: float = GIVE_UP_ON_SERVERS_SECONDS
    data_disk: DataDisk | None = None
    full_disk_delay: float = FULL_DISK_DELAY_SECONDS
    # `on_ready` is called once, when every `once` program is done and `is_ready` says yes.
    is_ready: Callable[[], bool] | None = None
    on_ready: Callable[[], None] | None = None

    running: dict[str, Child] = field(default_factory=dict, init=False)
    done: set[str] = field(default_factory=set, init=False)
    started_at: dict[str, float] = field(default_factory=dict, init=False)
    # Of programs that ended by themselves: when they did, and when they are started again.
    ended_at: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list), init=False)
    restart_at: dict[str, float] = field(default_factory=dict, init=False)
    started_again: set[str] = field(default_factory=set, init=False)
    signals: list[float] = field(default_factory=list, init=False)
    failed: bool = field(default=False, init=False)
    # Programs that ended on a full disk; this is reported once for each until there is space again.
    ended_on_full_disk: set[str] = field(default_factory=set, init=False)
    _printing: threading.Lock = field(default_factory=threading.Lock, init=False)
    _echoes: list[threading.Thread] = field(default_factory=list, init=False)
    _wake: threading.Event = field(default_factory=threading.Event, init=False)
    _is_stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def run(self) -> int:
        """Blocks until everything has stopped. Returns 0 after a signal, 1 when it gave up."""
        guards = [threading.Thread(target=self._guard, args=(server,), daemon=True) for server in self.servers]
        if self.data_disk is not None:
            guards.append(threading.Thread(target=self._watch_disk, args=(self.data_disk,), daemon=True))
        with self._signals():
            for guard in guards:
                guard.start()
            try:
                self._watch()
            finally:
                self._is_stopping.set()
                self._stop()
                for guard in guards:
                    guard.join()  # else it would start what is stopped next
        return 1 if self.failed else 0

    def say(self, name: str, text: str) -> None:
        names = [*(program.name for program in self.programs), *(server.name for server in self.servers), "disk"]
        head = f"{time.strftime('%H:%M:%S')} {name:<{max(map(len, names))}} | "
        if name in names and sys.stdout.isatty():
            head = f"\x1b[{COLOURS[names.index(name) % len(COLOURS)]}m{head}\x1b[0m"
        # Its reader may have gone, and a file that it is written to may lie on the disk that is full.
        with self._printing, contextlib.suppress(OSError):
            print(head + text, flush=True)

    def _watch(self) -> None:
        was_announced = self.on_ready is None
        # A fork waits until the process that is forked has imported everything.
        for program in sorted(self.programs, key=lambda program: program.is_forked):
            self._start(program)
        while not self.signals and not self.failed:
            self._note_ended()
            self._restart_due()
            if not was_announced and not self.failed and self._all_ready():
                was_announced = True
                assert self.on_ready is not None
                self.on_ready()
            self._wake.wait(CHECK_PROGRAMS_SECONDS)

    def _start(self, program: Program) -> None:
        # From the main thread only: the kernel's parent-death signal follows the thread that forked.
        child = self._fork(program) if program.is_forked else self._spawn(program)
        self.running[program.name] = child
        self.started_at[program.name] = time.monotonic()
        assert child.stdout is not None
        echo = threading.Thread(target=self._echo, args=(program.name, child.stdout), daemon=True)
        self._echoes.append(echo)
        echo.start()

    def _fork(self, program: Program) -> Fork:
        return Fork(program.command, self.environ, self.directory)

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(program.command), env=dict(self.environ), cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=forks.die_with_parent,
        )  # fmt: skip

    def _echo(self, name: str, output: IO[bytes]) -> None:
        with contextlib.suppress(ValueError):  # closed under us at the very end
            for line in iter(output.readline, b""):
                self.say(name, line.decode(errors="replace").rstrip())

    def _note_ended(self) -> None:
        for program in self.programs:
            child = self.running.get(program.name)
            if child is None or program.name in self.done or program.name in self.restart_at or child.poll() is None:
                continue
            if child.returncode != 0 and self._is_disk_full():
                self._note_end_on_full_disk(program, child)
            elif program.once:
                self.done.add(program.name)
                if child.returncode != 0 and program.is_awaited:
                    self._give_up(program.name, f"ended by itself ({_how(child)}); stopping the others")
                elif child.returncode != 0:
                    self.say(program.name, f"ended by itself ({_how(child)}); the others go on without it")
            else:
                self._note_end(program, child)

    def _is_disk_full(self) -> bool:
        return self.data_disk is not None and self.data_disk.check()

    def _note_end_on_full_disk(self, program: Program, child: Child) -> None:
        if program.name not in self.ended_on_full_disk:
            self.ended_on_full_disk.add(program.name)
            self.say(program.name, f"ended ({_how(child)}), as the disk is full; starting it again until it stays")
        self.restart_at[program.name] = time.monotonic() + self.full_disk_delay

    def _note_end(self, program: Program, child: Child) -> None:
        now = time.monotonic()
        ends = self.ended_at[program.name]
        is_first = not ends and program.name not in self.started_again
        ends[:] = [at for at in ends if now - at < WINDOW_SECONDS] + [now]
        if is_first and child.returncode >= 0 and now - self.started_at[program.name] < self.restart_after:
            self.done.add(program.name)
            self._give_up(program.name, f"ended by itself ({_how(child)}) soon after its start; stopping the others")
        elif len(ends) > len(self.restart_delays):
            self.done.add(program.name)
            self._give_up(
                program.name,
                f"ended by itself {len(ends)} times within {WINDOW_SECONDS / 60:.0f} minutes (now {_how(child)}); "
                "giving up and stopping the others. The lines above say why",
            )
        else:
            delay = self.restart_delays[len(ends) - 1]
            when = f" in {delay:.0f} s" if delay else ""
            self.say(program.name, f"ended by itself ({_how(child)}); starting it again{when}")
            self.restart_at[program.name] = now + delay

    def _restart_due(self) -> None:
        for program in self.programs:
            if self.restart_at.get(program.name, math.inf) <= time.monotonic():
                del self.restart_at[program.name]
                self.started_again.add(program.name)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.running[program.name].pid, signal.SIGKILL)  # what it left of its group
                self._start(program)

    def _give_up(self, name: str, why: str) -> None:
        self.failed = True
        self.say(name, why)
        self._wake.set()

    def _watch_disk(self, data_disk: DataDisk) -> None:
        """Says once that the disk is full, again every few minutes, and when there is space again."""
        reported_at: float | None = None
        while True:
            data_disk.check()
            data_disk.tend_reserve()
            if data_disk.is_full:
                now = time.monotonic()
                if reported_at is None or now - reported_at > FULL_DISK_REPEAT_SECONDS:
                    reported_at = now
                    stores = all(server.is_running() for server in self.servers if server.stores)
                    self.say("disk", disk.sentence(data_disk.free, f"at {data_disk.directory}", stores=stores))
            elif reported_at is not None:
                reported_at = None
                self.ended_on_full_disk.clear()
                self.say("disk", f"Has space again: {data_disk.free} MB free. Everything goes on")
            if self._is_stopping.wait(CHECK_DISK_SECONDS):
                return

    def _guard(self, server: Server) -> None:
        """Starts a server again whenever it does not run. In a thread: a recovery takes minutes."""
        while not self._is_stopping.wait(CHECK_SERVERS_SECONDS):
            if server.is_running():
                continue
            self.say(server.name, "does not run any more; starting it again")
            self._start_again(server)

    def _start_again(self, server: Server) -> None:
        began = failing_since = time.monotonic()
        is_reported = False
        while not self._is_stopping.is_set():
            try:
                server.start()
            except Exception as error:
                problem = str(error).strip() or type(error).__name__
            else:
                self.say(server.name, f"runs again after {time.monotonic() - began:.1f} s")
                return
            if self._is_disk_full():
                failing_since = time.monotonic()
                if not is_reported:
                    is_reported = True
                    lost = ". Until then nothing can be stored and no post goes out" if server.stores else ""
                    self.say(server.name, f"cannot be started while the disk is full; trying until it can{lost}")
            elif time.monotonic() - failing_since > self.give_up_on_servers:
                self._give_up(server.name, f"could not be started again; giving up and stopping all: {problem}")
                return
            else:
                self.say(server.name, f"could not be started again; trying once more: {problem}")
            self._is_stopping.wait(self.retry_servers)

    def _all_ready(self) -> bool:
        tasks = {program.name for program in self.programs if program.once and program.is_awaited}
        return tasks <= self.done and (self.is_ready is None or self.is_ready())

    def _stop(self) -> None:
        ends = time.monotonic() + self.grace
        for wave in sorted({program.wave for program in self.programs}):
            children = [self.running[p.name] for p in self.programs if p.wave == wave and p.name in self.running]
            for child in children:
                if child.poll() is None:
                    child.send_signal(signal.SIGTERM)
            while any(child.poll() is None for child in children) and time.monotonic() < ends and len(self.signals) < 2:
                time.sleep(0.05)
        for name, child in self.running.items():
            if child.poll() is None:
                self.say(name, "did not stop in time; killed")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # what is left of each group
            child.wait()
        for echo in self._echoes:
            echo.join(timeout=1)  # last words

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if self.signals and now - self.signals[0] < SAME_SIGNAL_SECONDS:
            return
        self.signals.append(now)
        self._wake.set()
        # os.write, not print: the signal may have arrived in the middle of a print.
        message = (
            b"\nStopping; a second Ctrl-C stops at once.\n" if len(self.signals) == 1 else b"\nStopping at once.\n"
        )
        with contextlib.suppress(OSError):
            os.write(1, message)


def _how(child: Child) -> str:
    """How a program ended: "code 3", or "killed by SIGKILL"."""
    if child.returncode >= 0:
        return f"code {child.returncode}"
    try:
        return f"killed by {signal.Signals(-child.returncode).name}"
    except ValueError:
        return f"killed by signal {-child.returncode}"
