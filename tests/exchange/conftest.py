from collections.abc import Iterator

import pytest

from django.utils import translation

from tests.exchange.shared import Gallery, opened_gallery
from tests.people import Cast


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield


@pytest.fixture
def gallery(cast: Cast) -> Gallery:
    return opened_gallery(cast)
