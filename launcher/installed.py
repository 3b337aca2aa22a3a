"""An installation from the Debian package: its files, its user and its units. Everything here is for root."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import redis

from launcher import backup, debian_database, environment_file, files, prepare
from launcher.errors import LauncherError
from launcher.site import ROOT, VERSION_FILE
from portal import disk, last_backup, migration_history

USER = "dobosar"
TARGET, MIGRATE, TIMER = "dobosar.target", "dobosar-migrate.service", "dobosar-backup.timer"
PROCESSES = tuple(f"dobosar-{name}.service" for name in ("web", "live", "publisher", "worker", "errands"))
READY_SECONDS = 180
# What a value of /readyz means that is false; docs/operations/monitoring.md has more about each.
PARTS = {
    "database": "PostgreSQL does not answer",
    "valkey": "Valkey does not answer",
    "disk": "the disk is full",
    "clock": "the clock of this machine differs from the database's, so nothing is published",
    "installation": "the keys or the media directory do not belong to the database, so nothing is published",
    "publisher": "no publisher runs, so no post is sent",
    "worker": "no worker runs, so mail waits",
    "errands": "no worker for errands runs, so numbers and exports wait",
    "beat": "no periodic task was carried out for a minute",
    "partitions": "the tables of the coming months are missing",
}


@dataclass(frozen=True)
class Installation:
    """`portal`: where the web process listens on this machine."""

    configuration: Path = Path("/etc/dobosar")
    data: Path = Path("/var/lib/dobosar")
    portal: str = "http://127.0.0.1:8000"

    @property
    def env(self) -> Path:
        return self.configuration / "env"

    @property
    def owner_env(self) -> Path:
        return self.configuration / "owner.env"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    def variables(self) -> dict[str, str]:
        """What the units give to their processes, with the role that owns the tables."""
        options = environment_file.read(self.configuration / "options.env")
        return {**options, **environment_file.read(self.env), **environment_file.read(self.owner_env)}

    def require_setup(self) -> dict[str, str]:
        variables = self.variables()
        if not self.env.exists() or not variables.get("DATABASE_URL"):
            raise LauncherError(f"Dobošar is not set up: {self.env} is missing. Next: dobosar setup")
        return variables

    def environment(self, *, owner: bool = False, **more: str) -> dict[str, str]:
        """Of a program that is started by hand, as the units have it. `owner`: it may change the tables."""
        variables = self.variables()
        if not owner:
            variables.pop("DATABASE_OWNER_URL", None)
        return {
            "PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATA_DIR": str(self.data), "STATIC_ROOT": str(ROOT / "staticfiles"), "DEMO": "false",
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", **variables, **more,
        }  # fmt: skip


def version() -> str:
    """Of the package, or "unknown" where the code was not installed by one."""
    try:
        return (ROOT / VERSION_FILE).read_text().strip()
    except FileNotFoundError:
        return "unknown"


def run_as(user: str, module: str, *arguments: str, environ: Mapping[str, str], given: str | None = None,
           shown: bool = False) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """A module of ours as another user. `given`: its standard input. `shown`: it writes to the terminal."""
    account = pwd.getpwnam(user)
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], env=dict(environ), cwd=ROOT, input=given, text=True, check=False,
        capture_output=not shown, user=account.pw_uid, group=account.pw_gid, extra_groups=[], umask=0o077,
    )  # fmt: skip


def database(action: str, password: str | None = None) -> debian_database.State:
    """What PostgreSQL of this machine has. Raises `LauncherError` where it does not answer."""
    given = None if password is None else json.dumps({"password": password})
    try:
        environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = run_as("postgres", "launcher.debian_database", action, environ=environ, given=given)
    except KeyError:
        raise LauncherError("PostgreSQL is not installed: apt-get install postgresql") from None
    if done.returncode:
        raise LauncherError(
            f"PostgreSQL of this machine does not answer:\n{done.stderr.strip()}\n"
            "Start it (systemctl start postgresql), then try again."
        )
    return debian_database.State(**json.loads(done.stdout))


def systemctl(*arguments: str, check: bool = True) -> str:
    if not Path("/run/systemd/system").is_dir():
        raise LauncherError("This machine was not started by systemd, which runs the portal's processes.")
    done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise LauncherError(f"systemctl {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout


def states() -> dict[str, tuple[str, datetime | None]]:
    """Of each unit: its state in systemd's words, and since when it runs."""
    units = (*PROCESSES, MIGRATE, TIMER)
    output = systemctl(
        "show", "--timestamp=unix", "--property=ActiveState,SubState,ActiveEnterTimestamp", *units, check=False
    )
    states = {}
    for unit, block in zip(units, output.strip().split("\n\n"), strict=True):
        values = dict(line.split("=", 1) for line in block.splitlines())
        since = values.get("ActiveEnterTimestamp", "").removeprefix("@")
        is_active = values["ActiveState"] == "active"
        at = datetime.fromtimestamp(int(since), UTC) if is_active and since.isdigit() else None
        states[unit] = (f"{values['ActiveState']} ({values['SubState']})", at)
    return states


def stop() -> None:
    """Waits until each has ended: workers finish their calls first."""
    systemctl("stop", TARGET, *PROCESSES, MIGRATE)


def start(installation: Installation) -> None:
    """Migrate, start everything and wait until it works. Raises `LauncherError` with the reason."""
    systemctl("restart", MIGRATE, TARGET, *PROCESSES, check=False)
    if systemctl("is-active", MIGRATE, check=False).strip() != "active":
        raise LauncherError(f"The portal did not start. {MIGRATE} says:\n{journal(MIGRATE)}")
    await_readiness(installation)


def await_readiness(installation: Installation) -> None:
    """Heartbeats come some seconds after a start. Raises `LauncherError` with what does not work."""
    ends = time.monotonic() + READY_SECONDS
    while not_ready := problems(readiness(installation)):
        if time.monotonic() > ends:
            raise LauncherError(
                f"Not everything works {READY_SECONDS} seconds after the start: {'; '.join(not_ready.values())}.\n"
                "The log: journalctl --unit 'dobosar-*'"
            )
        time.sleep(1)


def journal(unit: str) -> str:
    """What its last start wrote."""
    invocation = systemctl("show", "--property=InvocationID", "--value", unit).strip()
    command = ["journalctl", "--output=cat", "--no-pager", f"_SYSTEMD_INVOCATION_ID={invocation}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def readiness(installation: Installation) -> dict[str, bool]:
    """The values of /readyz; {} where the web process does not answer."""
    host = installation.variables().get("ALLOWED_HOSTS", "").split(",")[0].lstrip(".") or "127.0.0.1"
    request = urllib.request.Request(f"{installation.portal}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            parts = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            parts = json.load(error)
        except ValueError:
            return {}
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in parts.items() if isinstance(value, bool)}


def problems(parts: Mapping[str, bool]) -> dict[str, str]:
    """What does not work, in words, by its name in /readyz."""
    if not parts:
        return {"web": "the web process does not answer"}
    return {name: PARTS.get(name, f"{name} does not work") for name, works in parts.items() if not works}


def pending(variables: Mapping[str, str]) -> int:
    """How many migrations of this version are still to come. Raises `LauncherError`."""
    url = variables.get("DATABASE_OWNER_URL") or variables["DATABASE_URL"]
    try:
        with closing(psycopg2.connect(url, connect_timeout=5)) as connection, connection.cursor() as cursor:
            applied = migration_history.applied(cursor)
    except psycopg2.Error as error:
        raise LauncherError(f"PostgreSQL does not answer: {str(error).strip()}") from None
    if not migration_history.is_current(applied):
        raise LauncherError(
            migration_history.refusal("The tables were", "Install the version that made them, or empty the database.")
        )
    return len(migration_history.current().keys() - applied.keys())


def has_contents(installation: Installation, variables: Mapping[str, str]) -> bool:
    """Whether a restore would replace anything. Raises `LauncherError`."""
    media = Path(variables.get("MEDIA_ROOT") or installation.data / "media")
    try:
        return backup.has_contents(variables["DATABASE_OWNER_URL"], media)
    except psycopg2.Error as error:
        raise LauncherError(f"PostgreSQL does not answer: {str(error).strip()}") from None


def valkey_problem(url: str) -> str:
    """Why Valkey cannot be used, "" where it can."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as valkey:
            valkey.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return f"Valkey does not answer: {error}"
    return ""


def older_processes() -> list[str]:
    """Units that were started before the files of this version came: they still run the old code."""
    installed = (ROOT / VERSION_FILE).stat().st_ctime
    return [
        unit for unit, (_, since) in states().items() if unit in PROCESSES and since and since.timestamp() < installed
    ]


def settings_problem(installation: Installation) -> str:
    """What the start would refuse in the settings, "" where nothing."""
    done = run_as(USER, "launcher.prepare", "check", environ=installation.environment())
    output = (done.stdout + done.stderr).strip()
    if "Traceback" in output:  # without PostgreSQL; its last line says why
        output = output.splitlines()[-1]
    return output if done.returncode else ""


def free_megabytes(installation: Installation) -> int | None:
    return disk.free_megabytes(installation.data)


def last_backup_at(installation: Installation) -> datetime | None:
    return last_backup.made_at(installation.data)


def is_interrupted(installation: Installation) -> bool:
    """Whether a restore has replaced a part of the data and was interrupted."""
    return (installation.data / prepare.RESTORING).exists()


def restored_keys(installation: Installation) -> dict[str, str]:
    """The keys that the last restore brought."""
    secrets = files.load(installation.data / "secrets.json")
    return {name: str(secrets[name]) for name in ("SECRET_KEY", "TOKEN_KEYS") if secrets.get(name)}


def lend(path: Path, directory: Path, user: str = USER) -> Path:
    """A copy of a file of root's that `user` can read, in a directory of the portal's disk."""
    account = pwd.getpwnam(user)
    if path.stat().st_size > shutil.disk_usage(directory).free:
        raise LauncherError(f"The disk of {directory} has not enough free space for a copy of {path}.")
    # The portal's user owns what is around, so nothing that it could put there is followed.
    parent = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fd = os.open(path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent)
    finally:
        os.close(parent)
    with path.open("rb") as source, os.fdopen(fd, "wb") as copy:
        shutil.copyfileobj(source, copy)
        os.fchown(copy.fileno(), account.pw_uid, account.pw_gid)
    return directory / path.name
