"""The publisher: `python -m portal.publisher --processes 2 --hands 16`.

One process loads everything and forks; each child runs a `delivery.dispatch.Dispatcher`. A child that ends by itself is
replaced. SIGTERM lets every child finish its current calls; a second one ends them at once.
"""

import argparse
import gc
import logging
import os
import signal
import sys
import time
from contextlib import suppress

import django

# Between two starts, so that one that cannot live does not keep the machine busy.
PAUSE_SECONDS = 0.5
log = logging.getLogger("portal.publisher")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="about one for each core that is free")
    parser.add_argument("--hands", type=int, default=16, help="calls of one process at a time, a connection each")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()

    from portal import checks

    checks.require()
    return Publishers(options.processes, options.hands).run()


class Publishers:
    def __init__(self, processes: int, hands: int) -> None:
        self.processes, self.hands = processes, hands
        self.children: set[int] = set()
        self.signals = 0

    def run(self) -> int:
        from django.db import connections

        connections.close_all()  # a child must not share its parent's
        gc.collect()
        gc.freeze()  # what is loaded now is shared between the children, and stays shared
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self.signals:
            while len(self.children) < self.processes and not self.signals:
                self._fork()
            self._wait_for_one()
            if not self.signals:
                log.error("A publisher ended by itself; starting another")
                time.sleep(PAUSE_SECONDS)
        self._pass_on(signal.SIGTERM)  # a child that was forked during the signal has not received it
        while self.children:
            self._wait_for_one()
        return 0

    def _fork(self) -> None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self.children.add(child)
            return
        code = 1
        try:
            code = publish(self.hands, parent)
        finally:
            # Not sys.exit: a call that does not end must not keep the process.
            logging.shutdown()
            os._exit(code)

    def _wait_for_one(self) -> None:
        with suppress(ChildProcessError, InterruptedError):
            child, _ = os.wait()
            self.children.discard(child)

    def _on_signal(self, *_: object) -> None:
        self.signals += 1
        self._pass_on(signal.SIGTERM if self.signals == 1 else signal.SIGKILL)

    def _pass_on(self, number: int) -> None:
        for child in self.children:
            with suppress(ProcessLookupError):
                os.kill(child, number)


def publish(hands: int, parent: int) -> int:
    """One child, until it is asked to stop or its parent is gone."""
    from delivery import dispatch

    def pulse() -> None:
        if os.getppid() != parent:
            dispatcher.stop()
        dispatch.send_heartbeat()

    dispatcher = dispatch.Dispatcher(hands, pulse=pulse)
    signal.signal(signal.SIGTERM, lambda *_: dispatcher.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes it on
    finished = dispatcher.run()
    # Others that run say within a second that they do.
    dispatch.clear_heartbeat()
    return 0 if finished else 1


if __name__ == "__main__":
    sys.exit(main())
