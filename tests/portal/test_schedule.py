"""The schedule knows tasks by name only, so a name that no worker knows would never be noticed by it."""

from portal.celery import app
from portal.schedule import SCHEDULE


def test_every_scheduled_name_is_a_task_of_the_workers():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_no_tick_is_older_than_its_interval_when_it_runs():
    for name, entry in SCHEDULE.items():
        assert entry.get("options", {}).get("expires", 0) <= max(entry["schedule"], 2), name
