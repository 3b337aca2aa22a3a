from collections.abc import Iterator

import pytest

from django.utils import translation

from municipalities.tenancy import scope
from tests.people import Cast
from tests.posts.desk import Desk, opened


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Two channels of Ćuprija; open its scope to write."""
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
