"""How far a long job is, as the page that waits for it reads it."""

from __future__ import annotations

from typing import Any

from common import job_progress


def test_the_last_number_of_a_job_is_read_and_none_of_another() -> None:
    job_progress.record("export:1", 3, 10)
    job_progress.record("export:1", 4, 10)
    assert job_progress.read("export:1") == (4, 10)
    assert job_progress.read("export:11") is None


def test_more_than_everything_is_not_shown() -> None:
    """Rows that come while the job runs were not counted before it."""
    job_progress.record("export:2", 12, 10)
    assert job_progress.read("export:2") == (10, 10)


def test_without_valkey_the_job_goes_on_and_the_page_shows_no_number(settings: Any) -> None:
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    settings.CACHES = nowhere
    job_progress.record("export:3", 1, 2)
    assert job_progress.read("export:3") is None
