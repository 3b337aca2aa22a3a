"""Places for whole installations and their servers."""

import subprocess

import pytest

from launcher import embedded
from tests import places


@pytest.fixture
def open_directory():
    with places.open_directory() as place:
        yield place


@pytest.fixture(scope="session")
def made_servers():
    """The directory of embedded servers that were started once and stopped: making one anew takes seconds."""
    with places.open_directory() as around:
        place = around / "servers"
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
