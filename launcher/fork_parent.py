"""Imported by the process that programs are forked from (`launcher/forks.py`)."""

import signal

from launcher.forks import UNTOUCHED, die_with_parent

die_with_parent(signal.SIGKILL)
for _number in UNTOUCHED:
    signal.signal(_number, signal.SIG_IGN)
