"""The reset of the demo in a whole site, by processes of their own: one is killed, the next one finishes."""

import json

import pytest

from tests.launcher.test_backup import in_site, make_site

__all__ = ["make_site"]


@pytest.mark.long
def test_a_demo_is_as_at_its_beginning_although_the_first_process_was_killed(make_site):
    site = make_site()
    in_site(site, "manage.py", "migrate", "--verbosity=0")
    demo = {"DEMO": "true", "DEMO_YEAR": "false"}
    in_site(site, "manage.py", "seed_demo", **demo)
    seen = json.loads(in_site(site, "-m", "tests.launcher.demo_reset", **demo))
    assert seen.pop("seconds") > 0
    assert seen == {
        "asked": 1, "kept": True, "after_kill": ["running", None], "state": "done", "attempts": 2, "left": 0,
        "changed": {}, "rule": "one",
    }  # fmt: skip
