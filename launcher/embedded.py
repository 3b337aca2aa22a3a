"""PostgreSQL and Valkey from their wheels: `with serving(directory) as urls:`.

A server whose URL is in the environment already is not started. Several programs may use one directory at a time (the
site, a shell, a backup): the last one to leave stops the servers. A program that is killed leaves them running, and the
next one adopts them.

    python -m launcher.embedded start|stop DIRECTORY
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType

from launcher import binaries, files, ports, postgres, valkey
from launcher.errors import LauncherError
from launcher.supervisor import Server


def ensure(base: Path, *, test: bool = False, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Start or adopt what `environ` does not provide; returns DATABASE_URL and REDIS_URL.

    DATABASE_OWNER_URL is among them where the server is ours, or `environ` has it: the role that owns the tables.
    """
    base = _directory(base)
    with files.exclusive(base / "start.lock"):
        return _ensure(base, test, environ)


def stop(base: Path) -> dict[str, bool]:
    """Stop the servers of `base`; returns which of them were running."""
    base = _directory(base)
    with files.exclusive(base / "start.lock"):
        return _stop(base)


@contextlib.contextmanager
def serving(base: Path, *, test: bool = False, environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The URLs of both servers, which run at least until the block ends."""
    base = _directory(base)
    with (base / "users.lock").open("a") as users:
        with files.exclusive(base / "start.lock"):
            files.share(users)
            urls = _ensure(base, test, environ)
        try:
            yield urls
        finally:
            with files.exclusive(base / "start.lock"):
                if files.take(users):
                    _stop(base)


def servers(base: Path, *, environ: Mapping[str, str] = os.environ) -> list[Server]:
    """The servers of `base` that are ours, for the supervisor: they come back at the same address, or not at all."""
    base = _directory(base)
    ours = []
    if not environ.get("DATABASE_URL"):
        restart = partial(_restart, base, postgres, "pg_port")
        ours.append(Server("postgres", partial(postgres.is_running, base), restart, stores=True))
    if not environ.get("REDIS_URL"):
        ours.append(Server("valkey", partial(valkey.is_running, base), partial(_restart, base, valkey, "valkey_port")))
    return ours


def _restart(base: Path, server: ModuleType, port_name: str) -> None:
    """Raises `LauncherError`, `OSError` or an error of psycopg2 when it does not start at its address."""
    with files.exclusive(base / "start.lock"):
        port = files.load(base / "state.json").get(port_name)
        if not server.answers(base) and port and not ports.is_free(port):
            raise LauncherError(f"Another program uses its port {port}. End that one, or stop and start Dobošar.")
        server.start(base)


def _directory(base: Path) -> Path:
    base = base.expanduser().resolve()
    base.mkdir(parents=True, exist_ok=True)
    return binaries.home(base)


def _ensure(base: Path, test: bool, environ: Mapping[str, str]) -> dict[str, str]:
    return {**_databases(base, test, environ), "REDIS_URL": environ.get("REDIS_URL") or valkey.start(base, test=test)}


def _databases(base: Path, test: bool, environ: Mapping[str, str]) -> dict[str, str]:
    if environ.get("DATABASE_URL"):
        return {name: environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if environ.get(name)}
    owner = postgres.start(base, test=test)
    return {"DATABASE_URL": postgres.application_url(base, owner), "DATABASE_OWNER_URL": owner}


def _stop(base: Path) -> dict[str, bool]:
    return {"valkey": valkey.stop(base), "postgres": postgres.stop(base)}


def main(arguments: list[str]) -> int:
    match arguments:
        case ["start", base]:
            for name, url in ensure(Path(base)).items():
                print(f"export {name}='{url}'")
        case ["stop", base]:
            print(stop(Path(base)))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(str(error))
