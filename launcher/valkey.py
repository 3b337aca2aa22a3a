"""An embedded Valkey in one directory: start or adopt it, stop it. Its append-only file survives a crash."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path
from secrets import token_urlsafe

from launcher import binaries, files, ports
from launcher.errors import LauncherError

# What it answers to everything, PING included, while its disk is full.
CANNOT_WRITE = "-MISCONF"
START_SECONDS = STOP_SECONDS = 20.0


def start(base: Path, *, test: bool = False) -> str:
    """Start the server of `base`, or adopt the running one, and return its URL."""
    password = files.load(base / "secrets.json").get("valkey") or token_urlsafe(18)
    files.update(base / "secrets.json", valkey=password)
    port = files.load(base / "state.json").get("valkey_port")
    # Who answers to our password is ours. Two servers on one append-only file would ruin it.
    if not port or not _is_ours(port, password):
        port = ports.keep_or_choose(port)
        _launch(base / "valkey", port, password, keep=not test)
        files.update(base / "state.json", valkey_port=port)
    return f"redis://:{password}@127.0.0.1:{port}/0"  # not valkey://, which Celery does not know


def is_running(base: Path) -> bool:
    """Whether something listens on its port. A server that is too busy to answer runs."""
    try:
        socket.create_connection(("127.0.0.1", files.load(base / "state.json")["valkey_port"]), timeout=2).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True


def answers(base: Path) -> bool:
    """Whether what listens there is ours."""
    port = files.load(base / "state.json").get("valkey_port")
    return port is not None and _is_ours(port, files.load(base / "secrets.json").get("valkey", ""))


def stop(base: Path) -> bool:
    """Stop the server of `base`; false when none runs."""
    port = files.load(base / "state.json").get("valkey_port")
    password = files.load(base / "secrets.json").get("valkey", "")
    if not port or not _is_ours(port, password):
        return False
    with contextlib.suppress(OSError):
        _command(port, password, "SHUTDOWN")
    ends = time.monotonic() + STOP_SECONDS
    while time.monotonic() < ends:
        if not _is_ours(port, password):
            return True
        time.sleep(0.02)
    raise LauncherError(
        f"Valkey on port {port} did not stop within {STOP_SECONDS:.0f} seconds. Its log: {base / 'valkey'}"
    )


def _launch(data: Path, port: int, password: str, *, keep: bool) -> None:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [
        "bind 127.0.0.1", f"port {port}", f"requirepass {password}", f'dir "{_quoted(data)}"', 'logfile "valkey.log"',
        f"appendonly {'yes' if keep else 'no'}", "appendfsync everysec", 'save ""', "maxmemory-policy noeviction",
    ]  # fmt: skip
    files.keep_private(data / "valkey.conf", "\n".join([*lines, ""]))
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        [str(binaries.valkey_server()), str(data / "valkey.conf")],
        stdin=quiet, stdout=quiet, stderr=quiet, cwd=data, start_new_session=True,
    )  # fmt: skip
    ends = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < ends:
        if _is_alive(port, password):
            return
        time.sleep(0.02)
    raise LauncherError(f"Valkey did not start. Its last words:\n{_log_tail(data / 'valkey.log')}")


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _log_tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else "(nothing)"


def _is_alive(port: int, password: str) -> bool:
    return _answer(port, password).startswith(("+PONG", CANNOT_WRITE))


def _is_ours(port: int, password: str) -> bool:
    """Also while it reads its append-only file, or cannot write to it."""
    return _answer(port, password).startswith(("+PONG", CANNOT_WRITE, "-LOADING"))


def _answer(port: int, password: str) -> str:
    try:
        return _command(port, password, "PING")
    except OSError:
        return ""


def _command(port: int, password: str, word: str) -> str:
    """One command in the server's own protocol, so that starting needs no client library and no retry policy."""
    answer = ""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as wire:
        for parts in (("AUTH", password), (word,)):
            wire.sendall(f"*{len(parts)}\r\n".encode() + b"".join(f"${len(w)}\r\n{w}\r\n".encode() for w in parts))
            answer = wire.recv(4096).decode(errors="replace")
            if answer.startswith("-"):
                break
    return answer
