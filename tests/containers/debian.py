"""The Debian package from its build to its purge, and point-in-time recovery, in a new Debian: followed in the words of
docs/operations.

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
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from launcher.ports import is_free
from launcher.site import ROOT
from tests.containers import stand_ins
from tests.containers.documented import commands
from tests.containers.steps import reporter

HOST = "dobosar.example"
WORDS = {"REPOSITORY": "/srv/source", "SMTP_URL": "smtp://127.0.0.1:25", "HOST": HOST}
STOP_SECONDS = 60
UNITS = ("web", "live", "publisher", "worker", "errands", "migrate")
# systemd's own measure, 0 (safe) to 10.
MOST_EXPOSED = 3.0


def installation() -> list[str]:
    return commands("deploy.md", "### With the Debian package, on Debian 13", "### With `make run`", WORDS)


def upgrade() -> list[str]:
    return commands("upgrade.md", "## With the Debian package", "## What is tested", WORDS)


def recovery() -> list[str]:
    return commands("backup-and-restore.md", "## Point-in-time recovery", "## Test your backups", WORDS)


class Machine:
    """A Debian in `root`, booted. Commands run in it as root."""

    def __init__(self, root: Path, leader: int) -> None:
        self.root, self.leader = root, leader

    def run(self, script: str, code: int = 0) -> str:
        """What it writes. `code`: the exit code that it has to have."""
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
        if done.returncode != code:
            raise RuntimeError(f"{script}\nexit code {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout if code == 0 else done.stdout + done.stderr


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
            # Else its pipe is full at some time, and what writes to the console of the machine waits.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            leader = _leader(process.pid)
            try:
                yield Machine(root, leader)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(leader, signal.SIGRTMIN + 4)  # systemd powers the machine off
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
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

    archive, copy, replay, start = recovery()
    machine.run(archive)
    machine.run(copy)
    query(machine, "CREATE TABLE probe (number int); INSERT INTO probe VALUES (1)")
    moment = query(machine, "SELECT now()")
    time.sleep(2)
    query(machine, "INSERT INTO probe VALUES (2)")
    query(machine, "SELECT pg_switch_wal()")
    ends = time.monotonic() + 60
    while (
        query(machine, "SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver")
        != "t"
    ):
        assert time.monotonic() < ends, "the log was not archived"
        time.sleep(1)
    machine.run(replay.replace("MOMENT", moment))
    assert query(machine, "SELECT number FROM probe") == "1"
    machine.run(start.replace("MOMENT", moment))
    await_readiness(machine)
    assert query(machine, "SELECT count(*) FROM common_restore WHERE ended_at IS NULL") == "1"


def query(machine: Machine, statement: str) -> str:
    command = f'runuser -u postgres -- psql --quiet -AtX --dbname=dobosar --command "{statement}"'
    return machine.run(f"cd / && {command}").strip()


def install(machine: Machine, report: Callable[[str], None]) -> str:
    """As deploy.md has it; returns the link to the set-up."""
    build, package, setup = installation()
    machine.run(unattended(build))
    report("the package is built")
    machine.run(unattended(package))
    assert machine.run("systemctl is-enabled dobosar.target || true").strip() == "disabled"
    assert "not set up" in machine.run("dobosar status", code=1)
    report("installed, and nothing is started")
    for wrong in ("--host https://dobosar.example", "--host dobosar.example --smtp http://mail.example:25"):
        machine.run(f"dobosar setup {wrong}", code=2)
        assert not machine.run("ls /etc/dobosar").replace("options.env", "").strip()
    output = machine.run(setup)
    assert (await_readiness(machine)).keys() >= {"database", "publisher"}
    link = re.search(rf"https://{HOST}/setup/open/\S+/", output)
    assert link, f"`dobosar setup` showed no link to the set-up:\n{output}"
    return link[0]


def unattended(block: str) -> str:
    return block.replace("apt-get install", "apt-get install -qq -y")


def require_link(link: str) -> None:
    """It leads to the page of the first account."""

    def status(path: str) -> int:
        headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
        request = urllib.request.Request(f"http://127.0.0.1:8000{path}", headers=headers)
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    path = link.removeprefix(f"https://{HOST}")
    assert status(path) in (200, 302)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object, **more: object) -> None:
        return None


def require_honest_proxy(machine: Machine, link: str) -> None:
    """Caddy with the packaged sample, in front of the portal. A visitor who claims to be another one for each guess of
    the code is refused after ten all the same."""
    machine.run(unattended("apt-get install --no-install-recommends caddy curl && systemctl stop caddy"))
    own = "https_port 8443\\n\\thttp_port 8081\\n\\tadmin off\\n\\tskip_install_trust"
    site = f"s|^{HOST} {{|&\\n\\tbind 127.0.0.1\\n\\ttls internal|"
    machine.run(
        "install -d -o caddy /var/log/caddy && cp /usr/share/doc/dobosar/examples/Caddyfile /etc/caddy/Caddyfile && "
        f"sed -i -e '{site}' -e '1s|{{|{{\\n\\t{own}|' /etc/caddy/Caddyfile"
    )
    machine.run("caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile && systemctl start caddy")
    curl = f"curl --silent --insecure --resolve {HOST}:8443:127.0.0.1 --output /dev/null --write-out '%{{http_code}} '"
    address = f"https://{HOST}:8443/setup/open"
    ready = f"until [ \"$({curl} https://{HOST}:8443/healthz)\" = '200 ' ]; do sleep 1; done"
    machine.run(f"timeout 60 bash -c {shlex.quote(ready)}")
    guesses = f'for n in $(seq 11); do {curl} --header "X-Forwarded-For: 192.0.2.$n" {address}/wrong-$n/; done'
    assert machine.run(guesses).split() == ["404"] * 10 + ["429"]
    path = link.removeprefix(f"https://{HOST}")
    assert machine.run(f"{curl} --header 'X-Forwarded-For: 192.0.2.99' https://{HOST}:8443{path}").strip() == "429"
    logs = machine.run("cat /var/log/caddy/*.log; journalctl --unit caddy --output cat")
    assert "wrong-" not in logs
    assert path not in logs
    machine.run("systemctl disable --quiet --now caddy")


def require_safe_units(machine: Machine) -> dict[str, float]:
    exposures = {}
    for unit in UNITS:
        output = machine.run(f"systemd-analyze --no-pager security dobosar-{unit} || true")
        exposures[unit] = float(re.findall(r"Overall exposure level for \S+: ([\d.]+)", output)[0])
        assert exposures[unit] <= MOST_EXPOSED, f"dobosar-{unit}: exposure {exposures[unit]}"
    return exposures


def require_same_settings(machine: Machine) -> None:
    """Setting up again changes nothing but what is said."""
    before = machine.run("cat /etc/dobosar/env /etc/dobosar/owner.env")
    assert "Unchanged" in machine.run("dobosar setup")
    assert machine.run("cat /etc/dobosar/env /etc/dobosar/owner.env") == before
    sender = 'D$o`b\\o "š" <a@dobosar.example>'
    machine.run(f"dobosar setup --sender {shlex.quote(sender)}")
    as_systemd = "systemd-run --quiet --wait --pipe --property EnvironmentFile=/etc/dobosar/env printenv"
    assert machine.run(f"{as_systemd} DEFAULT_FROM_EMAIL") == f"{sender}\n", "systemd reads another value"
    machine.run(f"dobosar setup --sender 'Dobošar <dobosar@{HOST}>'")
    assert machine.run("stat --format %a:%U /etc/dobosar /etc/dobosar/env").split() == ["700:root", "600:root"]


def invited(machine: Machine) -> str:
    """The addresses that are invited, which no new installation has."""
    return query(machine, "SELECT string_agg(email, ' ' ORDER BY email) FROM accounts_invitation")


def upgrade_it(machine: Machine) -> tuple[str, str]:
    """To the package of a later commit, as upgrade.md has it; returns both versions."""
    before = machine.run("dobosar --version").split()[1]
    identity = "-c user.name=a -c user.email=a@example.org"
    machine.run(f"git -C /srv/source {identity} commit --quiet --allow-empty --message 'A later version'")
    for block in upgrade():
        output = machine.run(unattended(block))
    assert output.count("works") >= 5, output
    after = machine.run("dobosar --version").split()[1]
    machine.run(f"dpkg --compare-versions {after} gt {before}")
    return before, after


def break_and_restore(machine: Machine) -> None:
    """Something is lost; the backup brings it and its keys back, also where /etc/dobosar has new ones."""
    keys = machine.run("grep -h -e SECRET_KEY -e TOKEN_KEYS /etc/dobosar/env | sort")
    query(machine, "DELETE FROM accounts_invitation")
    assert "would replace" in machine.run("dobosar restore /root/before.tar.gz", code=1)
    machine.run("head -c 1000 /root/before.tar.gz > /root/cut.tar.gz")
    machine.run("dobosar restore /root/cut.tar.gz --replace", code=1)
    await_readiness(machine)  # it goes on with what it had
    machine.run("cp -a /etc/dobosar/env /root/env && sed -i /TOKEN_KEYS/d /etc/dobosar/env")
    assert "decrypt" in machine.run("dobosar setup", code=1)
    machine.run('sed "s|^TOKEN_KEYS=.*|TOKEN_KEYS=other:$(openssl rand -base64 32)|" /root/env > /etc/dobosar/env')
    assert machine.run("grep -h -e SECRET_KEY -e TOKEN_KEYS /etc/dobosar/env | sort") != keys
    assert "another installation" in machine.run("dobosar check", code=1)
    machine.run("dobosar restore /root/before.tar.gz --replace")
    await_readiness(machine)
    assert machine.run("grep -h -e SECRET_KEY -e TOKEN_KEYS /etc/dobosar/env | sort") == keys
    assert query(machine, "SELECT count(*) FROM common_restore WHERE ended_at IS NULL") == "1"


def purge(machine: Machine) -> None:
    """Nothing of a municipality's goes with it, and the package can come back."""
    before = invited(machine)
    output = machine.run("apt-get purge -qq -y dobosar")
    assert "/var/lib/dobosar" in output
    assert not machine.run("systemctl list-units --all --no-legend 'dobosar-*.service'").strip()
    assert not (machine.root / "usr/lib/dobosar").exists()
    machine.run("ls /var/lib/dobosar/backups/dobosar-*.tar.gz /etc/dobosar/env /etc/dobosar/owner.env")
    assert invited(machine) == before
    machine.run(unattended(installation()[1]))
    machine.run("dobosar setup")
    assert invited(machine) == before


def walk() -> None:
    report = reporter()
    with tempfile.TemporaryDirectory(prefix="dobosar-debian-") as name:
        root = Path(name) / "root"
        debian(root)
        report("Debian 13")
        with booted(root) as machine:
            machine.run("apt-get update -qq")
            link = install(machine, report)
            require_link(link)
            report(f"set up, everything works: {', '.join(sorted(readiness()))}")
            require_honest_proxy(machine, link)
            report("behind Caddy as deploy.md configures it, a visitor's X-Forwarded-For is not believed")
            for unit, exposure in require_safe_units(machine).items():
                report(f"dobosar-{unit}: exposure {exposure}")
            require_same_settings(machine)
            report("set up again: nothing changed")
            machine.run("dobosar manage create_administrator ada@opstine.example")
            machine.run("dobosar backup && dobosar backup --to /root/before.tar.gz && dobosar status && dobosar check")
            assert machine.run("stat --format %a:%U /root/before.tar.gz").strip() == "600:root"
            machine.run("systemctl start dobosar-backup && ls /var/lib/dobosar/backups/dobosar-*.tar.gz")
            report("backups")
            machine.run(
                "systemctl kill --signal KILL dobosar-publisher && sleep 4 && systemctl is-active dobosar-publisher"
            )
            report("the publisher starts again when it is killed")
            machine.run("systemctl stop dobosar-worker")
            assert "no worker runs" in machine.run("dobosar status", code=1)
            report("dobosar status notices that the worker is stopped")
            before, after = upgrade_it(machine)
            assert invited(machine) == "ada@opstine.example"
            report(f"upgraded from {before} to {after}")
            break_and_restore(machine)
            assert invited(machine) == "ada@opstine.example"
            report("restored, with the keys of the backup")
            # Only the next restore's mark is counted.
            machine.run("echo 'DELETE FROM common_restore' | runuser -u postgres -- psql --quiet --dbname=dobosar")
            recover(machine)
            report("recovered to a moment, with the pause of a restore")
            purge(machine)
            report("purged without losing anything, and installed again")


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
