"""Two versions compared: processor time is that of one process, and only what changes with each request is left out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from django.conf import settings
from django.core.management import CommandError, call_command

from benchmarks import report, versions
from benchmarks.versions import Comparison, Throughput, Usage

BUSY = """
import time
end = time.process_time() + 0.3
while time.process_time() < end:
    pass
print("done", flush=True)
input()
"""


def test_processor_time_is_that_of_the_process_and_not_the_clocks() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        after_work = versions.processor_milliseconds(process.pid)
        time.sleep(0.3)
        at_rest = versions.processor_milliseconds(process.pid) - after_work
        process.communicate(b"\n")
    assert after_work >= 300
    assert at_rest < 100


def test_tokens_are_no_difference_and_words_are() -> None:
    page = b'<script nonce="%s"></script><input name="csrfmiddlewaretoken" value="%s"><b data-htmx="%s">%s</b>'
    one, other = page % (b"a", b"b", b"c", b"Posts"), page % (b"d", b"e", b"f", b"Posts")
    assert versions.without_tokens(one) == versions.without_tokens(other)
    assert versions.without_tokens(one) != versions.without_tokens(other.replace(b"<b", b"<i"))


def test_the_ratio_is_of_both_processes_together() -> None:
    comparison = Comparison("Posts", Usage(60, 40, 30_000), Usage(30, 20, 29_000), is_same=True)
    assert comparison.ratio == 0.5
    throughput = Throughput([10, 11, 9], [20, 22, 18])
    assert throughput.ratio == 2
    table = report.render_versions([comparison], throughput)
    assert "| Posts | 60.0 | 40.0 | 30.0 | 20.0 | 0.50 | 30.0 | 29.0 |" in table
    assert "10, 11, 9 before, 20, 22, 18 now; 2.00 times as many" in table


def test_the_indexes_of_a_working_tree_are_read_from_it() -> None:
    """Of this one they are those of the models."""
    assert versions.indexes_of(Path(settings.BASE_DIR)) == versions.own_indexes() != set()


def test_the_other_version_has_to_be_named() -> None:
    with pytest.raises(CommandError, match="--against"):
        call_command("bench", "versions")
