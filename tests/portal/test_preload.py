"""What `make run` imports before it forks its programs: nothing that a program must not share, nothing left out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import gc, json, sys, threading
import portal.preload
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connections
from django.utils.functional import empty
print(json.dumps({
    "modules": sorted(sys.modules),
    "threads": len(threading.enumerate()),
    "connections": len([one for one in connections.all(initialized_only=True) if one.connection]),
    "knows_static_files": staticfiles_storage._wrapped is not empty,
    "frozen": gc.get_freeze_count(),
}))
"""


def python(program, **variables):
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", **variables}
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True)


@pytest.fixture(scope="module")
def outcome():
    done = python(PROGRAM)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_code_of_every_program_is_there(outcome):
    wanted = {"portal.urls", "portal.celery", "portal.scheduler", "posts.tasks", "delivery.dispatch"}
    assert {*wanted, "gunicorn.workers.gthread"} <= set(outcome["modules"])
    assert outcome["frozen"] > 100_000


@pytest.mark.parametrize("name", ["numpy", "openpyxl", "xlsxwriter", "icalendar", "typst", "av", "pypdfium2", "pytest"])
def test_what_only_few_requests_need_is_not_there(outcome, name):
    """Each takes a tenth of a second of every start, or tens of megabytes of every process."""
    assert name not in outcome["modules"]


def test_there_is_no_thread_and_no_connection_that_a_fork_would_share(outcome):
    assert outcome["threads"] == 1
    assert outcome["connections"] == 0


def test_static_files_may_be_gathered_meanwhile(outcome):
    """Whoever has read their names before has the names of the files before."""
    assert outcome["knows_static_files"] is False


def test_with_a_wrong_setting_each_program_is_left_to_say_so():
    assert python("import portal.settings", TRUSTED_PROXY_COUNT="abc").returncode == 1
    assert python("import portal.preload", TRUSTED_PROXY_COUNT="abc").returncode == 0
