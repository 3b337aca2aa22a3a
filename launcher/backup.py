"""Backup and restore of a site: database, media and the keys that decrypt its stored tokens.

    python -m launcher.backup save [FILE]       also while the site runs
    python -m launcher.backup restore FILE      only while it does not; YES=1 replaces what is there

The archive holds the keys, so it is as secret as the site itself. It is written with mode 0600.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg2
import redis
from psycopg2.extensions import make_dsn, parse_dsn

from launcher import backup_encryption, binaries, embedded, files, prepare, roles
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import Site
from portal import last_backup, migration_history

FORMAT = 1
KEYS = ("SECRET_KEY", "TOKEN_KEYS")
PARTS = ("about.json", "keys.json", "database.dump")
MEDIA = "media"
MARKS = "common_restore"
# The key of a session is a credential. People sign in again after a restore.
SESSION_TABLES = ("django_session", "usersessions_usersession")


def save(site: Site, target: Path, *, recipient: str = "") -> Path:
    """Write the archive and return its path. An existing file is never overwritten.

    `recipient`: the public key it is encrypted to (`launcher.backup_encryption`).
    """
    if target.exists():
        raise LauncherError(
            f"{target} exists already, and a backup overwrites nothing. Choose another name: "
            + sites.command("make backup TO=...", "dobosar backup --to ...")
        )
    if not site.data.exists():
        raise LauncherError(
            f"There is nothing to back up: {site.data} does not exist. DATA_DIR names the site's directory."
        )
    with embedded.serving(site.servers) as urls, tempfile.TemporaryDirectory(dir=site.data) as name:
        url, own = _owner(urls), not os.environ.get("DATABASE_URL")
        migrations = prepare.require_own_tables(site, url, own_database=own)
        work, environ = Path(name), sites.environment(site, urls)
        # Before the dump: what goes out while it is written is not in it.
        began = datetime.now(UTC)
        print("Saving the database ...", flush=True)
        # A custom-format dump is one consistent moment, also while people work.
        left_out = [f"--exclude-table-data={table}" for table in SESSION_TABLES]
        dump = f"--file={work / 'database.dump'}"
        _client("pg_dump", url, "--format=custom", "--no-owner", *left_out, dump)
        files.save(work / "keys.json", {key: environ[key] for key in KEYS})
        about = {"format": FORMAT, "made_at": began.isoformat(), "address": site.address, "migrations": migrations}
        (work / "about.json").write_text(json.dumps(about))
        print("Saving the media ...", flush=True)
        _pack(work, media_root(site, environ), target, recipient)
    if not last_backup.record(site.data, began):
        print(f"Its time could not be written to {site.data}: /metrics will name an older backup.", file=sys.stderr)
    print(f"Saved {target} ({target.stat().st_size / 1e6:.1f} MB). It holds the site's keys: keep it safe.")
    return target


def _owner(urls: Mapping[str, str]) -> str:
    """The role that owns the tables: row-level security would hide rows from any other."""
    return urls.get("DATABASE_OWNER_URL") or urls["DATABASE_URL"]


def _pack(work: Path, media: Path, target: Path, recipient: str) -> None:
    unfinished = target.with_name(target.name + ".part")
    try:
        with (
            _writing(unfinished, recipient) as out,
            gzip.GzipFile(fileobj=out, mode="wb", compresslevel=3) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            for name in PARTS:
                archive.add(work / name, arcname=name)
            if media.is_dir():
                # Contents instead of links: a restore takes no links.
                archive.dereference = True
                archive.add(media, arcname=MEDIA)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(path: Path, recipient: str) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    if recipient:
        with backup_encryption.encrypted(path, recipient) as out:
            yield out
        return
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as out:
        yield out


def restore(site: Site, source: Path, *, replace: bool, identity: Path | None = None, announce: bool = True) -> None:
    """Put an archive back. Refuses a site that runs, and one that has contents unless `replace`.

    `identity`: the private key of an archive that was encrypted with age. `announce`: print what comes next.
    """
    if not source.is_file():
        example = sites.command("make restore FROM=dobosar-backup.tar.gz", "dobosar restore dobosar-backup.tar.gz")
        raise LauncherError(f"There is no backup {source}. Name one: {example}")
    with sites.hold(site, ports=False), embedded.serving(site.servers) as urls:
        environ = {**os.environ, **urls}
        media = media_root(site, environ)
        if not replace and has_contents(_owner(urls), media):
            raise LauncherError(
                f"The site in {site.data} has contents, and restoring would replace all of them. "
                f"If that is what you want: {prepare.restore_command(source)}"
            )
        with tempfile.TemporaryDirectory(dir=site.data) as name:
            with backup_encryption.readable(source, Path(name), identity) as archive:
                about = _unpack(archive, Path(name))
            _require_readable_dump(source, Path(name) / "database.dump")
            _require_own_migrations(source, about)
            print(f"Restoring the site as it was on {about['made_at'][:16]} UTC ...", flush=True)
            stamps = files.load(site.data / "stamps.json")
            # Until the mark below is written, nothing may start on what is restored by then.
            files.save(site.data / prepare.RESTORING, {"source": str(source)})
            _restore_database(_owner(urls), Path(name) / "database.dump")
            marked = _mark(_owner(urls), datetime.fromisoformat(about["made_at"]))
            _restore_media(Path(name) / MEDIA, media)
            _restore_keys(site, files.load(Path(name) / "keys.json"))
        with redis.Redis.from_url(urls["REDIS_URL"]) as valkey:
            valkey.flushdb()  # what it remembers belongs to the contents that are gone
        # The next start checks the tables again, and never seeds over restored contents. Static files are not in a
        # backup: those that are there belong to this version.
        kept = {task: stamp for task, stamp in stamps.items() if task == "collectstatic"}
        files.save(site.data / "stamps.json", {**kept, "seeded": urls["DATABASE_URL"]})
        (site.data / prepare.RESTORING).unlink()
    if announce:
        print(_what_comes_next(site) if marked else "Restored.")


def _mark(url: str, made_at: datetime) -> bool:
    """Begin the pause of the restore (`common.models.Restore`). Whether the database has a place for it."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [f"public.{MARKS}"])
            if cursor.fetchone() == (None,):
                return False
            # A backup from another machine may carry a time that has not come here.
            cursor.execute(
                f"INSERT INTO {MARKS} (made_at, restored_at) VALUES (least(%s, now()), now())",
                [made_at],
            )
            return True
    finally:
        connection.close()


def _what_comes_next(site: Site) -> str:
    address = os.environ.get("PUBLIC_BASE_URL") or site.address
    return f"""Restored. Nothing is published, answered or mailed until an administrator has checked what went out since
the backup was made. Next:
  1. {sites.command("make run", "systemctl start dobosar.target, unless this command does it")}
  2. Sign in as an administrator.
  3. Open {address}/installation/restore/, which lists what is public already, and end the pause there."""


def _require_own_migrations(source: Path, about: Mapping[str, Any]) -> None:
    migrations = about.get("migrations")
    if migrations is None or not migration_history.is_current(migrations):
        way_out = "Restore it with the version that made it."
        raise LauncherError(migration_history.refusal(f"The data in {source} were", way_out))


def _unpack(source: Path, work: Path) -> dict[str, Any]:
    """Unpack the archive and check what is in it, except the dump."""
    try:
        with tarfile.open(source) as archive:
            _require_plain(archive, shutil.disk_usage(work).free)
            # Debian 12's Python 3.11.2 knows no filters yet; there the check above has to do.
            safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(work, **safely)  # type: ignore[arg-type]
    except LauncherError:
        raise
    except Exception as error:  # the decompressors raise errors of their own
        raise LauncherError(f"{source} is not a whole backup ({error}). Nothing was changed.") from error
    about = files.load(work / "about.json")
    if about.get("format") != FORMAT or not _is_complete(about, work):
        raise LauncherError(f"{source} is not a backup this version can read. Nothing was changed.")
    return about


def _require_readable_dump(source: Path, dump: Path) -> None:
    """Read the dump to its end, because the tables are dropped before it is restored."""
    try:
        _run_client("pg_restore", f"--file={os.devnull}", str(dump))
    except LauncherError as error:
        raise LauncherError(f"The database in {source} cannot be read. Nothing was changed.\n{error}") from error


def _require_plain(archive: tarfile.TarFile, free: int) -> None:
    """Only what `_pack` writes, once each, and no more than the disk takes."""
    names = set()
    for member in archive:
        path = PurePosixPath(member.name)
        # Without these two, `./media` and `media` would be two names of one.
        is_plain = str(path) == member.name and ".." not in path.parts
        is_file = member.isreg() and not member.issparse()
        belongs = member.name in PARTS if is_file and len(path.parts) == 1 else path.parts[:1] == (MEDIA,)
        if not (is_plain and belongs and (is_file or member.isdir())) or member.name in names:
            raise tarfile.TarError(f"{member.name!r} does not belong there")
        names.add(member.name)
        free -= member.size
        if free < 0:
            raise LauncherError("The disk has not enough free space for what is in the backup. Nothing was changed.")


def _is_complete(about: Mapping[str, Any], work: Path) -> bool:
    keys = files.load(work / "keys.json")
    has_keys = keys.keys() == set(KEYS) and all(isinstance(key, str) and key for key in keys.values())
    made_at = about.get("made_at")
    return has_keys and _is_moment(made_at) and (work / "database.dump").is_file()


def _is_moment(text: Any) -> bool:
    """Whether it is the time of a backup, as `save` writes it: with its zone."""
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _restore_database(url: str, dump: Path) -> None:
    roles.ensure_groups(url)  # policies and grants name them
    _execute(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    _client("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(dump))


def _restore_media(restored: Path, media: Path) -> None:
    # The directory itself stays: it may be a link to another disk, or the place where one is mounted.
    media.mkdir(parents=True, exist_ok=True)
    for entry in media.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if restored.is_dir():
        for entry in restored.iterdir():
            shutil.move(entry, media / entry.name)


def _restore_keys(site: Site, keys: dict[str, str]) -> None:
    files.update(site.data / "secrets.json", **keys)
    differs = [key for key in KEYS if os.environ.get(key) not in (None, "", keys[key])]
    if differs:
        print(f"Careful: your environment sets {' and '.join(differs)} to other keys than the backup's, and it wins.")
        print(f"The backup's are in {site.data / 'secrets.json'}.")


def media_root(site: Site, environ: Mapping[str, str]) -> Path:
    return Path(environ.get("MEDIA_ROOT") or site.data / "media")


def has_contents(url: str, media: Path) -> bool:
    """Whether a restore would replace anything."""
    return _has_tables(url) or _has_files(media)


def _has_tables(url: str) -> bool:
    return bool(_execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))


def _has_files(media: Path) -> bool:
    return media.is_dir() and any(media.iterdir())


def _execute(url: str, statement: str) -> int:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return int(row[0]) if row else 0
    finally:
        connection.close()


def _client(program: str, url: str, *arguments: str) -> None:
    """Run a client program on the database of `url`, whose password no other user of this machine sees."""
    address, password = _apart(url)
    # Arguments are in everybody's `ps`. The environment of a process is readable for its own user and root alone, and
    # unlike a password file it leaves nothing behind when the process is killed.
    _run_client(program, *arguments, f"--dbname={address}", environ={"PGPASSWORD": password} if password else {})


def _run_client(program: str, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
    try:
        path = str(binaries.postgres_bin() / program)
    except LauncherError:  # a server of one's own, without our wheels
        path = shutil.which(program) or ""
    if not path:
        raise LauncherError(
            f"{program} was not found. Install PostgreSQL's client programs (Debian: postgresql-client)."
        )
    done = subprocess.run(
        [path, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **(environ or {})}
    )
    if done.returncode:
        raise LauncherError(f"{program} failed, and says:\n{done.stderr.strip()}")


def _apart(url: str) -> tuple[str, str]:
    """The connection without its password, in libpq's key=value form, and the password ("" without one)."""
    parts = parse_dsn(url)
    password = parts.pop("password", "")
    return make_dsn(**parts), password


def main(arguments: list[str]) -> int:
    site = sites.read()
    match arguments:
        case ["save", *rest]:
            now = datetime.now(UTC)
            recipient = os.environ.get("BACKUP_RECIPIENT", "")
            name = f"dobosar-{now:%Y-%m-%d-%H%M}.tar.gz{backup_encryption.suffix(recipient)}"
            save(site, Path(rest[0] if rest else name).expanduser().resolve(), recipient=recipient)
        case ["restore", source]:
            identity = os.environ.get("IDENTITY")
            path = Path(source).expanduser().resolve()
            key = Path(identity).expanduser() if identity else None
            restore(site, path, replace=os.environ.get("YES") == "1", identity=key)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LauncherError as error:
        sys.exit(f"\n{error}")
