"""Migrations and static files before the first request. Skipped while nothing changed, as they take seconds."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from common import identity
from launcher import durations, files, roles
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import ROOT, Site
from portal import migration_history, schema

# A file of the data directory while a backup is restored. Left behind by one that was interrupted.
RESTORING = "restoring.json"
MESSAGES = {
    "migrate": "Preparing the tables",
    "collectstatic": "Gathering the static files",
    "check": "Checking the settings",
    "setup_code": "Looking whether somebody can sign in",
}
FAILED = "The preparation failed; the lines above say why. Nothing was started."
STAMPS = "stamps.json"
# Followed by the directory in which durations are stored; a container keeps none.
MEASURE = "--measure"
# Outside the demo an error in the settings, or a demo account in the database, stops the start.
OPTIONS: dict[str, dict[str, object]] = {
    "migrate": {"interactive": False, "verbosity": 0},
    "collectstatic": {"interactive": False, "verbosity": 0},
    "check": {"deploy": True, "databases": ["default"], "fail_level": "ERROR", "verbosity": 0},
    "setup_code": {"if_needed": True},
}


@dataclass
class StaticFiles:
    """The static files of a start, gathered in a process of their own, which needs no server."""

    site: Site
    environ: Mapping[str, str]
    stamp: str = field(init=False)
    is_due: bool = field(init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.stamp = _static()
        before = files.load(self.site.data / STAMPS).get("collectstatic")
        self.is_due = before != self.stamp or not _manifest(self.environ).exists()

    def begin(self) -> None:
        """Gather them in the background when they changed."""
        if self.is_due and self.process is None:
            self.process = subprocess.Popen(_command(self.site, ["collectstatic"]), env=dict(self.environ), cwd=ROOT)

    def finish(self) -> None:
        """Wait until they are gathered. Raises `LauncherError`."""
        self.begin()
        if self.process is None:
            return
        if self.process.wait():
            raise LauncherError(FAILED)
        files.update(self.site.data / STAMPS, collectstatic=self.stamp)

    def abandon(self) -> None:
        """Where the start ends before them."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _command(site: Site, tasks: list[str]) -> list[str]:
    return [sys.executable, "-m", "launcher.prepare", MEASURE, str(site.data), *tasks]


def prepare(
    site: Site,
    environ: Mapping[str, str],
    *,
    own_database: bool,
    to_serve: bool = False,
    static: StaticFiles | None = None,
    accepts: bool = False,
) -> None:
    """Run what is due. A database that is not ours to know is always asked. `to_serve`: people come in afterwards.
    `static`: static files that are being gathered already. `accepts`: also the database of other keys or media.
    """
    require_whole(site.data)
    owner = environ.get("DATABASE_OWNER_URL") or environ["DATABASE_URL"]
    applied = require_own_tables(site, owner, own_database=own_database)
    if not accepts:
        require_own_identity(site, environ)
    static = static or StaticFiles(site, environ)
    stamps, now = site.data / STAMPS, _migrations()
    is_changed = files.load(stamps).get("migrate") != now
    due = ["migrate"] if is_changed or not own_database else []
    if not site.demo:
        due += ["check", "setup_code"] if to_serve else ["check"]
    pending = len(migration_history.current().keys() - applied.keys())
    tables = "migrate" in due and (pending > 0 or is_changed)
    if applied and (tables or static.is_due):
        known = durations.load(site.data)
        print(durations.sentence(known, pending, tables=tables, static=static.is_due), flush=True)
    if due and subprocess.run(_command(site, due), env=dict(environ), cwd=ROOT, check=False).returncode:
        raise LauncherError(FAILED)
    if "migrate" in due:
        files.update(stamps, migrate=now)
    static.finish()


def require_whole(data: Path) -> None:
    """Refuse the site of a restore that was interrupted."""
    if (data / RESTORING).exists():
        source = files.load(data / RESTORING).get("source", "FILE")
        raise LauncherError(
            "A restore was interrupted, so the site is incomplete and was not started. "
            f"Restore it once more: {restore_command(source)}"
        )


def restore_command(source: Path | str) -> str:
    """The command that replaces everything by the backup `source`."""
    return sites.command(f"make restore FROM={source} YES=1", f"dobosar restore {source} --replace")


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


def require_own_identity(site: Site, environ: Mapping[str, str]) -> None:
    """Refuse a database whose keys or media are others than ours (`common.identity`), also of a demo and before
    anything is migrated. The programs compare them as well.
    """
    keys = [key for key in environ.get("TOKEN_KEYS", "").split(",") if key]
    media = Path(environ.get("MEDIA_ROOT") or site.data / "media")
    try:
        with closing(psycopg2.connect(environ["DATABASE_URL"])) as connection, connection.cursor() as cursor:
            mismatch = identity.mismatch(cursor, keys, media)
    except psycopg2.Error:
        return  # what comes next says so in its own words
    if mismatch:
        raise LauncherError(f"{mismatch}\nNothing was started.")


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


def main(tasks: list[str], directory: Path | None = None) -> None:
    """`directory`: of a start by `prepare`. Each step is announced, and its duration is stored there."""
    import django
    from django.core.management import call_command

    if "migrate" in tasks and os.environ.get("DATA_DIR"):
        require_whole(Path(os.environ["DATA_DIR"]))
    if "migrate" in tasks and os.environ.get("DATABASE_OWNER_URL"):
        roles.ensure(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
    is_set_up = False
    for task in tasks:
        if directory is not None:
            print(f"{MESSAGES[task]} ...", flush=True)
        # Without Django, which takes longer than the tables.
        if task == "migrate" and schema.load_into(_owner_url(), reference=True):
            continue
        if not is_set_up:
            django.setup()
            is_set_up = True
        if task == "migrate":
            with durations.measured(directory, "migration", _pending()):
                call_command(task, **OPTIONS[task])
            with durations.measured(directory, "reference"):
                call_command("load_reference", verbosity=0)
        elif task == "collectstatic":
            with durations.measured(directory, "static"):
                call_command(task, **OPTIONS[task])
        else:
            call_command(task, **OPTIONS[task])


def _owner_url() -> str:
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


def _pending() -> int:
    """How many of our migrations are not applied yet."""
    with closing(psycopg2.connect(_owner_url())) as connection, connection.cursor() as cursor:
        return len(migration_history.current().keys() - migration_history.applied(cursor).keys())


if __name__ == "__main__":
    from django.core.management.base import CommandError

    try:
        match sys.argv[1:]:
            case [option, directory, *tasks] if option == MEASURE:
                main(tasks, Path(directory))
            case tasks:
                main(tasks)
    except (CommandError, LauncherError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
