"""The summary of `make test-real` says of each server whether its tests ran and passed."""

import pytest

from launcher.real import exit_code, verdict


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("", 0, "run, passed"),
        ("", 1, "run, FAILED, see above"),
        ("", 2, "run, FAILED, see above"),
        ("", 5, "run, but no test was selected"),
        ("it needs Node 18", None, "NOT RUN: it needs Node 18"),
    ],
)
def test_each_server_has_a_verdict_of_its_own(reason: str, code: int | None, words: str) -> None:
    assert verdict(reason, code) == words


@pytest.mark.parametrize(
    ("codes", "code"), [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([0, 5], 0), ([5, 5], 1), ([5], 1), ([], 1), ([2, 0], 2)]
)
def test_the_run_fails_where_one_failed_or_nothing_ran(codes: list[int], code: int) -> None:
    assert exit_code(codes) == code
