"""The start of a web process, before its first request."""

import os
import subprocess
import sys

COUNT = "import portal.wsgi, gc; print(gc.get_freeze_count(), len(gc.get_objects()))"


def test_what_is_loaded_at_the_start_is_never_searched_for_waste_again() -> None:
    """Once in a few dozen requests that search would take longer than the page."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "k" * 10, "DEMO": "true"}
    process = subprocess.run([sys.executable, "-c", COUNT], env=environ, capture_output=True, text=True, check=True)
    frozen, searched = (int(word) for word in process.stdout.split())
    assert frozen > 100_000
    assert searched < frozen / 20
