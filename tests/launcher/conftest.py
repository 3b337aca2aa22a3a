"""Directories that PostgreSQL's own user may enter, also when the tests run as root."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def open_directory():
    """Outside pytest's own directories: those are closed again by every run of pytest on this computer."""
    with tempfile.TemporaryDirectory(prefix="dobosar-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)
