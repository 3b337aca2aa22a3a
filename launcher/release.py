"""`make release`: releases the version in pyproject.toml, in two steps (docs/operations/upgrade.md).

The first writes what the commit of the release has in it, the second, once that commit is tagged, what is made of it:
the Debian package and the bill of materials.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from launcher import package, sbom
from launcher.errors import LauncherError
from launcher.package import git
from launcher.site import ROOT

UNRELEASED = "## Unreleased\n"


def planned(root: Path = ROOT) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def is_tagged(root: Path = ROOT) -> bool:
    """Whether the present commit is the release. Raises `LauncherError` where nothing can be released from it."""
    version, tag = planned(root), f"v{planned(root)}"
    if git("status", "--porcelain", directory=root):
        raise LauncherError("There are changes that are not committed, and a release is made of a commit.")
    if tag in git("tag", "--points-at", "HEAD", directory=root).split():
        return True
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    has_changes = bool(changelog.partition(UNRELEASED)[2].partition("\n## ")[0].strip())
    is_prepared = f"\n## {version} - " in changelog
    if git("tag", "--list", tag, directory=root) or (is_prepared and has_changes):
        raise LauncherError(f"{version} is released already: the next number goes into pyproject.toml.")
    if is_prepared:
        raise LauncherError(f"The commit of {version} has no tag. Next: git tag {tag} && make release")
    if not has_changes:
        raise LauncherError(f"CHANGELOG.md has nothing below {UNRELEASED.strip()!r} that {version} would bring.")
    return False


def dated(changelog: str, version: str, day: date) -> str:
    """The changelog with what was unreleased below the version."""
    return changelog.replace(UNRELEASED, f"{UNRELEASED}\n## {version} - {day}\n", 1)


def prepare(version: str) -> None:
    command = [sys.executable, "-m", "tests.containers.baseline", "--release", version]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise LauncherError("The baseline could not be written; its message is above.")
    path = ROOT / "CHANGELOG.md"
    changelog = dated(path.read_text(encoding="utf-8"), version, datetime.now(UTC).date())
    path.write_text(changelog, encoding="utf-8")
    print(f"Read the changes and commit them. Next: git tag v{version} && make release")


def build(version: str) -> None:
    package.main([])
    sbom.main(["--to", str(ROOT / "build" / f"dobosar_{version}.cdx.json")])


if __name__ == "__main__":
    try:
        (build if is_tagged() else prepare)(planned())
    except LauncherError as error:
        sys.exit(f"\n{error}")
