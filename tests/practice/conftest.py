"""The network in its own process (`network`), one for all modules, and the pages in this one (`site`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django.test import Client

from tests.practice.authority import Authority, issue
from tests.practice.network import serving


@pytest.fixture(scope="session")
def network(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with django_db_blocker.unblock():
        from django.db import connection

        assert connection.settings_dict["NAME"].startswith("test_")
    with serving(tmp_path_factory.mktemp("media")) as address:
        yield address


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return issue(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def secure_network(
    django_db_setup: None, django_db_blocker: Any, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """As `network`, over https, which programs insist on."""
    with django_db_blocker.unblock():
        from django.db import connection

        assert connection.settings_dict["NAME"].startswith("test_")
    with serving(tmp_path_factory.mktemp("media"), authority) as address:
        yield address


@pytest.fixture
def site(settings: Any, media: Path, db: None) -> Client:
    """A browser without scripts at the practice network, which is served inside the test."""
    from portal import practice_settings

    settings.PRACTICE_ENABLED = True
    for name in (
        "ROOT_URLCONF",
        "MIDDLEWARE",
        "TEMPLATES",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "CSRF_FAILURE_VIEW",
    ):
        setattr(settings, name, getattr(practice_settings, name))
    settings.LANGUAGE_CODE = "en"
    return Client(headers={"accept-language": "en"})
