"""The git hooks look at a commit as `make check` looks at the tree: the same versions, the same arguments."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from launcher import check, secrets_scan

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hooks():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    return {hook["id"]: hook for repository in config["repos"] for hook in repository["hooks"]}


def test_the_hooks_run_the_versions_of_the_requirements(hooks):
    pinned = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"])
    compiled = (ROOT / "requirements-dev.txt").read_text()
    of_hooks = [pin for hook in hooks.values() for pin in hook.get("additional_dependencies", [])]
    assert len(of_hooks) >= 4
    assert [pin for pin in of_hooks if pin not in pinned or f"\n{pin} \\\n" not in compiled] == []


def test_the_scan_for_secrets_was_set_up_for_the_version_that_runs(hooks):
    baseline = yaml.safe_load((ROOT / ".secrets.baseline").read_text())
    assert hooks["secrets"]["additional_dependencies"] == [f"detect-secrets=={baseline['version']}"]
    assert baseline["results"] == {}, "a known secret is no secret any more: take it out of the repository"


@pytest.mark.parametrize("program", ["ruff", "djlint"])
def test_every_step_of_these_programs_is_a_hook_with_the_same_arguments(hooks, program):
    """A hook gets the names of files where the step names the directory."""
    steps = {
        title: step for title, step in check.steps().items() if isinstance(step, list) and Path(step[0]).name == program
    }
    assert steps
    for title, step in steps.items():
        of_step = [word for word in step[1:] if word not in (".", "templates")]
        of_hook = [word for word in hooks[title]["entry"].split() if word != "--force-exclude"]
        assert of_hook == [program, *of_step]
        assert hooks[title]["language"] == "python"


def test_the_texts_are_checked_by_the_very_step_of_make_check(hooks):
    entry = hooks["texts"]["entry"].split()
    assert entry == [".venv/bin/python", "-m", "launcher.check", "texts"]
    assert "texts" in check.steps()


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ("x" * 72, False),
        ("x" * 73, True),
        ("Ч" * 72 + "\n\nA body may have longer lines: " + "y" * 100, False),
        ("Ч" * 73 + "\n\nbody", True),
    ],
)
def test_a_subject_has_at_most_72_characters(hooks, message, refused):
    assert hooks["subject"]["stages"] == ["commit-msg"]
    assert hooks["subject"]["args"] == ["--multiline"]
    match = re.search(hooks["subject"]["entry"], message, flags=re.MULTILINE | re.DOTALL)
    assert bool(match) is refused


def test_a_step_of_another_name_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "launcher.check", "nonsense"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "nonsense" in done.stdout


def test_the_scan_reads_what_is_tracked_and_ours():
    files = secrets_scan.files(secrets_scan.hook_called("secrets")["exclude"])
    assert {"portal/settings.py", ".env.example", "docker-compose.yml"} <= set(files)
    assert [name for name in files if name.startswith(("locale/", "static/vendor/")) or name.endswith(".png")] == []
