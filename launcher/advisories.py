"""`make maintain WHAT=advisories`: known vulnerabilities of the pinned packages, from OSV (https://osv.dev).

`uv audit` asks about the Python packages of requirements-dev.txt, in which those of the other files are too; it gets
them as a lock file, so that no version is chosen anew. It knows no npm, so that the few packages in the browser are
asked about here.

The exit code is 0 if there is no known vulnerability, 1 if there is one, and 3 if the database could not be asked about
everything: then nothing is known. OSV_URL names another server with the same interface.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import untrusted_json
from launcher.requirements import pinned
from launcher.site import ROOT

OSV = "https://api.osv.dev/"
NONE_KNOWN, FOUND, NOT_ASKED = 0, 1, 3
SECONDS = 30
REGISTRY = "https://pypi.org/simple"


class NotAsked(Exception):
    """The database gave no usable answer; the message says why."""


def locked(packages: Sequence[tuple[str, str]]) -> str:
    """A lock file of uv with exactly these (name, version)."""
    rows = [
        f'[[package]]\nname = "{n}"\nversion = "{v}"\nsource = {{ registry = "{REGISTRY}" }}\n' for n, v in packages
    ]
    # With version and source: of a package there may be two, one for older versions of Python.
    source = f'source = {{ registry = "{REGISTRY}" }}'
    needs = ", ".join(f'{{ name = "{name}", version = "{version}", {source} }}' for name, version in packages)
    project = f'[[package]]\nname = "audited"\nversion = "0"\nsource = {{ virtual = "." }}\ndependencies = [{needs}]\n'
    return "\n".join(['version = 1\nrequires-python = ">=3.11"\n', project, *rows])


def python_packages(packages: Sequence[tuple[str, str]], url: str) -> list[str]:
    """A line for each known vulnerability of these (name, version). Raises `NotAsked`."""
    with tempfile.TemporaryDirectory(prefix="dobosar-audit-") as name:
        needs = json.dumps([f"{package}=={version}" for package, version in packages])
        project = f'[project]\nname = "audited"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = {needs}\n'
        (Path(name) / "pyproject.toml").write_text(project, encoding="utf-8")
        (Path(name) / "uv.lock").write_text(locked(packages), encoding="utf-8")
        uv = str(Path(sys.executable).with_name("uv"))
        preview = ["--preview-features", "audit-command", "--preview-features", "json-output"]
        options = ["--frozen", "--no-config", "--system-certs", "--output-format", "json", "--service-url", url]
        done = subprocess.run([uv, "audit", *preview, *options], cwd=name, capture_output=True, text=True, check=False)
    try:
        answer = untrusted_json.loads(done.stdout)
        audited = int(answer["summary"]["audited_packages"])
        vulnerabilities = [
            _line(
                row["dependency"]["name"], row["dependency"]["version"], row["id"], row["summary"], row["fix_versions"]
            )
            for row in answer["vulnerabilities"]
        ]
    except (ValueError, KeyError, TypeError):
        raise NotAsked((done.stderr or done.stdout).strip()) from None
    if audited != len(packages):
        raise NotAsked(f"uv asked about {audited} of {len(packages)} packages.")
    return vulnerabilities


def browser_packages(packages: Sequence[tuple[str, str]], url: str) -> list[str]:
    """The same for packages of npm. Raises `NotAsked`."""
    queries = [{"package": {"name": name, "ecosystem": "npm"}, "version": version} for name, version in packages]
    request = urllib.request.Request(
        url.rstrip("/") + "/v1/querybatch",
        data=json.dumps({"queries": queries}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            results: list[dict[str, Any]] = untrusted_json.loads(response.read())["results"]
        ids_by_package = [[row["id"] for row in result.get("vulns", [])] for result in results]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise NotAsked(f"{url}: {problem}") from None
    if len(ids_by_package) != len(packages):
        raise NotAsked(f"{url} answered about {len(ids_by_package)} of {len(packages)} packages.")
    return [
        _line(name, version, number, "", [])
        for (name, version), ids in zip(packages, ids_by_package, strict=True)
        for number in ids
    ]


def _line(name: str, version: str, number: str, summary: str | None, fixed: Sequence[str]) -> str:
    text = f"{name} {version}: {number}" + (f", {summary}" if summary else "")
    return text + (f"; fixed in {', '.join(fixed)}" if fixed else "")


def in_browser() -> list[tuple[str, str]]:
    """(name, version) of what static/vendor/VENDOR.json lists."""
    vendored = untrusted_json.loads((ROOT / "static/vendor/VENDOR.json").read_text(encoding="utf-8"))
    return [(package["package"], package["version"]) for package in vendored]


def report(url: str) -> int:
    """Print what is known and return the exit code."""
    python = [(package.name, package.version) for package in pinned(ROOT / "requirements-dev.txt")]
    vulnerabilities: list[str] = []
    unknown: list[str] = []
    for title, ask, packages in (
        ("Python", python_packages, python),
        ("browser", browser_packages, in_browser()),
    ):
        try:
            vulnerabilities += ask(packages, url)
        except NotAsked as problem:
            unknown.append(f"{len(packages)} {title} packages: {problem}")
    for line in vulnerabilities:
        print(line)
    if unknown:
        print("THE ADVISORIES WERE NOT CHECKED: the database could not be asked, so nothing is known about these.")
        print("\n".join(unknown))
        return NOT_ASKED
    print(
        f"Known vulnerabilities: {len(vulnerabilities)}, in {len(python)} Python packages "
        f"and {len(in_browser())} of the browser."
    )
    return FOUND if vulnerabilities else NONE_KNOWN


if __name__ == "__main__":
    sys.exit(report(os.environ.get("OSV_URL") or OSV))
