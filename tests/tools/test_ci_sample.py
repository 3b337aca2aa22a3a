"""The sample of the slow tests is one of tests that exist and are slow."""

from __future__ import annotations

import pytest

from launcher.site import ROOT
from tests.ci_sample import SAMPLE


@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_in_the_sample_is_a_slow_test(name: str) -> None:
    path, _, test = name.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8")
    assert "slow" in source
    assert f"def {test.partition('[')[0]}(" in source if test else source
