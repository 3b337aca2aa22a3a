"""A mail server of Debian's packages: exim takes and delivers mail, dovecot keeps the mailboxes.

Both are instances of their own, in a temporary directory, on free ports of this machine; nothing outside of it is
changed. Their certificate is signed by an authority that only the tests trust.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from common import http
from tests.platforms.real.snac2 import free_port

DOMAIN = "opstina.example.rs"
OFFICE = f"gradjani@{DOMAIN}"
CITIZEN = f"mara@{DOMAIN}"
OTHER = f"pera@{DOMAIN}"
PASSWORDS = {OFFICE: "шифра за пробу, 1", CITIZEN: "b", OTHER: "c"}
PATIENCE = 30
DOVECOT = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_driver = maildir
mail_path = {place}/mail/%{{user}}
mail_uid = {user}
mail_gid = {group}
ssl = yes
ssl_server_cert_file = {place}/server.pem
ssl_server_key_file = {place}/server.key
auth_allow_cleartext = no
auth_failure_delay = 0
passdb passwd-file {{
  passwd_file_path = {place}/users
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    home = {place}/mail/%{{user}}
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\\\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service anvil {{
  chroot =
}}
"""
EXIM = """
primary_hostname = mail.{domain}
exim_user = {user}
exim_group = {group}
never_users =
spool_directory = {place}/spool
log_file_path = {place}/exim-%slog
pid_file_path = {place}/exim.pid
daemon_smtp_ports = {smtp} : {smtps}
tls_on_connect_ports = {smtps}
local_interfaces = 127.0.0.1
domainlist local_domains = {domain}
tls_advertise_hosts = *
tls_certificate = {place}/server.pem
tls_privatekey = {place}/server.key
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}}}
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
message_size_limit = 60M
deliver_drop_privilege = {drop}
keep_environment =
hosts_treat_as_local =
qualify_domain = {domain}
begin acl
check_rcpt:
  require message = unknown address
          verify = recipient
  accept
check_data:
  # Debian's light exim has no SPF: here whatever was written in MAIL passed it.
  warn add_header = :at_start:Authentication-Results: $primary_hostname; spf=pass smtp.mailfrom=$sender_address
  accept
begin routers
mailboxes:
  driver = accept
  domains = +local_domains
  address_data = ${{lookup{{$local_part@$domain}}lsearch{{{place}/addresses}}{{$value}}fail}}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {place}/mail/$address_data
  maildir_format
  user = {user}
  group = {group}
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{place}/passwords}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if eq{{$auth2}}{{${{lookup{{$auth1}}lsearch{{{place}/passwords}}}}}}}}
  server_set_id = $auth1
"""


@dataclass
class MailServer:
    place: Path
    ports: dict[str, int]

    def address(self, scheme: str) -> str:
        """As a channel has it: "imaps://127.0.0.1:…"."""
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}"

    @property
    def allow(self) -> frozenset[str]:
        return frozenset(f"127.0.0.1:{port}" for port in self.ports.values())

    def send(self, mail: EmailMessage, sender: str = CITIZEN) -> None:
        """As a citizen's mail program does."""
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=PATIENCE) as session:
            session.send_message(mail, sender, [OFFICE])

    def deliver(self, content: bytes, to: str = OFFICE) -> None:
        """The bytes as they are, which no honest program would send."""
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=PATIENCE) as session:
            session.sendmail(CITIZEN, [to], content)

    def mailbox(self, owner: str, folder: str = "") -> list[EmailMessage]:
        """What lies in a folder, oldest first."""
        place = self.place / "mail" / owner / folder
        files = [file for name in ("new", "cur") if (place / name).is_dir() for file in (place / name).iterdir()]
        files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]

    def wait_for(self, owner: str, count: int) -> list[EmailMessage]:
        ends_at = time.monotonic() + PATIENCE
        while len(found := self.mailbox(owner)) < count:
            assert time.monotonic() < ends_at, f"{len(found)} of {count} mails have arrived for {owner}"
            time.sleep(0.05)
        return found

    def empty(self) -> None:
        for owner in PASSWORDS:
            for folder in ("new", "cur", ".Sent/new", ".Sent/cur"):
                for file in (self.place / "mail" / owner / folder).glob("*"):
                    file.unlink()


@contextmanager
def serving(place: Path) -> Iterator[MailServer]:
    place.mkdir(parents=True)
    is_root = os.geteuid() == 0
    me = pwd.getpwuid(pwd.getpwnam("mail").pw_uid if is_root else os.geteuid())
    group = _group(me.pw_gid)
    ports = {name: free_port() for name in ("imap", "imaps", "smtp", "smtps")}
    for name in ("run", "state", "spool", *(f"mail/{owner}" for owner in PASSWORDS)):
        (place / name).mkdir(parents=True)
    for owner in PASSWORDS:
        for name in ("cur", "new", "tmp"):
            (place / "mail" / owner / name).mkdir()
    _certificate(place)
    users = "".join(f"{owner}:{{PLAIN}}{password}\n" for owner, password in PASSWORDS.items())
    (place / "users").write_text(users, encoding="utf-8")
    (place / "addresses").write_text("".join(f"{owner}: {owner}\n" for owner in PASSWORDS))
    passwords = "".join(f"{owner}: {password}\n" for owner, password in PASSWORDS.items())
    (place / "passwords").write_text(passwords, encoding="utf-8")
    names = {"place": place, "user": me.pw_name, "group": group, "domain": DOMAIN,
             "drop": "false" if is_root else "true",
             "internal": "dovecot" if is_root else me.pw_name, "internal_group": "dovecot" if is_root else group,
             "login": "dovenull" if is_root else me.pw_name, **ports}  # fmt: skip
    (place / "dovecot.conf").write_text(DOVECOT.format(**names), encoding="utf-8")
    (place / "exim.conf").write_text(EXIM.format(**names), encoding="utf-8")
    if is_root:
        _open_the_way(place)
        for name in ("spool", "mail"):
            for path in [place / name, *(place / name).rglob("*")]:
                os.chown(path, me.pw_uid, me.pw_gid)
        # exim writes its logs here
        os.chown(place, me.pw_uid, me.pw_gid)
    with _running(place, ports):
        yield MailServer(place, ports)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _open_the_way(place: Path) -> None:
    """Temporary directories are their user's alone; the mail servers become other users."""
    for path in [place, *place.parents]:
        if path == Path("/tmp") or not path.name:
            break
        path.chmod(path.stat().st_mode | 0o011)


def _certificate(place: Path) -> None:
    """An authority and a certificate for 127.0.0.1, for one day."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True, timeout=PATIENCE)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Authority of the tests",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    (place / "extension").write_text(
        "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n"
    )
    openssl("req", *new[:-2], "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", "server.pem", "-extfile", "extension")  # fmt: skip
    (place / "server.key").chmod(0o644)


@contextmanager
def _running(place: Path, ports: dict[str, int]) -> Iterator[None]:
    programs = [
        [_program("dovecot"), "-F", "-c", str(place / "dovecot.conf")],
        [_program("exim4"), "-C", str(place / "exim.conf"), "-bdf", "-q10s"],
    ]
    with contextlib.ExitStack() as ends:
        log = ends.enter_context((place / "output").open("wb"))
        processes = []
        for command in programs:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=place,
                start_new_session=True,
            )
            ends.callback(_end, process)
            processes.append(process)
        for name, port in ports.items():
            _wait_for_port(name, port, processes, place)
        yield


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or name


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it has started: a delivery that is under way would write into the directory once more."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _wait_for_port(name: str, port: int, processes: list[subprocess.Popen[bytes]], place: Path) -> None:
    ends_at = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        logs = "".join(file.read_text(errors="replace")[-2000:] for file in place.glob("*log")) + (
            place / "output"
        ).read_text(errors="replace")
        assert all(process.poll() is None for process in processes), f"A mail server has ended:\n{logs}"
        assert time.monotonic() < ends_at, f"Nothing listens for {name}:\n{logs}"
        time.sleep(0.05)


def trust(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connector verifies certificates as always, by the authority of the tests."""
    context = ssl.create_default_context(cafile=str(server.place / "ca.pem"))
    monkeypatch.setattr(http, "_tls", context)
