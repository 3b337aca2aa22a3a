"""The command `dobosar` of the Debian package.

Exit codes: 0 done, or everything works; 1 it failed, or something does not work; 2 a wrong option.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from launcher import debian_setup, environment_file, files, installed
from launcher.debian_setup import UsageError
from launcher.errors import LauncherError
from launcher.installed import Installation
from portal import disk

FEW_MEGABYTES = 1000
OLD_BACKUP_HOURS = 26


def setup(installation: Installation, options: argparse.Namespace) -> int:
    given = debian_setup.answers(installation, options.host, options.smtp, options.sender)
    debian_setup.setup(installation, given, starts=not options.no_start)
    return 0


def check(installation: Installation, options: argparse.Namespace) -> int:
    """Settings, database, Valkey, disk and /readyz, a line each."""
    variables = installation.require_setup()
    lines = [
        ("settings", lambda: settings_problem(installation)),
        ("database", lambda: _database(variables)),
        ("valkey", lambda: installed.valkey_problem(variables["REDIS_URL"])),
        ("disk", lambda: _disk(installation)),
        ("portal", lambda: "; ".join(installed.problems(installed.readiness(installation)).values())),
    ]
    return _report(lines)


def _report(lines: list[tuple[str, Callable[[], str]]]) -> int:
    code = 0
    for name, problem_of in lines:
        try:
            problem = problem_of()
        except LauncherError as error:
            problem = str(error)
        print(f"{name:10} {problem or 'works'}", flush=True)
        code = code or int(bool(problem))
    return code


def settings_problem(installation: Installation) -> str:
    for path in (installation.env, installation.owner_env):
        if path.exists() and path.stat().st_mode & 0o077:
            return f"other users can read {path}, which holds keys and passwords: chmod 600 {path}"
    return installed.settings_problem(installation)


def _database(variables: dict[str, str]) -> str:
    pending = installed.pending(variables)
    return f"{pending} migrations are not applied: dobosar upgrade" if pending else ""


def _disk(installation: Installation) -> str:
    free = installed.free_megabytes(installation)
    if free is not None and free < FEW_MEGABYTES:
        full = "is full" if free < disk.FULL_MEGABYTES else "is nearly full"
        return f"the disk of {installation.data} {full}: {free} MB free"
    return ""


def status(installation: Installation, options: argparse.Namespace) -> int:
    """Version, units, the last backup, and /readyz in words."""
    installation.require_setup()
    print(f"version  {installed.version()}")
    print(f"backup   {backup_in_words(installed.last_backup_at(installation), datetime.now(UTC))}")
    print("units")
    works = True
    for unit, (state, since) in installed.states().items():
        print(f"  {unit.removeprefix('dobosar-').removesuffix('.service'):13} {state}{_since(since)}")
        works = works and state.startswith("active")
    print("portal")
    parts = installed.readiness(installation)
    not_working = installed.problems(parts)
    for part in {**parts, **not_working}:
        print(f"  {part:13} {not_working.get(part, 'works')}")
    if older := installed.older_processes():
        print(f"Still running the version before: {', '.join(older)}. Next: dobosar upgrade")
        works = False
    return 0 if works and not not_working else 1


def _since(moment: datetime | None) -> str:
    return f" since {moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def backup_in_words(made_at: datetime | None, now: datetime) -> str:
    if made_at is None:
        return "none yet: dobosar backup"
    hours = (now - made_at).total_seconds() / 3600
    old = ", which is too old: systemctl status dobosar-backup.timer" if hours > OLD_BACKUP_HOURS else ""
    return f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago{old}"


def backup(installation: Installation, options: argparse.Namespace) -> int:
    """Into the directory of the nightly ones, with their retention, or into a file of its own."""
    installation.require_setup()
    environ = installation.environment(owner=True)
    if options.to is None:
        done = installed.run_as(
            installed.USER, "launcher.scheduled_backup", str(installation.backups), environ=environ, shown=True
        )
        return int(bool(done.returncode))
    target = Path(options.to).expanduser().resolve()
    if target.exists():
        raise LauncherError(f"{target} exists already, and a backup overwrites nothing.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no directory {target.parent}.")
    with _own_directory(installation) as directory:
        archive = Path(directory) / target.name
        done = installed.run_as(installed.USER, "launcher.backup", "save", str(archive), environ=environ, shown=True)
        if done.returncode:
            return 1
        # Only root may read the copy, from its first byte on.
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(os.open(archive, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source, os.fdopen(fd, "wb") as out:
            shutil.copyfileobj(source, out)
    print(f"It is {target}")
    return 0


def _own_directory(installation: Installation) -> tempfile.TemporaryDirectory[str]:
    """A temporary directory of the portal's user on the portal's disk."""
    directory = tempfile.TemporaryDirectory(prefix="command-", dir=installation.data)
    account = pwd.getpwnam(installed.USER)
    os.chown(directory.name, account.pw_uid, account.pw_gid, follow_symlinks=False)
    return directory


def restore(installation: Installation, options: argparse.Namespace) -> int:
    """Stop, put the backup back, take over its keys, start."""
    variables = installation.require_setup()
    source = Path(options.file).expanduser().resolve()
    identity = Path(options.identity).expanduser().resolve() if options.identity else None
    for path in (source, identity):
        if path is not None and not path.is_file():
            raise UsageError(f"There is no file {path}.")
    if not options.replace and installed.has_contents(installation, variables):
        raise LauncherError(
            "The portal has contents, and restoring would replace all of them. If that is what you want: "
            f"dobosar restore {source} --replace"
        )
    print("Stopping. Workers finish their calls first ...", flush=True)
    installed.stop()
    try:
        restored = _restore(installation, source, identity)
    finally:
        # Where nothing was replaced, the portal goes on with what it had. Half restored, it must not.
        if installed.is_interrupted(installation):
            print(f"The restore was interrupted. Nothing was started. Once more: dobosar restore {source} --replace")
        elif not options.no_start:
            print("Starting ...", flush=True)
            installed.start(installation)
    return int(not restored)


def _restore(installation: Installation, source: Path, identity: Path | None) -> bool:
    with _own_directory(installation) as name:
        directory = Path(name)
        environ = installation.environment(owner=True, YES="1")
        # Without them `launcher.backup` does not warn that those of the backup are not used: they are put in below.
        keys = {name: environ.pop(name, "") for name in ("SECRET_KEY", "TOKEN_KEYS")}
        if identity is not None:
            environ["IDENTITY"] = str(installed.lend(identity, directory))
        archive = installed.lend(source, directory)
        done = installed.run_as(installed.USER, "launcher.backup", "restore", str(archive), environ=environ, shown=True)
    if done.returncode:
        return False
    restored = installed.restored_keys(installation)
    if restored != keys:
        before = installation.configuration / f"env.before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        files.write_private(before, installation.env.read_text(encoding="utf-8"))
        environment_file.update(installation.env, restored)
        print(f"The keys of the backup are in {installation.env} now; those before are in {before.name}.")
    return True


def upgrade(installation: Installation, options: argparse.Namespace) -> int:
    """What is left to do after a new package: migrations, a restart, a check."""
    variables = installation.require_setup()
    pending = installed.pending(variables)
    older = installed.older_processes()
    stopped = [unit for unit, (_, since) in installed.states().items() if unit in installed.PROCESSES and since is None]
    print(f"Version {installed.version()} is installed.")
    print(f"migrations to apply: {pending}")
    print(f"units to restart: {', '.join(older) or 'none'}")
    print(f"units to start: {', '.join(stopped) or 'none'}")
    if installed.is_interrupted(installation):
        raise LauncherError("A restore was interrupted. Once more: dobosar restore FILE --replace")
    if options.dry_run:
        return int(bool(pending or older or stopped))
    if pending or older or stopped:
        print("Restarting. Workers finish their calls first ...", flush=True)
        installed.start(installation)
    else:
        installed.await_readiness(installation)
    return check(installation, options)


def manage(installation: Installation, options: argparse.Namespace) -> int:
    """A management command as the portal's user, with the rights of the portal itself."""
    installation.require_setup()
    arguments = [options.command, *options.arguments]
    done = installed.run_as(installed.USER, "django", *arguments, environ=installation.environment(), shown=True)
    return done.returncode


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dobosar",
        description="Set up, check and look after an installation of Dobošar. For root.",
        epilog="Exit codes: 0 done, or everything works; 1 it failed, or something does not work; 2 a wrong option.",
    )
    parser.add_argument("--version", action="version", version=f"dobosar {installed.version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[Installation, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(run=run)
        return command

    command = add("setup", setup, "create the database and the settings, and start; safe to run again")
    command.add_argument("--host", help="name under which people reach the portal, for example dobosar.example")
    command.add_argument("--smtp", help="mail server: smtp+tls://user:password@host:587; or in DOBOSAR_SMTP")
    command.add_argument("--sender", help="sender of all mail; if left out, Dobošar <dobosar@HOST>")
    command.add_argument("--no-start", action="store_true", help="start nothing, for example before a restore")
    add("check", check, "say whether settings, database, Valkey, disk and the portal work")
    add("status", status, "show version, units, last backup and the state of the portal")
    command = add("backup", backup, "make a backup, beside those of each night")
    command.add_argument("--to", metavar="FILE", help="write it to this file instead")
    command = add("restore", restore, "put a backup back: stops the portal, and starts it again")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--replace", action="store_true", help="replace all contents that are there")
    command.add_argument("--identity", metavar="KEYFILE", help="private key of age of an encrypted backup")
    command.add_argument("--no-start", action="store_true", help="start nothing afterwards")
    command = add("upgrade", upgrade, "do what is left after a new package: migrations, restart, check")
    command.add_argument("--dry-run", action="store_true", help="only say it; exit code 1 where something is left")
    command = add("manage", manage, "run a management command, for example create_administrator")
    command.add_argument("command", metavar="COMMAND")
    command.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER)
    return parser


def main(arguments: list[str], installation: Installation | None = None) -> int:
    options = parser().parse_args(arguments)
    if getattr(options, "smtp", None) is None and os.environ.get("DOBOSAR_SMTP"):
        options.smtp = os.environ["DOBOSAR_SMTP"]
    # The installation of this machine is root's.
    if installation is None and os.geteuid() != 0:
        print("dobosar: this is for root; put sudo before it.", file=sys.stderr)
        return 1
    try:
        return int(options.run(installation or Installation(), options))
    except UsageError as error:
        print(f"dobosar: {error}", file=sys.stderr)
        return 2
    except LauncherError as error:
        print(f"dobosar: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
