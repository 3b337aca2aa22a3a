"""One installation on this computer: its options from the environment, and checks whether it can start."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes, token_urlsafe

import environ

from launcher import files
from launcher.errors import LauncherError
from launcher.ports import is_free

ROOT = Path(__file__).resolve().parents[1]
# Beside manage.py where a package installed the code: its version.
VERSION_FILE = "package-version"
NEEDED_MEGABYTES = 300
TRUE = {"1", "true", "yes", "on", "y", "t"}


@dataclass(frozen=True)
class Site:
    data: Path
    host: str
    port: int
    practice_port: int
    demo: bool
    practice: bool
    # Whether a browser opens the portal once it is ready.
    opens: bool = False
    # Whether the demo gets the year before its sixty days.
    demo_year: bool = False

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def servers(self) -> Path:
        return self.data / "servers"


def is_packaged() -> bool:
    """Whether the Debian package installed this code."""
    return (ROOT / VERSION_FILE).exists()


def command(checkout: str, packaged: str) -> str:
    """The command that a person types here."""
    return packaged if is_packaged() else checkout


def read(variables: Mapping[str, str] | None = None) -> Site:
    """The site the environment (and a `.env` file beside manage.py) describes; the demo unless DEMO says otherwise."""
    if variables is None:
        if (ROOT / ".env").exists():
            environ.Env.read_env(ROOT / ".env")
        variables = os.environ
    port = _port(variables, "PORT", 8000)
    demo = _flag(variables, "DEMO", True)
    return Site(
        data=Path(variables.get("DATA_DIR") or ROOT / ".data").expanduser().resolve(),
        host=variables.get("HOST") or "127.0.0.1",
        port=port,
        practice_port=_port(variables, "PRACTICE_PORT", min(port + 1, 65535)),
        demo=demo,
        practice=_flag(variables, "PRACTICE_ENABLED", demo),
        opens=_flag(variables, "OPEN", False),
        demo_year=demo and _flag(variables, "DEMO_YEAR", demo),
    )


def _flag(variables: Mapping[str, str], name: str, default: bool) -> bool:
    value = variables.get(name)
    return default if not value else value.strip().lower() in TRUE


def _port(variables: Mapping[str, str], name: str, default: int) -> int:
    value = variables.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise LauncherError(
            f"{name} is {value!r}, but a port is a number from 1 to 65535. For example: {name}=8010 make run"
        )
    return int(value)


def environment(site: Site, urls: Mapping[str, str]) -> dict[str, str]:
    """What the programs of `site` get to see: the person's own environment wins over what we fill in."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(site.data),
        "PORT": str(site.port),
        "PRACTICE_PORT": str(site.practice_port),
        "DEMO": str(site.demo).lower(),
        "PRACTICE_ENABLED": str(site.practice).lower(),
        **keep_secrets(site),
        **urls,
    }
    theirs = {name: value for name, value in os.environ.items() if value or name not in ours}
    if not theirs.get("DATABASE_URL"):
        theirs.pop("DATABASE_OWNER_URL", None)  # of another server than ours
    return {**ours, **theirs, "PYTHONUNBUFFERED": "1"}


def practice_address(site: Site, variables: Mapping[str, str]) -> str:
    """The practice network's address as `portal.settings` has it."""
    return variables.get("PRACTICE_URL") or f"http://127.0.0.1:{site.practice_port}"


def keep_secrets(site: Site) -> dict[str, str]:
    """SECRET_KEY and TOKEN_KEYS of this site, made once. Without TOKEN_KEYS no stored network token can be read."""
    path = site.data / "secrets.json"
    secrets = files.load(path)
    if path.exists() and not secrets:
        raise LauncherError(
            f"{path} is damaged. It holds the keys of the stored tokens: put it back from a backup (make restore)."
        )
    if "TOKEN_KEYS" not in secrets:
        secrets = {
            "SECRET_KEY": token_urlsafe(50),
            "TOKEN_KEYS": f"first:{b64encode(token_bytes(32)).decode()}",
            **secrets,
        }
        files.save(path, secrets)
    return {name: str(secrets[name]) for name in ("SECRET_KEY", "TOKEN_KEYS")}


@contextlib.contextmanager
def hold(site: Site, *, ports: bool = True) -> Iterator[None]:
    """Make the site ours alone, or say plainly why it cannot start. Without `ports` nothing is going to listen."""
    make_directory(site.data)
    lock = site.data / "run.lock"
    with lock.open("a+") as held:
        if not files.take(held):
            raise LauncherError(_runs_already(site, lock))
        require_room(site.data)
        if ports:
            require_port(site.port, site.host, "PORT", "Dobošar")
        if ports and site.practice:
            require_port(site.practice_port, site.host, "PRACTICE_PORT", "The practice network")
        held.truncate(0)
        held.write(json.dumps({"pid": os.getpid(), "address": site.address}))
        held.flush()
        yield
        held.truncate(0)


def _runs_already(site: Site, lock: Path) -> str:
    who = files.load(lock)
    return (
        f"Dobošar already runs on {site.data}: "
        f"process {who.get('pid', 'unknown')}, at {who.get('address', 'an unknown address')}.\n"
        "Use that one, or stop it with Ctrl-C in its terminal. "
        "A second one needs a directory and a port of its own: DATA_DIR=.data-2 PORT=8010 make run"
    )


def make_directory(path: Path) -> None:
    try:
        # Root's PostgreSQL runs as another user, which must be able to pass through.
        path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        probe = path / f".probe-{os.getpid()}"
        probe.write_bytes(b"0" * 4096)
        probe.unlink()
    except OSError as error:
        raise LauncherError(explain(error, path)) from error


def explain(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: nothing can be written to {path}. Free some space and start again."
    return (
        f"Cannot write to {path}: {error.strerror}. "
        "Choose a directory that belongs to you, for example: DATA_DIR=~/dobosar make run"
    )


def require_room(path: Path, megabytes: int = NEEDED_MEGABYTES) -> None:
    free = shutil.disk_usage(path).free // 2**20
    if free < megabytes:
        raise LauncherError(
            f"The disk with {path} is nearly full: {free} MB free, Dobošar needs {megabytes} MB to start safely. "
            "Free some space, or choose another disk: DATA_DIR=/another/disk make run"
        )


def require_port(port: int, host: str, variable: str, who: str) -> None:
    another = f"{variable}={min(port + 10, 65535) if port > 1023 else 8010} make run"
    try:
        if is_free(port, host):
            return
    except PermissionError:
        raise LauncherError(
            f"Port {port} is reserved for the system administrator. Choose another: {another}"
        ) from None
    raise LauncherError(
        f"{who} cannot use port {port}: another program listens there. Stop that one, or choose another: {another}"
    )
