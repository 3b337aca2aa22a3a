from collections.abc import Iterator

import pytest

from django.utils import translation

from municipalities.tenancy import scope
from tests.people import Cast
from tests.posts.desk import Desk, opened


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    """Inside the scope of Ćuprija."""
    with scope(cast.cuprija):
        yield opened(cast)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
