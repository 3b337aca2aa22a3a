"""Installation with systemd and point-in-time recovery, followed in the words of docs/operations in a new Debian.

    python -m tests.containers.debian [--required]

Needs root, debootstrap and systemd-nspawn, and ports 5432, 6379 and 8000, as the machine's network is used. Where that
is not to be had it says so and ends with 0; with `--required` with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from launcher.ports import is_free
from launcher.site import ROOT
from tests.containers import stand_ins
from tests.containers.documented import commands

HOST = "dobosar.example"
WORDS = {"REPOSITORY": "/srv/source", "SMTP_URL": "smtp://127.0.0.1:25", "HOST": HOST}
STOP_SECONDS = 60
UNITS = ("web", "publisher", "worker", "errands", "beat", "migrate")
# systemd's own measure, 0 (safe) to 10.
MOST_EXPOSED = 3.0


def installation() -> list[str]:
    return commands("deploy.md", "### With systemd, on Debian 13", "### With `make run`", WORDS)


def recovery() -> list[str]:
    return commands("backup-and-restore.md", "## Point-in-time recovery", "## Test your backups", WORDS)


class Machine:
    """A Debian in `root`, booted. Commands run in it as root."""

    def __init__(self, root: Path, leader: int) -> None:
        self.root, self.leader = root, leader

    def run(self, script: str) -> str:
        enter = ["nsenter", "--target", str(self.leader), "--mount", "--uts", "--ipc", "--pid", "--cgroup"]
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        for name in ("SSL_CERT_FILE", "PIP_CERT"):
            environ[name] = "/etc/ssl/certs/ca-certificates.crt"
        done = subprocess.run(
            [*enter, "bash", "-eu", "-o", "pipefail", "-c", script],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{script}\nexit code {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout


@contextlib.contextmanager
def booted(root: Path) -> Iterator[Machine]:
    name = f"--machine=dobosar-{os.getpid()}"
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", name, "--directory", str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if "multi-user.target" in line:
                    break
            else:
                raise RuntimeError(f"It did not boot:\n{''.join(lines[-20:])}")
            leader = _leader(process.pid)
            try:
                yield Machine(root, leader)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(leader, signal.SIGRTMIN + 4)  # systemd powers the machine off
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=STOP_SECONDS)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(leader, signal.SIGKILL)  # the kernel ends everything in it
        finally:
            process.kill()


def _leader(pid: int) -> int:
    """The process that is number 1 inside."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def debian(root: Path) -> None:
    packages = "systemd,systemd-sysv,dbus,adduser,ca-certificates,openssl"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={packages}", "trixie", str(root), stand_ins.MIRROR],
        check=True, capture_output=True,
    )  # fmt: skip
    if stand_ins.AUTHORITIES.exists():
        shutil.copy(stand_ins.AUTHORITIES, root / "etc/ssl/certs/ca-certificates.crt")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    subprocess.run(
        ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(root / "srv/source")],
        check=True,
        capture_output=True,
    )


def readiness() -> dict[str, bool]:
    request = urllib.request.Request("http://127.0.0.1:8000/readyz", headers={"Host": HOST})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except OSError:
        return {}


def await_readiness(machine: Machine) -> dict[str, bool]:
    ends = time.monotonic() + 180
    while not ((parts := readiness()) and all(parts.values())):
        assert time.monotonic() < ends, (parts, machine.run("journalctl --no-pager -n 60"))
        time.sleep(1)
    return parts


def recover(machine: Machine) -> None:
    """To a moment between two rows, by the archive alone: the files of the lost server are not read."""

    def query(statement: str) -> str:
        return machine.run(f'sudo -u postgres psql --quiet -AtX --dbname=dobosar --command "{statement}"').strip()

    archive, copy, replay, start = recovery()
    machine.run(archive)
    machine.run(copy)
    query("CREATE TABLE probe (number int); INSERT INTO probe VALUES (1)")
    moment = query("SELECT now()")
    time.sleep(2)
    query("INSERT INTO probe VALUES (2)")
    query("SELECT pg_switch_wal()")
    ends = time.monotonic() + 60
    while query("SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver") != "t":
        assert time.monotonic() < ends, "the log was not archived"
        time.sleep(1)
    machine.run(replay.replace("MOMENT", moment))
    assert query("SELECT number FROM probe") == "1"
    machine.run(start.replace("MOMENT", moment))
    await_readiness(machine)
    assert query("SELECT count(*) FROM common_restore WHERE ended_at IS NULL") == "1"


def walk() -> None:
    began = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {step}", flush=True)

    with tempfile.TemporaryDirectory(prefix="dobosar-debian-") as name:
        root = Path(name) / "root"
        debian(root)
        report("Debian 13")
        with booted(root) as machine:
            machine.run("apt-get update -qq")
            for number, block in enumerate(installation(), 1):
                output = machine.run(block.replace("apt-get install", "apt-get install -qq -y"))
                report(f"step {number}")
            link = re.search(rf"https://{HOST}/setup/open/\S+/", output)
            assert link, f"the journal has no link to the set-up:\n{output}"
            report(f"everything works: {', '.join(sorted(await_readiness(machine)))}")
            for unit in UNITS:
                exposure = float(
                    re.findall(r"Overall exposure level for \S+: ([\d.]+)", machine.run(
                        f"systemd-analyze --no-pager security dobosar-{unit} || true"
                    ))[0]
                )  # fmt: skip
                assert exposure <= MOST_EXPOSED, f"dobosar-{unit}: exposure {exposure}"
                report(f"dobosar-{unit}: exposure {exposure}")
            machine.run("systemctl start dobosar-backup && ls /var/lib/dobosar/backups/dobosar-*.tar.gz")
            report("a backup")
            machine.run(
                "systemctl kill --signal KILL dobosar-publisher && sleep 4 && systemctl is-active dobosar-publisher"
            )
            report("the publisher starts again when it is killed")
            recover(machine)
            report("recovered to a moment, with the pause of a restore")


def missing() -> str:
    if os.geteuid() != 0:
        return "only root can boot a Debian"
    programs = [program for program in ("debootstrap", "systemd-nspawn", "nsenter") if shutil.which(program) is None]
    if programs:
        return f"not installed: {', '.join(programs)}"
    taken = [port for port in (5432, 6379, 8000) if not is_free(port)]
    return f"in use: ports {taken}" if taken else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--required", action="store_true", help="fail where it cannot be tried")
    options = parser.parse_args()
    if why := missing():
        print(f"\nTHE INSTALLATION ON DEBIAN WAS NOT TESTED: {why}.\n", flush=True)
        return 1 if options.required else 0
    walk()
    return 0


if __name__ == "__main__":
    sys.exit(main())
