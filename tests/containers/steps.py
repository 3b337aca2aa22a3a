"""What a long test prints while it runs."""

import time
from collections.abc import Callable


def reporter() -> Callable[[str], None]:
    """Prints a step that is done, with the seconds since this call."""
    began = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {step}", flush=True)

    return report
