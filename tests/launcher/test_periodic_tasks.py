"""Two beats, or a message that comes often, do no harm: every periodic task may run many times at once."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg2
import pytest

from launcher import embedded
from tests.launcher.test_backup import in_site, make_site

__all__ = ["make_site"]


def copy_database(site, name):
    """A copy of the site's database on the same server; the URLs that lead to it."""
    urls = embedded.ensure(site.servers)
    with closing(psycopg2.connect(urls["DATABASE_OWNER_URL"], dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {urlsplit(urls['DATABASE_URL']).path[1:]}")
    return {
        key: urlsplit(urls[key])._replace(path=f"/{name}").geturl() for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }


@pytest.mark.long
def test_every_periodic_task_started_twelve_times_at_once_raises_nothing_and_does_nothing_twice(make_site):
    site = make_site()
    in_site(site, "manage.py", "migrate", "--verbosity=0")
    in_site(site, "manage.py", "load_reference")
    in_site(site, "manage.py", "seed_demo", DEMO="true")
    # A day later much is due. The clock of the database does not move.
    more = {"DEMO": "true", "CLOCK_TOLERANCE_SECONDS": "0"}
    now = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    results = {
        how: json.loads(
            in_site(site, "-m", "tests.launcher.periodic_tasks", how, now, **more, **copy_database(site, how))
        )
        for how in ("in_turn", "at_once")
    }
    assert results["in_turn"]["errors"] == {}
    assert results["at_once"]["errors"] == {}
    assert results["at_once"]["tasks"] > 40
    in_turn, at_once = results["in_turn"]["rows"], results["at_once"]["rows"]
    assert {table: (in_turn[table], rows) for table, rows in at_once.items() if rows > in_turn[table]} == {}
    fewer = {table for table, rows in at_once.items() if rows < in_turn[table]}
    # Each run takes a batch of what is due and skips what another one holds; the rest is fetched next time.
    assert fewer <= {"analytics_metricsnapshot", "analytics_channelday"}
