"""Directories that PostgreSQL's own user may enter, also when the tests run as root."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from portal.launch import embedded


def _open_directory():
    """Outside pytest's own directories: those are closed again by every run of pytest on this computer."""
    return tempfile.TemporaryDirectory(prefix="dobosar-test-")


@pytest.fixture
def open_directory():
    with _open_directory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="session")
def made_servers():
    """The directory of embedded servers that were started once and stopped: making one anew takes seconds."""
    with _open_directory() as name:
        Path(name).chmod(0o711)
        place = Path(name) / "servers"
        embedded.ensure(place, environ={})
        embedded.stop(place)
        # Two copies that run at the same time must not think the other's port their own.
        (place / "state.json").unlink()
        yield place


@pytest.fixture
def copy_servers(made_servers):
    """`copy_servers(place)`: servers of their own in that directory, as after their first start and end."""

    def copy(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        # `cp` and not shutil: the files belong to the user PostgreSQL runs as.
        subprocess.run(["cp", "-a", str(made_servers), str(place)], check=True)

    return copy
