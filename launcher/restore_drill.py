"""A restore drill: a backup is restored into a directory of its own, read, and removed again.

    python -m launcher.restore_drill FILE

Nothing of the real site is touched, no network is called, and no mail is sent: only servers are started. IDENTITY names
the private key of a backup that was encrypted with age.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import backup, embedded
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import ROOT

# What would lead to the real site.
FOREIGN = (
    "DATA_DIR", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "MEDIA_ROOT", "EXPORTS_ROOT",
    "REPORTS_ROOT", *backup.KEYS,
)  # fmt: skip
CHECKS = {
    "rotate_keys": "every stored secret can be read with the keys of the backup",
    "check_files": "every file that the database names is there",
    "migrate --check": "the tables are those of this version",
}


@dataclass(frozen=True)
class Report:
    """`problems`: by check, what its command printed. Seconds for restore and checks."""

    problems: dict[str, str]
    restored_in: float
    checked_in: float


def drill(source: Path, identity: Path | None = None) -> Report:
    variables = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    with tempfile.TemporaryDirectory(prefix="dobosar-drill-") as name:
        site = sites.read({**variables, "DATA_DIR": name})
        outside = {name: os.environ.pop(name) for name in FOREIGN if name in os.environ}
        try:
            began = time.monotonic()
            backup.restore(site, source, replace=False, identity=identity, announce=False)
            restored = time.monotonic()
            with embedded.serving(site.servers) as urls:
                environ = sites.environment(site, urls) | {"DEMO": "false", "DJANGO_SETTINGS_MODULE": "portal.settings"}
                problems = {check: output for check in CHECKS if (output := _failure(check, environ))}
        finally:
            os.environ.update(outside)
        return Report(problems, restored - began, time.monotonic() - restored)


def _failure(check: str, environ: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", *check.split(), "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    return (done.stderr.strip() or done.stdout.strip() or "it failed") if done.returncode else ""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    sites.read()  # a .env file
    identity = os.environ.get("IDENTITY")
    report = drill(Path(arguments[0]).expanduser().resolve(), Path(identity).expanduser() if identity else None)
    print(f"Restored in {report.restored_in:.0f} s, checked in {report.checked_in:.0f} s.")
    for check, meaning in CHECKS.items():
        print(f"  {'FAILED' if check in report.problems else 'ok    '}  {meaning}")
        if check in report.problems:
            print("          " + report.problems[check].replace("\n", "\n          "))
    print("The drill has failed: do not rely on this backup." if report.problems else "This backup can be relied on.")
    return 1 if report.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(f"\n{error}")
