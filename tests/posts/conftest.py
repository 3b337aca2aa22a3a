from collections.abc import Iterator

import pytest

from municipalities.tenancy import scope
from tests.people import Cast
from tests.posts.desk import Desk, opened


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    """Inside the scope of Ćuprija."""
    with scope(cast.cuprija):
        yield opened(cast)
