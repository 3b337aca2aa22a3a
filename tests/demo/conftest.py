from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from municipalities.tenancy import everywhere


@pytest.fixture(scope="module")
def filled(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[datetime]:
    """The demo, filled in once for a module and taken back afterwards; when that was."""
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True, MEDIA_ROOT=tmp_path_factory.mktemp("demo")),
        transaction.atomic(),
    ):
        moment = timezone.now()
        call_command("seed_demo", verbosity=0)
        yield moment
        transaction.set_rollback(True)


@pytest.fixture
def demo(filled: datetime, db: None, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with everywhere("a test looks at the whole demo"):
        yield
