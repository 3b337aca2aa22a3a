"""The embedded servers, really started."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from launcher import binaries, embedded, files
from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parents[2]
NONE_GIVEN: dict[str, str] = {}
LAUNCHER = """
import sys, time
from pathlib import Path
from launcher import embedded
with embedded.serving(Path(sys.argv[1]), environ={}):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def empty(open_directory):
    """A path with a space, Cyrillic and a dollar sign in it: people have such directories."""
    place = open_directory / "Моји подаци $1"
    yield place
    embedded.stop(place)


@pytest.fixture
def base(empty, copy_servers):
    """The same with servers that were started before."""
    copy_servers(empty)
    return empty


def one(url, query):
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_both_servers_start_and_answer_and_their_secrets_are_for_the_owner_only(empty):
    with embedded.serving(empty, environ=NONE_GIVEN) as urls:
        url = urls["DATABASE_URL"]
        assert one(url, "SELECT lower('ЂОРЂЕ ČŽŠĐĆ')") == "ђорђе čžšđć"
        assert one(url, "SELECT 'ЋУПРИЈА' ILIKE 'ћуприја'") is True
        one(urls["DATABASE_OWNER_URL"], "CREATE EXTENSION pg_trgm")
        assert one(url, "SELECT cardinality(show_trgm('Ђорђе'))") == 6
        with redis.Redis.from_url(urls["REDIS_URL"]) as valkey:
            assert valkey.ping()
    assert embedded.stop(empty) == {"valkey": False, "postgres": False}
    with pytest.raises(psycopg2.OperationalError):
        one(url, "SELECT 1")
    # Their passwords are for the owner only.
    for name in ("secrets.json", "valkey/valkey.conf"):
        assert (empty / name).stat().st_mode & 0o077 == 0
    assert set(files.load(empty / "secrets.json")) == {"pg", "pg_app", "valkey"}


def test_servers_come_back_at_their_addresses_with_their_data_however_they_ended(base):
    lock = base / "pg" / "postmaster.pid"
    first = embedded.ensure(base, environ=NONE_GIVEN)
    one(first["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 7 AS n")
    with redis.Redis.from_url(first["REDIS_URL"]) as valkey:
        valkey.rpush("queue", "work")

    def have_come_back():
        assert embedded.ensure(base, environ=NONE_GIVEN) == first
        return one(first["DATABASE_OWNER_URL"], "SELECT n FROM kept") == 7

    lines = lock.read_text().splitlines()
    embedded.stop(base)
    lock.write_text("\n".join([str(os.getppid()), *lines[1:]]))  # the process of a stranger
    assert have_come_back()
    with redis.Redis.from_url(first["REDIS_URL"]) as valkey:
        assert valkey.lrange("queue", 0, -1) == [b"work"]
    os.kill(int(lock.read_text().splitlines()[0]), signal.SIGKILL)
    assert have_come_back()
    embedded.stop(base)
    assert have_come_back()


def test_servers_of_a_killed_launcher_are_adopted(base):
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(base)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout.readline() == "up\n"
    pid = (base / "pg" / "postmaster.pid").read_text().splitlines()[0]
    launcher.kill()
    launcher.communicate()
    with embedded.serving(base, environ=NONE_GIVEN) as urls:
        assert (base / "pg" / "postmaster.pid").read_text().splitlines()[0] == pid
        assert one(urls["DATABASE_URL"], "SELECT 1") == 1


def test_the_last_user_stops_the_servers(base):
    with embedded.serving(base, environ=NONE_GIVEN) as outer:
        with embedded.serving(base, environ=NONE_GIVEN) as inner:
            assert inner == outer
        assert one(outer["DATABASE_URL"], "SELECT 1") == 1
    assert embedded.stop(base) == {"valkey": False, "postgres": False}


def test_a_named_server_is_left_alone(empty):
    named = {"DATABASE_URL": "postgresql://elsewhere/portal", "REDIS_URL": "redis://elsewhere/0"}
    assert embedded.ensure(empty, environ=named) == named
    assert not (empty / "pg").exists()


def test_a_server_comes_back_at_its_address_or_says_who_is_there(base):
    urls = embedded.ensure(base, environ=NONE_GIVEN)
    servers = {server.name: server for server in embedded.servers(base, environ=NONE_GIVEN)}
    assert all(server.is_running() for server in servers.values())
    embedded.stop(base)
    for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")):
        server, port = servers[name], urlsplit(urls[variable]).port
        assert not server.is_running()
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stranger.bind(("127.0.0.1", port))
            stranger.listen()
            with pytest.raises(LauncherError, match=f"Another program uses its port {port}"):
                server.start()
        server.start()
        assert server.is_running()
    assert embedded.ensure(base, environ=NONE_GIVEN) == urls


def test_servers_that_are_named_are_not_watched(base):
    assert embedded.servers(base, environ={"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}) == []


def test_a_server_waits_for_processes_that_the_killed_one_left(base):
    """A connection at work outlives the main process for a moment; two servers on the same files would ruin them."""
    first = embedded.ensure(base, environ=NONE_GIVEN)
    busy = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(1)"], cwd=binaries.home(base.resolve()) / "pg"
    )
    os.kill(int((base / "pg" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    second = embedded.ensure(base, environ=NONE_GIVEN)
    assert busy.poll() is not None
    assert second == first


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change their user")
def test_roots_server_starts_again_after_a_package_has_made_another_user_for_it(base, monkeypatch):
    monkeypatch.setenv("EMBEDDED_PG_USER", "nobody")
    first = embedded.ensure(base, environ=NONE_GIVEN)
    one(first["DATABASE_OWNER_URL"], "CREATE TABLE notes (text text)")
    assert (base / "pg").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    embedded.stop(base)
    monkeypatch.setenv("EMBEDDED_PG_USER", "daemon")
    second = embedded.ensure(base, environ=NONE_GIVEN)
    assert one(second["DATABASE_OWNER_URL"], "SELECT count(*) FROM notes") == 0
    assert (base / "pg" / "PG_VERSION").stat().st_uid == pwd.getpwnam("daemon").pw_uid
