"""`make test-real`: the connectors against real servers, on this computer. SERVERS=snac2,mail uses those that are
named.

Tests say which server they need: `@pytest.mark.real("snac2")`. A server that cannot run here is reported
with the reason, and its tests are left out. A run without any usable server fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from launcher.site import ROOT

# @atproto/dev-env 0.3.215, the last that runs on Node 18 and 20: a PLC directory, a PDS and an AppView.
PACKAGES = ROOT / "tests" / "platforms" / "real" / "atproto"
LOCK = "package-lock.json"
NODE_AT_LEAST = 18
CACHE = ROOT / ".data-real"
# Program or file that must be there = package that brings it. php-cgi and a web server are what the package wants.
WORDPRESS = {
    "/usr/share/wordpress/wp-load.php": "wordpress", "mariadbd": "mariadb-server-core", "php": "php-cli",
    "php-cgi": "php-cgi", "nginx": "nginx-light",
}  # fmt: skip
# Exim takes and delivers mail, dovecot keeps the mailboxes, openssl makes their certificate.
MAIL = {"dovecot": "dovecot-imapd", "/usr/lib/dovecot/imap": "dovecot-imapd", "exim4": "exim4-daemon-light",
        "openssl": "openssl"}  # fmt: skip
# For one test: their own queues let two users hear of each other only after a while.
SECONDS = 300
# pytest's exit code where nothing was selected.
NO_TESTS = 5


def snac2() -> str:
    """Why snac2, which speaks Mastodon's API, cannot run; empty when it can."""
    if shutil.which("snac"):
        return ""
    _apt("snac2")
    return "" if shutil.which("snac") else "the program snac is missing (Debian: apt-get install snac2)"


def wordpress() -> str:
    """Why WordPress cannot run; empty when it can. The database and PHP are its tests' own and run only for them."""
    # Without a web server of Debian's: PHP's own is enough.
    return _missing(WORDPRESS)


def mail() -> str:
    """Why a mail server cannot run; empty when it can. Its tests start instances of their own."""
    return _missing(MAIL)


def _missing(programs: dict[str, str]) -> str:
    """Install what is not there, and say what is still missing."""
    missing = [package for program, package in programs.items() if not _is_there(program)]
    if missing:
        _apt(*dict.fromkeys(missing))
    missing = [package for program, package in programs.items() if not _is_there(program)]
    return f"packages are missing (Debian: apt-get install {' '.join(dict.fromkeys(missing))})" if missing else ""


def _is_there(program: str) -> bool:
    return Path(program).exists() or bool(shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"))


def bluesky() -> str:
    """Why a Bluesky network (PDS and AppView) cannot run; empty when it can. Installs it once, which takes minutes."""
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""
    match = re.match(r"v(\d+)", version)
    if not match or int(match[1]) < NODE_AT_LEAST or not shutil.which("npm"):
        return f"it needs Node {NODE_AT_LEAST} or later with npm (found: {version.strip() or 'none'})"
    return "" if _ready() else _install()


def _ready() -> bool:
    """Whether what the lock file says is installed. Our own few scripts are copied beside it every time."""
    installed = CACHE / "node_modules" / ".package-lock.json"
    done = CACHE / LOCK
    same = installed.is_file() and done.is_file() and done.read_bytes() == (PACKAGES / LOCK).read_bytes()
    if same:
        _copy_scripts()
    return same


def _copy_scripts() -> None:
    for file in PACKAGES.iterdir():
        shutil.copy(file, CACHE)


def _install() -> str:
    """Why the packages of the lock file could not be installed; empty when they are there."""
    print(f"Installing the Bluesky network with npm into {CACHE.name}/, once (minutes) ...", flush=True)
    CACHE.mkdir(exist_ok=True)
    _copy_scripts()
    npm = ["npm", "ci", "--no-audit", "--no-fund"]
    done = subprocess.run(npm, cwd=CACHE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        (CACHE / LOCK).unlink()  # so that the next run tries again
        return f"npm ci failed: {_last_line(done.stderr)}"
    return ""


SERVERS: dict[str, tuple[str, Callable[[], str]]] = {
    "snac2": ("snac2 (Mastodon's API)", snac2),
    "wordpress": ("WordPress", wordpress),
    "mail": ("Mail server (dovecot and exim)", mail),
    "bluesky": ("Bluesky PDS and AppView", bluesky),
}


def _apt(*packages: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", "-qq", *arguments], env=environ, stdin=subprocess.DEVNULL, check=False)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no words"])[-1]


def main(arguments: list[str]) -> int:
    wanted = os.environ.get("SERVERS", "").split(",")
    if unknown := set(filter(None, wanted)) - SERVERS.keys():
        print(f"No such server: {', '.join(sorted(unknown))}. There are: {', '.join(SERVERS)}")
        return 2
    is_wanted = {name: wanted == [""] or name in wanted for name in SERVERS}
    reasons = {name: reason() if is_wanted[name] else "SERVERS leaves it out" for name, (_, reason) in SERVERS.items()}
    codes = {name: _run(name, arguments) for name, reason in reasons.items() if not reason}
    line = "#" * 78
    print(f"\n{line}")
    for name, (title, _) in SERVERS.items():
        print(f"#  {title}: {verdict(reasons[name], codes.get(name))}")
    print(line, flush=True)
    return exit_code(codes.values())


def _run(server: str, arguments: list[str]) -> int:
    """A run of its own for each server, so that the summary says of each whether its tests passed."""
    environ = {**os.environ, "REAL_SERVERS": server, "REAL_SERVERS_DIR": str(CACHE)}
    pytest = [str(Path(sys.executable)), "-m", "pytest", "-m", "real", f"--timeout={SECONDS}", *arguments]
    print(f"\n=== {SERVERS[server][0]}", flush=True)
    return subprocess.run(pytest, env=environ, cwd=ROOT, check=False).returncode


def verdict(reason: str, code: int | None) -> str:
    """What the summary says of one server: why it was left out, or how pytest ended (its exit code)."""
    if reason:
        return f"NOT RUN: {reason}"
    return {0: "run, passed", NO_TESTS: "run, but no test was selected"}.get(code or 0, "run, FAILED, see above")


def exit_code(codes: Iterable[int]) -> int:
    """0 where at least one server was used and no test failed."""
    ends = [code for code in codes if code != NO_TESTS]
    return max(ends, default=1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
