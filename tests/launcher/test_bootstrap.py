"""What happens before there is anything of ours: finding a Python, and words for what pip says."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import bootstrap, requirements

ROOT = Path(__file__).resolve().parents[2]
FINDER = ROOT / "launcher" / "find_python.sh"


def find(*arguments, cwd=ROOT, **variables):
    environ = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(["sh", str(FINDER), *arguments], cwd=cwd, env=environ, capture_output=True, text=True)


@pytest.fixture
def other_version(tmp_path):
    """Stands for a Python of a version that does not fit: it answers -V and fails the question for its version."""
    path = tmp_path / "python3"
    path.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.14.0" && exit 0\nexit 1\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_python_that_fits_is_found_and_run():
    done = find("-c", "import sys; print(sys.version_info[:2] >= (3, 11))")
    assert done.stdout == "True\n"


def test_the_named_python_is_used():
    assert find("-c", "import sys; print(sys.executable)", PYTHON=sys.executable).stdout.strip() == sys.executable


def test_a_named_python_that_does_not_fit_is_refused(other_version):
    done = find("-c", "print('ran')", PYTHON=str(other_version))
    assert done.returncode == 1
    assert "Python 3.14.0. Dobošar needs Python 3.11, 3.12 or 3.13" in done.stderr
    assert "ran" not in done.stdout


def test_without_any_python_that_fits_it_says_what_to_install(other_version, tmp_path):
    for tool in ("sh", "env"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    done = find("-c", "print('ran')", cwd=tmp_path, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "Dobošar needs Python 3.11, 3.12 or 3.13; this computer has: Python 3.14.0" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one we checked"),
        ("Max retries exceeded with url: /simple/django/", "cannot be reached"),
    ],
)
def test_what_pip_says_is_explained(output, meaning):
    assert meaning in bootstrap.explain(output)


def test_unknown_words_of_pip_are_not_explained_away():
    assert bootstrap.explain("something else went wrong") == ""


def test_every_requirement_has_a_hash_and_one_version():
    for name in requirements.EXTRAS:
        for line in (ROOT / name).read_text().splitlines():
            if line and line[0] not in " #":
                assert "==" in line, (name, line)
                assert line.endswith("\\"), (name, line)


def test_a_changed_pyproject_makes_the_requirements_stale(tmp_path, monkeypatch):
    for name in ("pyproject.toml", *requirements.EXTRAS):
        (tmp_path / name).write_text((ROOT / name).read_text())
    monkeypatch.setattr(requirements, "ROOT", tmp_path)
    assert requirements.stale() == []
    changed = (ROOT / "pyproject.toml").read_text().replace('"pytest==', '"pytest>=', 1)
    (tmp_path / "pyproject.toml").write_text(changed)
    assert requirements.stale() == ["requirements-dev.txt"]
