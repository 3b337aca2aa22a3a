from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from municipalities.tenancy import everywhere


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo, filled in once for a module and taken back afterwards."""
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True, MEDIA_ROOT=tmp_path_factory.mktemp("demo")),
        transaction.atomic(),
    ):
        call_command("seed_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(filled: None, db: None, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with everywhere("a test looks at the whole demo"):
        yield
