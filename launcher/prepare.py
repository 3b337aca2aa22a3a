"""Migrations and static files before the first request. Skipped while nothing changed, as they take seconds."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg2

from launcher import files, roles
from launcher.errors import LauncherError
from launcher.site import ROOT, Site
from portal import migration_history

# A file of the data directory while a backup is restored. Left behind by one that was interrupted.
RESTORING = "restoring.json"
MESSAGES = {
    "migrate": "Preparing the tables",
    "collectstatic": "Gathering the static files",
    "check": "Checking the settings",
    "setup_code": "Looking whether somebody can sign in",
}
# Outside the demo an error in the settings, or a demo account in the database, stops the start.
OPTIONS: dict[str, dict[str, object]] = {
    "migrate": {"interactive": False, "verbosity": 0},
    "collectstatic": {"interactive": False, "verbosity": 0},
    "check": {"deploy": True, "databases": ["default"], "fail_level": "ERROR", "verbosity": 0},
    "setup_code": {"if_needed": True},
}


def prepare(site: Site, environ: Mapping[str, str], *, own_database: bool, to_serve: bool = False) -> None:
    """Run what is due. A database that is not ours to know is always asked. `to_serve`: people come in afterwards."""
    if (site.data / RESTORING).exists():
        source = files.load(site.data / RESTORING).get("source", "FILE")
        raise LauncherError(
            "A restore was interrupted, so the site is incomplete and was not started. "
            f"Restore it once more: make restore FROM={source} YES=1"
        )
    owner = environ.get("DATABASE_OWNER_URL") or environ["DATABASE_URL"]
    require_own_tables(site, owner, own_database=own_database)
    stamps = site.data / "stamps.json"
    now = {"migrate": _migrations(), "collectstatic": _static()}
    before = files.load(stamps)
    due = [task for task, stamp in now.items() if before.get(task) != stamp]
    if not own_database and "migrate" not in due:
        due.insert(0, "migrate")
    if not _manifest(environ).exists() and "collectstatic" not in due:
        due.append("collectstatic")
    if not site.demo:
        due += ["check", "setup_code"] if to_serve else ["check"]
    if not due:
        return
    for task in due:
        print(f"{MESSAGES[task]} ...", flush=True)
    done = subprocess.run([sys.executable, "-m", "launcher.prepare", *due], env=dict(environ), cwd=ROOT, check=False)
    if done.returncode:
        raise LauncherError("The preparation failed; the lines above say why. Nothing was started.")
    files.update(stamps, **{task: now[task] for task in due if task in now})


def require_own_tables(site: Site, url: str, *, own_database: bool) -> dict[str, str]:
    """Refuse a database that another version made; returns its migrations. `own_database`: it lies in `site.data`."""
    try:
        connection = psycopg2.connect(url)
    except psycopg2.Error:
        return {}  # what comes next says so in its own words
    try:
        with connection.cursor() as cursor:
            applied = migration_history.applied(cursor)
    finally:
        connection.close()
    if migration_history.is_current(applied):
        return applied
    if own_database:
        place, way_out = f"The data in {site.data} were", "Move the directory away or delete it, then start again."
    else:
        place, way_out = (
            "The tables in the database of DATABASE_URL were",
            "Name another one or empty it, then start again.",
        )
    raise LauncherError(migration_history.refusal(place, way_out))


def _migrations() -> str:
    # With the tables comes the reference data of municipalities.
    known = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("*/sql/*.sql"),
        *ROOT.glob("municipalities/reference/**/*"),
        *ROOT.glob("municipalities/row_security/*.py"),
        ROOT / "requirements.txt",
    ]
    return _fingerprint([path for path in known if path.suffix != ".pyc"], content=True)


def _static() -> str:
    return _fingerprint([*(ROOT / "static").rglob("*"), *ROOT.glob("*/static/**/*"), ROOT / "requirements.txt"])


def _manifest(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("STATIC_ROOT") or Path(environ["DATA_DIR"]) / "static") / "staticfiles.json"


def _fingerprint(paths: Iterable[Path], *, content: bool = False) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        seen = path.read_bytes() if content else f"{path.stat().st_size} {path.stat().st_mtime_ns}".encode()
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + seen + b"\0")
    return digest.hexdigest()


def main(tasks: list[str]) -> None:
    import django
    from django.core.management import call_command

    if "migrate" in tasks and os.environ.get("DATABASE_OWNER_URL"):
        roles.ensure(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
    django.setup()
    for task in tasks:
        call_command(task, **OPTIONS[task])
        if task == "migrate":
            call_command("load_reference", verbosity=0)


if __name__ == "__main__":
    from django.core.management.base import CommandError

    try:
        main(sys.argv[1:])
    except (CommandError, LauncherError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
