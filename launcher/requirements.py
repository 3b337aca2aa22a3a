"""The compiled requirements files. `make maintain WHAT=requirements` compiles them; `make check` verifies offline that
they are up to date.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from launcher.site import ROOT

EXTRAS: dict[str, list[str]] = {
    "requirements.txt": [],
    "requirements-local.txt": ["local"],
    # Of the Debian package, which cannot install more later.
    "requirements-package.txt": ["package", "sentry"],
    # Of an installation that reports its errors; the tests need it as well.
    "requirements-sentry.txt": ["sentry"],
    # The same for one that traces.
    "requirements-tracing.txt": ["tracing"],
    # Of the stage of the Dockerfile that writes the bill of materials.
    "requirements-sbom.txt": ["sbom"],
    "requirements-dev.txt": ["local", "sentry", "tracing", "sbom", "dev"],
}
OPTIONS = [
    "--generate-hashes", "--universal", "--python-version", "3.11", "--no-emit-index-url", "--quiet", "--no-header",
]  # fmt: skip
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
MARK = "# Made by `make maintain WHAT=requirements`; pyproject.toml was "


def inputs(extras: list[str]) -> str:
    """A hash over what a requirements file is compiled from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [project["requires-python"], project["dependencies"]]
    declared += [project["optional-dependencies"][extra] for extra in extras]
    return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]


def stale() -> list[str]:
    """The files that were not compiled from today's pyproject.toml."""
    return [name for name, extras in EXTRAS.items() if MARK + inputs(extras) not in (ROOT / name).read_text()]


@dataclass(frozen=True)
class Requirement:
    """One pinned package of a requirements file, and the packages that need it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]


def pinned(path: Path) -> list[Requirement]:
    """What a compiled file pins. Raises `ValueError` for a line that is not understood."""
    requirements: list[Requirement] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8").strip()):
        lines = [line.strip() for line in block.splitlines()]
        comments = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
        pins = [line for line in lines if line and not line.startswith(("#", "--hash="))]
        if not pins:
            continue
        pin = PINNED.match(pins[0])
        if pin is None or len(pins) > 1:
            raise ValueError(f"This is no pinned requirement: {' '.join(pins)}")
        needed_by = [comment.removeprefix("via").split(" (")[0].strip() for comment in comments]
        hashes = tuple(HASH.findall(block))
        requirements.append(Requirement(pin["name"], pin["version"], hashes, tuple(name for name in needed_by if name)))
    return requirements


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
