"""When the last backup was made, in a file of the data directory. No Django: the launcher writes it.

python -m portal.last_backup        a backup that was made by other means has just succeeded
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

FILE = "last-backup.json"


def record(data: Path, made_at: datetime) -> bool:
    """Whether it could be written: a full disk must not make a good backup look like a failed one."""
    path = data / FILE
    try:
        path.with_suffix(".new").write_text(json.dumps({"made_at": made_at.isoformat()}))
        os.replace(path.with_suffix(".new"), path)
    except OSError:
        return False
    return True


def made_at(data: Path) -> datetime | None:
    """None where no backup is known."""
    try:
        at = datetime.fromisoformat(json.loads((data / FILE).read_text())["made_at"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return at if at.tzinfo else None


if __name__ == "__main__":
    data = Path(os.environ.get("DATA_DIR") or ".data").expanduser().resolve()
    if not record(data, datetime.now(UTC)):
        sys.exit(f"The time of the backup could not be written to {data}.")
