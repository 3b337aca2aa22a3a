"""Fixtures for house rules and rights: texts in English, and a second approver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django.utils import translation

from accounts.models import User
from municipalities.enums import Role
from municipalities.models import Membership
from tests.people import Cast, person


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def second(cast: Cast) -> User:
    """Another approver of Ćuprija."""
    user = person("second")
    Membership.objects.create(user=user, municipality=cast.cuprija, role=Role.APPROVER)
    return user
