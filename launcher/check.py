"""`make check`: all static checks. Runs every step, then reports what failed.

`python -m launcher.check style texts` runs the steps that are named, as the git hooks do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from launcher import architecture, asvs, embedded, requirements, schema, suite_figures
from launcher.site import ROOT

APPS = [path.parent.name for path in sorted(ROOT.glob("*/__init__.py")) if path.parent.name != "tests"]
# What an installation would say, so that the deploy check looks at production and not at the demo.
PRODUCTION = {
    "DEMO": "false",
    "DEBUG": "false",
    "PRACTICE_ENABLED": "false",
    "SECRET_KEY": "only-for-this-check-" + "xQ7-" * 12,
    "TOKEN_KEYS": "check:" + "b25seS1mb3ItdGhpcy1jaGVjay0zMi1ieXRlcy1sb24=",
    "PUBLIC_BASE_URL": "https://dobosar.example",
    "ALLOWED_HOSTS": "dobosar.example",
    "EMAIL_URL": "smtp://mail.example:587",
    "DEFAULT_FROM_EMAIL": "Dobošar <dobosar@dobosar.example>",
    "DJANGO_SETTINGS_MODULE": "portal.settings",
}


def steps() -> dict[str, list[str] | Callable[[], str]]:
    """Name of each step, and a command or a function that returns complaints."""
    bins, manage = Path(sys.executable).parent, [sys.executable, "manage.py"]
    return {
        "style": [str(bins / "ruff"), "check", "--quiet", "--output-format", "concise", "."],
        "format": [str(bins / "ruff"), "format", "--check", "--output-format", "concise", "."],
        "layers": [str(bins / "lint-imports")],
        "drawing": architecture.stale,
        "templates": [str(bins / "djlint"), "templates", "--lint", "--quiet"],
        "lines": [sys.executable, "-m", "tools.template_format", "--check"],
        "requirements": _requirements,
        "schema": schema.stale,
        "security": asvs.stale,
        "test costs": suite_figures.over_budget,
        "types": [str(bins / "mypy"), *APPS],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "texts": [*manage, "check_messages"],
        "deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


LONGEST = "types"
# Settings are read, and nothing is connected to.
WITHOUT_SERVERS = {
    "style",
    "format",
    "layers",
    "templates",
    "requirements",
    "schema",
    "security",
    "test costs",
    "texts",
}


def _requirements() -> str:
    names = ", ".join(requirements.stale())
    return f"{names}: not made from today's pyproject.toml. Run: make maintain WHAT=requirements" if names else ""


def run(step: list[str] | Callable[[], str], environ: dict[str, str]) -> str:
    """What the step complains about; empty when it is content."""
    if callable(step):
        return step()
    done = subprocess.run(step, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or f"exit code {done.returncode}" if done.returncode else ""


def main(names: list[str]) -> int:
    chosen = {title: step for title, step in steps().items() if not names or title in names}
    if unknown := set(names) - chosen.keys():
        print(f"make check has no step {', '.join(sorted(unknown))}. It has: {', '.join(steps())}")
        return 2
    with tempfile.TemporaryDirectory(prefix="dobosar-check-") as name:
        Path(name).chmod(0o711)
        with _servers(Path(name), chosen) as urls:
            failed = _run_all(chosen, {**os.environ, **PRODUCTION, **urls, "DATA_DIR": name})
    print(f"\nmake check: {'failed: ' + ', '.join(failed) if failed else 'all is well'}")
    return 1 if failed else 0


def _servers(directory: Path, chosen: Iterable[str]) -> AbstractContextManager[dict[str, str]]:
    if set(chosen) <= WITHOUT_SERVERS:
        return nullcontext({})
    return embedded.serving(directory / "servers", test=True, environ={})


def _run_all(chosen: Mapping[str, list[str] | Callable[[], str]], environ: dict[str, str]) -> list[str]:
    """The steps that failed. The longest begins first, and the others run beside it."""

    def timed(title: str) -> tuple[str, str, float]:
        began = time.monotonic()
        return title, run(chosen[title], environ), time.monotonic() - began

    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        titles = sorted(chosen, key=lambda title: title != LONGEST)
        for done in as_completed([pool.submit(timed, title) for title in titles]):
            title, complaints, seconds = done.result()
            print(f"{'FAILED' if complaints else 'ok':<7}{title} ({seconds:.1f} s)", flush=True)
            if complaints:
                failed.append(title)
                print(complaints, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
