from collections.abc import Iterator

import pytest

from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
