"""An embedded PostgreSQL in one directory: create it once, start or adopt it, stop it.

The server is detached (its own session, 127.0.0.1 only, a random password, a free port kept in state.json). It outlives
a killed launcher, and the next start adopts it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

import psutil
import psycopg2

from launcher import binaries, files, ports, roles
from launcher.errors import LauncherError

USER = DATABASE = "portal"  # the owner: migrations, backup, restore
APPLICATION_USER = "portal_app"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_preload_libraries": "pg_stat_statements",
}
# A sixteenth of the memory, within these megabytes: the pages of a programme read tables of a gigabyte.
BUFFERS = (64, 512)
# A test database may be lost in a power cut.
TEST_SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "120",
    "shared_buffers": "64MB",
}  # fmt: skip
START_SECONDS = STOP_SECONDS = 60.0


def start(base: Path, *, test: bool = False) -> str:
    """Start the server of `base`, or adopt the running one, and return its URL as the owner."""
    bins, data = binaries.reachable_bin(base), base / "pg"
    password = files.load(base / "secrets.json").get("pg") or token_urlsafe(18)
    files.update(base / "secrets.json", pg=password)
    if not (data / "PG_VERSION").exists():
        _create(bins, data, password)
    _same_major(bins, data)
    if not _running(data):
        _await_backends(data)
        _take_over(data)
        port = ports.keep_or_choose(files.load(base / "state.json").get("pg_port"))
        _launch(bins, data, {**SETTINGS, **(TEST_SETTINGS if test else _buffers()), "port": str(port)})
        files.update(base / "state.json", pg_port=port)
    port = int(_lock_lines(data)[3])
    _create_database(port, password)
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"


def is_running(base: Path) -> bool:
    return bool(_running(base / "pg"))


answers = is_running  # while it recovers, it does not let anybody in


def application_url(base: Path, owner_url: str) -> str:
    """The URL of the role that the application signs in with; creates it."""
    password = files.load(base / "secrets.json").get("pg_app") or token_urlsafe(18)
    files.update(base / "secrets.json", pg_app=password)
    own = urlsplit(owner_url)
    url = own._replace(netloc=f"{APPLICATION_USER}:{password}@{own.hostname}:{own.port}").geturl()
    roles.ensure(owner_url, url)
    return url


def _buffers() -> dict[str, str]:
    least, most = BUFFERS
    share = psutil.virtual_memory().total // (16 * 1024 * 1024)
    return {"shared_buffers": f"{min(max(share, least), most)}MB"}


def stop(base: Path) -> bool:
    """Stop the server of `base`; false when none runs."""
    data = base / "pg"
    pid = _running(data)
    if not pid:
        return False
    os.kill(pid, signal.SIGINT)  # "fast": ends connections and writes everything; SIGTERM would wait for the clients
    ends = time.monotonic() + STOP_SECONDS
    while time.monotonic() < ends:
        if not _running(data):
            return True
        time.sleep(0.02)
    raise LauncherError(
        f"PostgreSQL (pid {pid}) did not stop within {STOP_SECONDS:.0f} seconds. Its log: {data / 'server.log'}"
    )


def _create(bins: Path, data: Path, password: str) -> None:
    shutil.rmtree(data, ignore_errors=True)  # half-made by an interrupted start
    data.mkdir(parents=True, mode=0o700)
    secret = data.parent / ".pg-password"
    files.write_private(secret, password)
    user = binaries.owner()
    if user:
        for path in (data, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
    try:
        _initdb(bins, data, secret)
    except BaseException:
        shutil.rmtree(data, ignore_errors=True)
        raise
    finally:
        secret.unlink()


def _take_over(data: Path) -> None:
    """Give the files of a stopped server to the user it is going to run as. For root that may be another one than at
    its first start: a package of PostgreSQL makes a user `postgres`, who comes before `nobody`."""
    user = binaries.owner()
    if user is None or data.stat().st_uid == user.pw_uid:
        return
    for path in (data, *data.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _initdb(bins: Path, data: Path, secret: Path) -> None:
    # builtin C.UTF-8 folds Serbian letters right on every system; LC_CTYPE must be a UTF-8 one as well, or pg_trgm
    # finds no trigram in Cyrillic. Systems name that differently (macOS: "UTF-8").
    output = ""
    for ctype in ("C.UTF-8", "en_US.UTF-8", "UTF-8", "C"):
        code, output = _run(
            [bins / "initdb", "-D", data, "-U", USER, "--pwfile", secret, "--encoding=UTF8", "--no-instructions",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={ctype}",
             "--auth-host=scram-sha-256", "--auth-local=scram-sha-256"]
        )  # fmt: skip
        if code == 0:
            return
        if "invalid locale name" not in output:
            break
    if "No space left" in output:
        raise LauncherError(
            f"The disk is full: PostgreSQL could not create its files in {data}. Free some space and start again."
        )
    raise LauncherError(f"PostgreSQL could not create its files in {data}:\n{output}")


def _same_major(bins: Path, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = _run([bins / "postgres", "--version"])[1].split()[2].split(".")[0]
    if made_by != installed:
        raise LauncherError(
            f"The data in {data} was made by PostgreSQL {made_by}, the installed version is {installed}. "
            "Make a backup with the old version (make backup) and restore it into an empty DATA_DIR (make restore)."
        )


def _launch(bins: Path, data: Path, settings: dict[str, str]) -> None:
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = data / "server.log"
    with log.open("w") as out:
        # Not pg_ctl: it goes through a shell, which a path with "$" in it does not survive.
        server = subprocess.Popen(
            [str(bins / "postgres"), "-D", str(data), *options],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", env=_environment(), start_new_session=True,
            **binaries.identity(binaries.owner()),  # type: ignore[call-overload]
        )  # fmt: skip
    ends = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < ends:
        if _ready(data, server.pid):
            return
        time.sleep(0.02)
    log_tail = log.read_text(errors="replace")[-1500:]
    if "No space left" in log_tail:
        raise LauncherError(f"The disk is full: PostgreSQL cannot write to {data}. Free some space and start again.")
    raise LauncherError(f"PostgreSQL did not start. Its last words:\n{log_tail}")


def _ready(data: Path, pid: int) -> bool:
    lines = _lock_lines(data)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _lock_lines(data: Path) -> list[str]:
    """postmaster.pid: pid, directory, start, port, socket directory, address, shared memory, state."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _running(data: Path) -> int:
    """The pid of this directory's server, 0 when there is none.

    The lock file alone does not tell. A killed server stays a zombie until somebody reaps it, and after a reboot its
    pid may belong to a stranger; PostgreSQL would refuse to start in both cases, so a stale lock is removed here.
    """
    lines = _lock_lines(data)
    if not lines or not lines[0].isdigit():
        return 0
    pid = int(lines[0])
    try:
        process = psutil.Process(pid)
        ours = process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        ours = False
    except psutil.AccessDenied:
        ours = True
    if not ours:
        (data / "postmaster.pid").unlink(missing_ok=True)
    return pid if ours else 0


def _await_backends(data: Path) -> None:
    """Processes of a server that was killed end by themselves; a new one beside them would ruin the data.

    PostgreSQL looks for them by its lock file, which `_running` removes.
    """
    ends = time.monotonic() + STOP_SECONDS
    while left := [process.pid for process in psutil.process_iter() if _works_in(process, data)]:
        if time.monotonic() > ends:
            raise LauncherError(
                f"Processes of a PostgreSQL that was killed still work in {data} (pid {', '.join(map(str, left))}). "
                "End them and start again."
            )
        time.sleep(0.1)


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(data)
    except psutil.Error:
        return False


def _create_database(port: int, password: str) -> None:
    connection = psycopg2.connect(host="127.0.0.1", port=port, user=USER, password=password, dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


def _run(command: list[Path | str]) -> tuple[int, str]:
    # A file, not a pipe: a grandchild that inherits a pipe would keep us waiting.
    with tempfile.TemporaryFile("w+") as out:
        code = subprocess.run(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd="/",
            env=_environment(), timeout=120, check=False, **binaries.identity(binaries.owner()),  # type: ignore[call-overload]
        ).returncode  # fmt: skip
        out.seek(0)
        return code, out.read()


def _environment() -> dict[str, str]:
    """Ours without PGHOST, PGPORT ... of the person's shell, and with a locale that exists everywhere."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C"}
