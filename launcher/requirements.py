"""The compiled requirements files. `make requirements` compiles them; `make check` verifies offline that they are up
to date.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from launcher.site import ROOT

EXTRAS: dict[str, list[str]] = {
    "requirements.txt": [],
    "requirements-local.txt": ["local"],
    "requirements-dev.txt": ["local", "dev"],
}
OPTIONS = [
    "--generate-hashes", "--universal", "--python-version", "3.11", "--no-emit-index-url", "--quiet", "--no-header",
]  # fmt: skip
MARK = "# Made by `make requirements`; pyproject.toml was "


def inputs(extras: list[str]) -> str:
    """A hash over what a requirements file is compiled from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [project["requires-python"], project["dependencies"]]
    declared += [project["optional-dependencies"][extra] for extra in extras]
    return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]


def stale() -> list[str]:
    """The files that were not compiled from today's pyproject.toml."""
    return [name for name, extras in EXTRAS.items() if MARK + inputs(extras) not in (ROOT / name).read_text()]


def compile_all() -> None:
    for name, extras in EXTRAS.items():
        print(f"{name} ...", flush=True)
        extra = [word for extra_name in extras for word in ("--extra", extra_name)]
        uv = [
            str(Path(sys.executable).with_name("uv")),
            "pip",
            "compile",
            *OPTIONS,
            *extra,
            "pyproject.toml",
            "-o",
            name,
        ]
        subprocess.run(uv, check=True, cwd=ROOT)
        path = ROOT / name
        path.write_text(f"{MARK}{inputs(extras)}\n{path.read_text()}")


if __name__ == "__main__":
    compile_all()
