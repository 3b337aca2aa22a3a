"""What a start on existing data says before it begins: what it is going to do, and how long that takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from launcher import durations, embedded
from launcher.durations import Durations

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Durations(migration=2.0, reference=10.0, static=30.0)
BASIS = "2.0 s for a migration, 10.0 s for reference data"


@pytest.mark.parametrize(
    ("migrations", "static", "expected"),
    [
        (3, True, "3 migrations of the tables and the static files. It takes about 50 seconds"),
        (1, False, "1 migration of the tables. It takes about 15 seconds"),
        (46, True, "46 migrations of the tables and the static files. It takes about 3 minutes"),
    ],
)
def test_an_estimate_is_the_sum_of_what_was_measured(migrations, static, expected):
    text = durations.sentence(MEASURED, migrations, tables=True, static=static)
    assert f"This start brings the data up to date: {expected}, by the last time on this machine ({BASIS}" in text
    assert text.endswith("; a migration of a large table takes longer.")


def test_static_files_alone_are_estimated_by_themselves():
    assert durations.sentence(MEASURED, 0, tables=False, static=True) == (
        "This start brings the data up to date: the static files. It takes about 30 seconds, by the last time on this "
        "machine (30.0 s for static files)."
    )


@pytest.mark.parametrize("missing", ["migration", "reference", "static"])
def test_without_a_measurement_there_is_no_estimate(missing):
    known = Durations(**{name: 1.0 for name in ("migration", "reference", "static") if name != missing})
    text = durations.sentence(known, 2, tables=True, static=True)
    assert "How long it takes is unknown, as it was never measured on this machine." in text
    assert "about" not in text


def test_a_damaged_file_counts_as_never_measured(tmp_path):
    (tmp_path / durations.NAME).write_text(json.dumps({"migration": "quick", "static": 3}))
    assert durations.load(tmp_path) == Durations(static=3)


def test_a_measurement_is_per_migration_and_none_without_one(tmp_path):
    with durations.measured(tmp_path, "migration", count=0):
        pass
    assert durations.load(tmp_path) == Durations()
    with durations.measured(tmp_path, "migration", count=1_000_000):
        pass
    assert durations.load(tmp_path).migration == 0.0
    with pytest.raises(ValueError), durations.measured(tmp_path, "reference"):
        raise ValueError
    assert durations.load(tmp_path).reference is None


def prepared(site, urls):
    """What the preparation of a start prints. `site`: the data directory."""
    program = (
        "import os; from pathlib import Path; from launcher import prepare, site as sites\n"
        "site = sites.read()\n"
        "prepare.prepare(site, sites.environment(site, {k: os.environ[k] for k in ('DATABASE_URL', "
        "'DATABASE_OWNER_URL', 'REDIS_URL')}), own_database=True)\n"
    )
    environ = {**os.environ, **urls, "DATA_DIR": str(site), "DEMO": "true", "STATIC_ROOT": str(site / "static")}
    environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_upgrade_is_announced_and_measured_for_the_next_one(open_directory):
    site = open_directory / "site"
    site.mkdir(mode=0o711)
    with embedded.serving(site / "servers", environ={}) as urls:
        first = prepared(site, urls)
        measured = durations.load(site)
        assert "This start brings" not in first
        # An empty database gets its tables without migrations, so those have never been measured.
        assert measured.static
        assert (measured.migration, measured.reference) == (None, None)
        assert prepared(site, urls) == ""
        # As an older version left it: one migration less, other static files.
        connection = psycopg2.connect(urls["DATABASE_OWNER_URL"])
        with connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'links'")
            cursor.execute(
                "SELECT string_agg(format('DROP TABLE %I CASCADE', tablename), ';') FROM pg_tables "
                "WHERE tablename LIKE 'links\\_%%'"
            )
            cursor.execute(cursor.fetchone()[0])
        connection.close()
        stamps = json.loads((site / "stamps.json").read_text())
        (site / "stamps.json").write_text(json.dumps({**stamps, "migrate": "older", "collectstatic": "older"}))
        second = prepared(site, urls)
        since = durations.load(site)
    assert since.migration
    assert since.reference
    expected = durations.sentence(measured, 1, tables=True, static=True)
    assert "never measured" in expected
    assert second.splitlines() == [expected, "Preparing the tables ...", "Gathering the static files ..."]
