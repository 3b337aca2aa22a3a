"""Figures of the long security tests, in docs/security-figures.json: `make maintain WHAT=security-figures`.

`launcher/asvs.py` writes the table of docs/security.md from that file.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path


def record(proof: str, figures: Mapping[str, int], *, variable: str = "SECURITY_FIGURES") -> None:
    """Replace the figures of one proof: what was counted → how many, in the order in which they are shown.

    Does nothing unless the environment variable names the file. Workers of one run may record at the same time.
    """
    if not (path := os.environ.get(variable)):
        return
    with Path(path).open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        proofs = json.loads(file.read() or "{}")
        proofs[proof] = {"measured": date.today().isoformat(), "figures": dict(figures)}
        file.truncate(0)
        file.write(json.dumps(dict(sorted(proofs.items())), indent=2, ensure_ascii=False) + "\n")
