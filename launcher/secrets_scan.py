"""`make maintain WHAT=secrets`: runs the hook that detects secrets in a commit over all tracked files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from launcher.site import ROOT


def main() -> int:
    hook = hook_called("secrets")
    command = [str(Path(sys.executable).with_name("detect-secrets-hook")), *hook["entry"].split()[1:]]
    names, processes = files(hook["exclude"]), os.cpu_count() or 1
    parts = [names[first::processes] for first in range(processes)]

    def scan(part: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *part], cwd=ROOT, check=False, capture_output=True, text=True)

    with ThreadPoolExecutor(processes) as pool:
        scans = list(pool.map(scan, parts))
    for one in scans:
        sys.stdout.write(one.stdout)
        sys.stderr.write(one.stderr)
    return int(any(one.returncode for one in scans))


def hook_called(wanted: str) -> dict[str, Any]:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks: list[dict[str, Any]] = [hook for repository in config["repos"] for hook in repository["hooks"]]
    return next(hook for hook in hooks if hook["id"] == wanted)


def files(exclude: str) -> list[str]:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in tracked.stdout.split("\0") if name]
    return [name for name in names if not re.search(exclude, name) and _is_text(ROOT / name)]


def _is_text(path: Path) -> bool:
    with path.open("rb") as opened:
        return b"\0" not in opened.read(1024)


if __name__ == "__main__":
    sys.exit(main())
