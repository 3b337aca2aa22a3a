"""A backup is only as good as its restore: a real round trip through pg_dump, media and keys."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from launcher import backup, embedded, prepare
from launcher import site as sites
from launcher.errors import LauncherError
from portal import last_backup
from tests.crash.workers import wait_for
from tests.launcher.restored_site import POSTS
from tests.launcher.whole_site import CLIENT_SECRET, FACTOR, TOKEN
from tests.platforms.fakes import running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make_site(open_directory, copy_servers, monkeypatch):
    """Sites of their own servers; the environment of the test run names others, so it is taken out.

    `make_site(new=True)`: one whose servers were never started.
    """
    for name in (
        "DATA_DIR",
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "TOKEN_KEYS",
        "MEDIA_ROOT",
        "PRACTICE_ENABLED",
    ):
        monkeypatch.delenv(name, raising=False)
    made = []

    def make(*, new=False):
        data = open_directory / f"site {len(made)}"
        made.append(data)
        if not new:
            copy_servers(data / "servers")
        return sites.read({"DATA_DIR": str(data), "PORT": "8000"})

    yield make
    for data in made:
        embedded.stop(data / "servers")


def execute(site, statement):
    urls = embedded.ensure(site.servers)
    connection = psycopg2.connect(urls.get("DATABASE_OWNER_URL") or urls["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


@pytest.fixture
def filled(make_site):
    site = make_site()
    execute(site, "CREATE EXTENSION pg_trgm; CREATE TABLE notes (text text); INSERT INTO notes VALUES ('Ћуприја')")
    (site.data / "media" / "слике").mkdir(parents=True)
    (site.data / "media" / "слике" / "грб.png").write_bytes(b"\x89PNG")
    return site


SESSION = "CREATE TABLE django_session (session_key text); INSERT INTO django_session VALUES ('s3cret')"
MARKS = "CREATE TABLE common_restore (made_at timestamptz, restored_at timestamptz)"


def test_what_was_saved_comes_back_in_an_empty_site_without_sessions_and_with_a_mark(
    filled, make_site, tmp_path, capsys
):
    execute(filled, f"{SESSION}; {MARKS}")
    assert last_backup.made_at(filled.data) is None
    before = datetime.now(UTC)
    archive = backup.save(filled, tmp_path / "saved.tar.gz")
    saved = datetime.now(UTC)
    assert before <= last_backup.made_at(filled.data) <= saved
    assert archive.stat().st_mode & 0o077 == 0
    keys = sites.keep_secrets(filled)

    other = make_site()
    backup.restore(other, archive, replace=False)
    assert execute(other, "SELECT text FROM notes") == [("Ћуприја",)]
    assert (other.data / "media" / "слике" / "грб.png").read_bytes() == b"\x89PNG"
    assert sites.keep_secrets(other) == keys
    assert json.loads((other.data / "stamps.json").read_text()).keys() == {"seeded"}
    assert execute(other, "SELECT * FROM django_session") == []

    # The restore leaves a mark and says what comes next.
    ((made_at, restored_at),) = execute(other, "SELECT made_at, restored_at FROM common_restore")
    assert before <= made_at <= saved <= restored_at
    printed = capsys.readouterr().out
    assert "Nothing is published, answered or mailed until an administrator" in printed
    assert f"{other.address}/installation/restore/" in printed

    # Restored once more, from a backup that holds the first mark. The first backup is never overwritten.
    content = archive.read_bytes()
    with pytest.raises(LauncherError, match="exists already"):
        backup.save(other, archive)
    assert archive.read_bytes() == content
    again = backup.save(other, tmp_path / "again.tar.gz")
    backup.restore(other, again, replace=True)
    assert len(execute(other, "SELECT 1 FROM common_restore")) == 2


def test_a_site_with_contents_is_replaced_only_on_request(filled, tmp_path):
    """Its links and media on another disk come back as files, and the stamp of the static files stays."""
    media, elsewhere = filled.data / "media", tmp_path / "another disk"
    os.link(media / "слике" / "грб.png", media / "друга.png")
    (media / "трећа.png").symlink_to(media / "друга.png")
    shutil.move(media, elsewhere)
    media.symlink_to(elsewhere)
    archive = backup.save(filled, tmp_path / "saved.tar.gz")
    execute(filled, "INSERT INTO notes VALUES ('later'); CREATE TABLE also (n int)")
    (media / "later.png").touch()
    with pytest.raises(LauncherError, match="YES=1"):
        backup.restore(filled, archive, replace=False)
    assert len(execute(filled, "SELECT text FROM notes")) == 2

    (filled.data / "stamps.json").write_text('{"collectstatic": "s", "migrate": "m", "seeded": "x"}')
    backup.restore(filled, archive, replace=True)
    assert execute(filled, "SELECT text FROM notes") == [("Ћуприја",)]
    assert execute(filled, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("notes",)]
    assert media.is_symlink()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["друга.png", "слике", "трећа.png"]
    assert {path.read_bytes() for path in elsewhere.rglob("*.png")} == {b"\x89PNG"}
    stamps = json.loads((filled.data / "stamps.json").read_text())
    assert stamps.keys() == {"collectstatic", "seeded"}
    assert stamps["collectstatic"] == "s"


def changed(archive, target, **parts):
    """A copy of an archive with other contents of these parts; None leaves a part out."""
    with tarfile.open(archive) as source, tarfile.open(target, "w:gz") as out:
        for member in source:
            body = source.extractfile(member).read() if member.isfile() else b""
            name = member.name.partition(".")[0]
            if name in parts and parts[name] is None:
                continue
            body = parts.get(name, body)
            member.size = len(body)
            out.addfile(member, io.BytesIO(body))
    return target


@pytest.mark.slow
def test_an_archive_that_is_not_whole_changes_nothing(filled, tmp_path, subtests):
    archive = backup.save(filled, tmp_path / "saved.tar.gz")
    with tarfile.open(archive) as saved:
        dump = saved.extractfile("database.dump").read()
        about = json.load(saved.extractfile("about.json"))
    damaged = {
        "no keys": {"keys": None},
        "keys that are no JSON": {"keys": b"{"},
        "one key": {"keys": b'{"SECRET_KEY": "x"}'},
        "a key more": {"keys": b'{"SECRET_KEY": "x", "TOKEN_KEYS": "y", "DATABASE_URL": "z"}'},
        "half a database": {"database": dump[: len(dump) // 2]},
        "a database of zeros": {"database": bytes(2000)},
        "no database": {"database": None},
        "an about that is no object": {"about": b"[1]"},
        **{
            f"made at {moment}": {"about": json.dumps(about | {"made_at": moment}).encode()}
            for moment in ("yesterday", "2026-11-28T02:15:00", None)
        },
    }
    before = sites.keep_secrets(filled)
    (tmp_path / "cut off.tar.gz").write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(LauncherError, match=r"(?s)not a whole backup.*Nothing was changed"):
        backup.restore(filled, tmp_path / "cut off.tar.gz", replace=True)
    for name, parts in damaged.items():
        with subtests.test(name):
            with pytest.raises(LauncherError, match="Nothing was changed"):
                backup.restore(filled, changed(archive, tmp_path / "damaged.tar.gz", **parts), replace=True)
            assert execute(filled, "SELECT text FROM notes") == [("Ћуприја",)]
            assert (filled.data / "media" / "слике" / "грб.png").read_bytes() == b"\x89PNG"
            assert sites.keep_secrets(filled) == before
    backup.restore(filled, changed(archive, tmp_path / "copied.tar.gz"), replace=True)


def test_a_missing_archive_is_said_plainly_on_the_command_line(make_site, tmp_path):
    environ = {**os.environ, "DATA_DIR": str(make_site(new=True).data)}
    done = subprocess.run(
        [sys.executable, "-m", "launcher.backup", "restore", str(tmp_path / "none.tar.gz")],
        cwd=ROOT, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "There is no backup" in done.stderr
    assert "Traceback" not in done.stderr


def in_site(site, *arguments, **more):
    """Run something of ours in the environment of a site; its output. Raises with what it said."""
    environ = sites.environment(site, embedded.ensure(site.servers))
    environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "false", "DEBUG": "false"} | more
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_whole_installation_comes_back_in_an_empty_place_with_pictures_keys_and_months(make_site, tmp_path):
    site = make_site()
    in_site(site, "manage.py", "migrate", "--verbosity=0")
    in_site(site, "-m", "tests.launcher.whole_site", "fill")
    before = json.loads(in_site(site, "-m", "tests.launcher.whole_site", "tell"))
    archive = backup.save(site, tmp_path / "saved.tar.gz")

    other = make_site(new=True)
    backup.restore(other, archive, replace=False)
    after = json.loads(in_site(other, "-m", "tests.launcher.whole_site", "tell"))

    # What only the keys open: a channel's token, our application's secret at a network, a second factor.
    assert (after["token"], after["client_secret"], after["factor"]) == (TOKEN, CLIENT_SECRET, FACTOR)
    # Pictures with their thumbnails, scans of consents and arms, byte for byte.
    assert after["files"] == before["files"]
    assert {name.partition("/")[0] for name in after["files"]} == {"pictures", "consents", "arms", "installation-id"}
    # Every row of every table, each reading in the month it belongs to, and the months to come; and the restore's mark.
    assert (before["rows"].pop("common_restore"), after["rows"].pop("common_restore")) == (0, 1)
    assert after["rows"] == before["rows"]
    assert after["pulls"] == before["pulls"]
    assert len({table for table, _likes in after["pulls"]}) == 2
    assert after["months"] == before["months"]
    assert after["partitions_are_healthy"]
    # What the database itself holds fast.
    assert after["triggers"] == before["triggers"]
    assert after["audit_is_append_only"]

    # The keys are what makes it whole: with others, nothing of it can be read.
    (other.data / "secrets.json").unlink()
    with pytest.raises(AssertionError, match="belongs to another installation"):
        in_site(other, "-m", "tests.launcher.whole_site", "tell")


def test_what_went_out_while_the_dump_was_written_counts_as_after_the_backup(filled, tmp_path):
    """A table that is locked holds the dump up."""
    urls = embedded.ensure(filled.servers)
    connection = psycopg2.connect(urls.get("DATABASE_OWNER_URL") or urls["DATABASE_URL"])
    waits = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool, closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE held (id int)")
        connection.commit()
        cursor.execute("LOCK TABLE held")
        saving = pool.submit(backup.save, filled, tmp_path / "saved.tar.gz")
        wait_for(lambda: execute(filled, waits))
        moment = datetime.now(UTC)
        connection.rollback()
        with tarfile.open(saving.result()) as saved:
            about = json.load(saved.extractfile("about.json"))
    assert datetime.fromisoformat(about["made_at"]) < moment


def test_an_interrupted_restore_starts_nothing_until_it_is_repeated(filled, tmp_path, monkeypatch):
    archive = backup.save(filled, tmp_path / "saved.tar.gz")
    with monkeypatch.context() as broken:

        def fails(*_):
            raise OSError("the disk is full")

        broken.setattr(backup, "_restore_media", fails)
        with pytest.raises(OSError, match="full"):
            backup.restore(filled, archive, replace=True)
    environ = sites.environment(filled, embedded.ensure(filled.servers))
    with pytest.raises(LauncherError, match=r"(?s)interrupted.*make restore FROM=.*saved\.tar\.gz YES=1"):
        prepare.prepare(filled, environ, own_database=True)
    backup.restore(filled, archive, replace=True)
    assert not (filled.data / prepare.RESTORING).exists()


@pytest.mark.slow
def test_after_a_restore_nothing_is_public_twice_and_nothing_leaves_before_the_administrator(make_site, tmp_path):
    site = make_site()
    with running() as network:
        network.options(software="pleroma", idempotency="ignored")
        accounts = [{**network.account(name, "opstina"), "platform": name} for name in ("mastodon", "bluesky")]
        more = {"PRIVATE_HOSTS_ALLOWED": ",".join(network.allow), "FAKE_ACCOUNTS": json.dumps(accounts)}
        more["MAIL_TRANSPORT"] = "common.mail.DemoTransport"
        more["CLOCK_TOLERANCE_SECONDS"] = "0"  # time passes by moving the clock of the test alone
        in_site(site, "manage.py", "migrate", "--verbosity=0")
        in_site(site, "-m", "tests.launcher.restored_site", "fill", **more)
        archive = backup.save(site, tmp_path / "saved.tar.gz")
        in_site(site, "-m", "tests.launcher.restored_site", "publish", **more)
        assert len(network.public("opstina")) == 2 * POSTS

        backup.restore(site, archive, replace=True)
        result = json.loads(in_site(site, "-m", "tests.launcher.restored_site", "check", **more))
        assert result["before"] == {"published": 2 * POSTS, "unconfirmed": 2}
        assert result["hours"] > 0
        assert result["report"] == {"public": 2 * POSTS, "absent": 2, "unknown": 0, "checking": 0}
        assert result["after"] == result["before"]
        assert result["mails"] == ["dropped"]
        assert sorted(post["text"] for post in network.public("opstina")) == sorted(
            f"Објава {number}" for number in range(POSTS) for _ in accounts
        )


PASSWORD = "lozinka %@/:' sa razmakom"


@pytest.fixture
def with_password(filled, monkeypatch):
    """The same database as somebody names it who has a server of their own: an address with a password in it."""
    with embedded.serving(filled.servers) as urls:
        own = urls["DATABASE_OWNER_URL"]
        with psycopg2.connect(own) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE ROLE keeper SUPERUSER LOGIN PASSWORD %s", [PASSWORD])
        parts = parse_dsn(own)
        host = quote(parts["host"], safe="")
        address = f"postgresql://keeper:{quote(PASSWORD, safe='')}@{host}:{parts['port']}/{parts['dbname']}"
        monkeypatch.setenv("DATABASE_URL", address)
        yield filled
        monkeypatch.delenv("DATABASE_URL")


def watched(act):
    """Do it; returns the arguments of each client program of PostgreSQL that ran meanwhile, as other users see them."""
    seen, over = {}, threading.Event()

    def look():
        while not over.is_set():
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    arguments = process.cmdline()
                    if arguments and Path(arguments[0]).name in ("pg_dump", "pg_restore"):
                        seen[Path(arguments[0]).name] = arguments

    thread = threading.Thread(target=look)
    thread.start()
    try:
        act()
    finally:
        over.set()
        thread.join()
    return seen


@pytest.mark.slow
def test_no_other_user_of_the_machine_sees_the_password_of_the_database(with_password, tmp_path):
    # Enough rows that the programs run for a moment.
    execute(with_password, "INSERT INTO notes SELECT repeat(md5(n::text), 20) FROM generate_series(1, 100000) n")
    archive = tmp_path / "saved.tar.gz"
    seen = watched(lambda: backup.save(with_password, archive))
    seen |= watched(lambda: backup.restore(with_password, archive, replace=True))
    assert set(seen) == {"pg_dump", "pg_restore"}
    for arguments in seen.values():
        assert "user=keeper" in " ".join(arguments)
        for secret in (PASSWORD, quote(PASSWORD, safe=""), "lozinka"):
            assert secret not in " ".join(arguments)


def test_the_password_is_taken_out_of_every_form_of_an_address():
    for url in (
        "postgresql://keeper:geheim@db:5433/portal?sslmode=require",
        "postgresql://keeper@db:5433/portal?sslmode=require&password=geheim",
        "host=db port=5433 user=keeper password=geheim dbname=portal sslmode=require",
    ):
        address, password = backup._apart(url)
        assert password == "geheim"
        assert "geheim" not in address
        assert parse_dsn(address) == {
            "host": "db", "port": "5433", "user": "keeper", "dbname": "portal", "sslmode": "require",
        }  # fmt: skip
    assert backup._apart("postgresql://portal@127.0.0.1:5432/portal")[1] == ""
