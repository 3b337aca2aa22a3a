"""Functions that begin at the same moment, each in a thread and a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection

REFUSED = "refused"


def at_once(
    *acts: Callable[[], Any],
    refusals: type[Exception] | tuple[type[Exception], ...] = (),
    within: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> list[Any]:
    """Results in the order of `acts`, `REFUSED` where an act raised one of `refusals`. Raises any other error.

    `within` opens a context in each thread, such as the scope of a municipality.
    """
    begin, outcomes, errors = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(position: int, act: Callable[[], Any]) -> None:
        try:
            begin.wait(timeout=300)
            with within():
                outcomes[position] = act()
        except refusals:
            outcomes[position] = REFUSED
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not any(thread.is_alive() for thread in threads), "an act never ended"
    if errors:
        raise errors[0]
    return outcomes
