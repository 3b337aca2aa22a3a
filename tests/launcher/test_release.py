"""`make release`: from which commit a version can be released, and what its changelog says."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from launcher import release
from launcher.errors import LauncherError

NEW = "# Changelog\n\n## Unreleased\n\n- **Home.** Faster.\n\n## 0.1.0 - 2026-11-30\n\nThe first release.\n"
DATED = release.dated(NEW, "0.2.0", date(2027, 1, 31))


def git(directory: Path, *arguments: str) -> None:
    person = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
    subprocess.run(["git", *person, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Version 0.2.0, with a line in the changelog."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    commit(tmp_path, NEW)
    return tmp_path


def commit(tree: Path, changelog: str) -> None:
    (tree / "CHANGELOG.md").write_text(changelog)
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "Change")


def test_what_was_unreleased_is_below_the_version_and_its_day() -> None:
    assert DATED.startswith("# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2027-01-31\n\n- **Home.** Faster.\n")


def test_a_version_with_unreleased_changes_is_prepared_first(tree: Path) -> None:
    assert not release.is_tagged(tree)


def test_the_tagged_commit_is_built(tree: Path) -> None:
    commit(tree, DATED)
    git(tree, "tag", "v0.2.0")
    assert release.is_tagged(tree)


def test_a_prepared_commit_needs_its_tag(tree: Path) -> None:
    commit(tree, DATED)
    with pytest.raises(LauncherError, match="has no tag"):
        release.is_tagged(tree)


def test_changes_that_are_not_committed_are_refused(tree: Path) -> None:
    git(tree, "tag", "v0.2.0")
    (tree / "forgotten.py").write_text("")
    with pytest.raises(LauncherError, match="not committed"):
        release.is_tagged(tree)


def test_a_released_version_is_not_released_again(tree: Path) -> None:
    later = DATED.replace("## Unreleased\n", "## Unreleased\n\n- **Inbox.** Faster.\n")
    commit(tree, later)
    with pytest.raises(LauncherError, match="the next number"):
        release.is_tagged(tree)


def test_a_commit_after_the_tagged_one_is_not_that_version(tree: Path) -> None:
    git(tree, "tag", "v0.2.0")
    commit(tree, DATED)
    with pytest.raises(LauncherError, match="the next number"):
        release.is_tagged(tree)


def test_a_version_without_changes_is_refused(tree: Path) -> None:
    commit(tree, NEW.replace("- **Home.** Faster.\n\n", ""))
    with pytest.raises(LauncherError, match="nothing below"):
        release.is_tagged(tree)
