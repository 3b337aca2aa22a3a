"""Backups from a timer: retention, encryption to a public key, and the drill that restores one to see that it works."""

import base64
import json
import os
import random
import shutil
import stat
import subprocess
from datetime import datetime, timedelta

import pytest

from launcher import backup, backup_encryption, restore_drill, scheduled_backup
from launcher.errors import LauncherError
from launcher.scheduled_backup import Retention
from tests.launcher.test_backup import execute, filled, in_site, make_site

__all__ = ["filled", "make_site"]
NIGHT = datetime(2026, 11, 29, 2, 15)


def nights(count):
    return [NIGHT - timedelta(days=number) for number in range(count)]


# ---- retention


def test_a_year_of_nights_leaves_days_weeks_and_months():
    retained = set(nights(400)) - Retention(7, 4, 12).expired(nights(400))
    assert set(nights(7)) <= retained
    assert {(moment.year, moment.month) for moment in retained} == {(2026, n) for n in range(1, 12)} | {(2025, 12)}
    assert len({moment.isocalendar()[:2] for moment in retained if moment > NIGHT - timedelta(days=28)}) >= 4
    assert len(retained) <= 7 + 4 + 12


def test_weeks_in_which_nothing_ran_do_not_count():
    moments = [NIGHT, NIGHT - timedelta(days=300), NIGHT - timedelta(days=600)]
    assert Retention(0, 3, 0).expired(moments) == set()


def test_the_newest_backup_is_never_deleted():
    assert Retention(0, 0, 0).expired(nights(3)) == set(nights(3)[1:])


def test_whatever_the_order_of_the_names_the_same_ones_expire():
    shuffled = random.Random(4711).sample(nights(90), 90)
    assert Retention().expired(shuffled) == Retention().expired(nights(90))


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "٣", "99999"])
def test_a_number_that_is_none_names_the_variable(value):
    with pytest.raises(LauncherError, match=r"BACKUP_WEEKS is .*, but it is a whole number"):
        Retention.read({"BACKUP_WEEKS": value})


# ---- the directory


def test_old_backups_go_and_nothing_else(filled, tmp_path):
    directory = tmp_path / "backups"
    directory.mkdir()
    old = [f"dobosar-2020-01-0{day}-021500.tar.gz" for day in (1, 2)]
    others = ["dobosar-2020-01-01.tar.gz", "notes.txt", "dobosar-2020-01-01-021500.tar.gz.part", "x" + old[0]]
    for name in [*old, *others]:
        (directory / name).touch()
    target = scheduled_backup.run(filled, directory, Retention(1, 0, 0))
    assert sorted(path.name for path in directory.iterdir()) == sorted([target.name, *others])


def test_a_backup_that_fails_deletes_nothing(filled, tmp_path):
    directory = tmp_path / "backups"
    directory.mkdir()
    (directory / "dobosar-2020-01-01-021500.tar.gz").touch()
    with pytest.raises(LauncherError, match="could not be encrypted to 'nobody@nowhere"):
        scheduled_backup.run(filled, directory, Retention(1, 0, 0), "nobody@nowhere.example")
    assert [path.name for path in directory.iterdir()] == ["dobosar-2020-01-01-021500.tar.gz"]


# ---- encryption


@pytest.fixture
def age_key(tmp_path):
    """The file with a private key of age, and its recipient."""
    if shutil.which("age") is None:
        pytest.skip("age is not installed (Debian: age)")
    path = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", str(path)], check=True, capture_output=True)
    done = subprocess.run(["age-keygen", "-y", str(path)], check=True, capture_output=True, text=True)
    return path, done.stdout.strip()


@pytest.fixture
def gpg_key(tmp_path, monkeypatch):
    if shutil.which("gpg") is None:
        pytest.skip("GnuPG is not installed (Debian: gnupg)")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    command = [
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-generate-key",
        "backup@opstina.example",
        "default",
        "default",
    ]
    subprocess.run(command, check=True, capture_output=True)
    yield "backup@opstina.example"
    subprocess.run(["gpgconf", "--kill", "all"], check=False)


def assert_comes_back(archive, site, make_site, identity=None):
    other = make_site()
    backup.restore(other, archive, replace=True, identity=identity)
    rows = [execute(one, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") for one in (site, other)]
    assert rows[0] == rows[1]


def test_only_the_private_key_of_age_reads_a_backup(filled, make_site, tmp_path, age_key):
    identity, recipient = age_key
    archive = scheduled_backup.run(filled, tmp_path / "backups", Retention(), recipient)
    assert archive.name.endswith(".tar.gz.age")
    assert archive.read_bytes().startswith(b"age-encryption.org/v1")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with pytest.raises(LauncherError, match="Name the file with your private key"):
        backup.restore(make_site(), archive, replace=True)
    assert_comes_back(archive, filled, make_site, identity)


def test_only_the_key_of_gnupg_reads_a_backup(filled, make_site, tmp_path, gpg_key, monkeypatch):
    archive = scheduled_backup.run(filled, tmp_path / "backups", Retention(), gpg_key)
    assert archive.name.endswith(".tar.gz.gpg")
    assert_comes_back(archive, filled, make_site)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(elsewhere))
    with pytest.raises(LauncherError, match="could not be decrypted"):
        backup.restore(make_site(), archive, replace=True)


def test_a_recipient_that_looks_like_an_option_is_no_option(tmp_path, gpg_key):
    elsewhere = tmp_path / "elsewhere"
    with (
        pytest.raises(LauncherError, match="could not be encrypted"),
        backup_encryption.encrypted(tmp_path / "out", f"--output={elsewhere}") as out,
    ):
        out.write(b"text")
    assert not elsewhere.exists()


# ---- the drill


@pytest.mark.slow
def test_a_drill_tells_a_good_backup_from_one_without_a_picture_or_with_other_keys(make_site, tmp_path):
    site = make_site()
    in_site(site, "manage.py", "migrate", "--verbosity=0")
    in_site(site, "-m", "tests.launcher.whole_site", "fill")
    good = backup.save(site, tmp_path / "good.tar.gz")
    before = dict(os.environ)
    assert restore_drill.drill(good).problems == {}
    assert dict(os.environ) == before

    picture = next(path for path in (backup.media_root(site, {}) / "pictures").rglob("*") if path.is_file())
    picture.unlink()
    problems = restore_drill.drill(backup.save(site, tmp_path / "without a picture.tar.gz")).problems
    assert problems.keys() == {"check_files"}
    assert picture.name in problems["check_files"]

    keys = json.loads((site.data / "secrets.json").read_text())
    other = f"other:{base64.b64encode(bytes(32)).decode()}"
    (site.data / "secrets.json").write_text(json.dumps({**keys, "TOKEN_KEYS": other}))
    problems = restore_drill.drill(backup.save(site, tmp_path / "other keys.tar.gz")).problems
    assert "secrets could not be read" in problems["rotate_keys"]
