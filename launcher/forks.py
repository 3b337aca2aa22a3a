"""Programs in processes that are forked from one that has imported their code: they share its memory, and start sooner.

`Fork` has the part of the interface of `subprocess.Popen` that the supervisor needs. The process that is forked is the
"forkserver" of multiprocessing: it has no threads, and another starts when it was killed. Its children end with it, and
it ends with the process that uses it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import setproctitle

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
# Signals to all processes of a terminal are the supervisor's business: the process that is forked outlives them.
UNTOUCHED = (signal.SIGTERM, signal.SIGHUP)
CONTEXT = multiprocessing.get_context("forkserver")
# The C library would give each of 32 threads memory of its own, which stays reserved.
ARENAS = {"MALLOC_ARENA_MAX": "2"}


def preload(modules: Sequence[str], environ: Mapping[str, str]) -> None:
    """Start the process that is forked, which imports these modules with these variables. From the main thread only:
    the kernel ends it with that thread.
    """
    CONTEXT.set_forkserver_preload(["launcher.fork_parent", *modules])
    with _variables({**ARENAS, **environ}):
        forkserver.ensure_running()


@contextmanager
def _variables(environ: Mapping[str, str]) -> Iterator[None]:
    """A process that is started in here has these variables; ours are what they were, as some depends on them."""
    before = dict(os.environ)
    _set(environ)
    try:
        yield
    finally:
        _set(before)


def _set(environ: Mapping[str, str]) -> None:
    for name in os.environ.keys() - environ.keys():
        del os.environ[name]
    os.environ.update(environ)


class Fork:
    """A command `[python, …, "-m", module, *arguments]` in a session of its own. From the main thread only.

    Options of Python itself are not applied: they are those of the process that is forked.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], directory: Path) -> None:
        output, write = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_run, args=(list(command), dict(environ), str(directory), write))
        with _variables(environ):  # of the process that is forked, if it has to be started again
            self._process.start()
        write.close()
        self.stdout: IO[bytes] = os.fdopen(os.dup(output.fileno()), "rb")
        output.close()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> Any:
        """As that of `Popen`: None while it runs; the number of a signal, negative, where one ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """The kernel sends this process a signal when its parent is gone, however that ended (Linux only)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, number)


def _run(command: list[str], environ: dict[str, str], directory: str, output: Connection) -> None:
    os.setsid()
    die_with_parent()
    for number in UNTOUCHED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in (1, 2):
        os.dup2(output.fileno(), descriptor)
    output.close()
    module, *arguments = command[command.index("-m") + 1 :]
    sys.argv = [module, *arguments]
    setproctitle.setproctitle(" ".join(["python", "-m", *sys.argv]))
    _set(environ)
    os.chdir(directory)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
