"""`make maintain`: the list, mistyped names, and what a command is started with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from django.core.management import get_commands

from launcher import maintain

ROOT = Path(__file__).resolve().parents[2]
# Says which packages it should install, and puts a program into their place that prints its arguments.
BOOTSTRAP = """
import pathlib, sys
print("packages:", sys.argv[1], flush=True)
python = pathlib.Path(".venv/bin/python")
python.parent.mkdir(parents=True)
python.write_text("#!/bin/sh\\nprintf '<%s> ' \\"$@\\"\\necho \\"workers: $PYTEST_WORKERS\\"\\n")
python.chmod(0o755)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Without .venv, in a directory with a space."""
    directory = tmp_path / "a checkout"
    (directory / "launcher").mkdir(parents=True)
    for path in ("Makefile", "launcher/__init__.py", "launcher/find_python.sh", "launcher/maintain.py"):
        shutil.copy(ROOT / path, directory / path)
    (directory / "launcher/bootstrap.py").write_text(BOOTSTRAP)
    return directory


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "PYTEST_WORKERS": "2"}
    return subprocess.run(["make", *arguments], cwd=checkout, env=environ, capture_output=True, text=True, check=False)


def test_without_a_name_it_lists_the_commands_in_groups_and_fails(checkout: Path) -> None:
    done = make(checkout, "maintain")
    assert done.returncode != 0
    assert "make maintain WHAT=NAME" in done.stderr
    assert [line for line in done.stdout.splitlines() if line and not line.startswith(" ")] == list(maintain.GROUPS)
    listed = re.findall(r"^  ([a-z-]+) +\S.*$", done.stdout, flags=re.MULTILINE)
    assert listed == list(maintain.COMMANDS)


@pytest.mark.parametrize(
    ("typed", "meant"), [("fakse", "fakes"), ("seed_scale", "seed-scale"), ("test-container", "test-containers")]
)
def test_a_mistyped_name_gets_the_nearest_one(checkout: Path, typed: str, meant: str) -> None:
    done = make(checkout, "maintain", f"WHAT={typed}")
    assert done.returncode != 0
    assert f"There is no {typed}. Did you mean {meant}?" in done.stderr


def test_a_name_that_is_like_no_other_gets_only_the_list(checkout: Path) -> None:
    assert make(checkout, "maintain", "WHAT=zzz").stderr.startswith("There is no zzz.\n")


def test_arguments_arrive_as_the_shell_reads_them(checkout: Path) -> None:
    done = make(checkout, "maintain", "WHAT=sbom", """ARGS=--to 'a file.json' "it's" --one=\\*""")
    assert done.stdout.splitlines() == [
        "packages: dev",
        "<-m> <launcher.sbom> <--to> <a file.json> <it's> <--one=*> workers: 2",
    ]


def test_variables_arrive_where_they_are_set(checkout: Path) -> None:
    done = make(checkout, "maintain", "WHAT=probe", "NETWORK=mastodon", "VIDEO=a film.mp4", "ARGS=--wait 30")
    assert done.stdout.splitlines() == [
        "packages: local",
        "<-m> <launcher.manage> <probe> <mastodon> <--video> <a film.mp4> <--wait> <30> workers: 2",
    ]


def test_the_number_of_workers_is_that_of_the_makefile_or_of_the_person(checkout: Path) -> None:
    done = make(checkout, "maintain", "WHAT=network-page", "PYTEST_WORKERS=1")
    assert "<-n> <1> <-m> <not real and not slow>" in done.stdout


def test_a_command_without_arguments_refuses_some() -> None:
    with pytest.raises(SystemExit, match="schema takes no ARGS"):
        maintain.main("schema", "--help")


@pytest.mark.parametrize("command", maintain.COMMANDS.values(), ids=maintain.COMMANDS)
def test_every_command_runs_what_exists(command: maintain.Command) -> None:
    assert (ROOT / f"requirements-{command.packages}.txt").exists() or not command.packages
    for module in set(re.findall(r"python -m ([a-z_.]+)", command.line)) - {"pytest"}:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
    assert set(re.findall(r"launcher\.manage ([a-z_]+)", command.line)) <= set(get_commands())
