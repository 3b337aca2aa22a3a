"""Keys or media of another installation: every process says so at its start, and does nothing."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from channels.domain import keys
from common import identity, missing_key
from common.models import AuditEvent, Identity
from municipalities.tenancy import scope
from portal import adoption, celery, checks, live
from posts.media.domain import pictures
from tests import patience
from tests.concurrency import at_once
from tests.people import Cast
from tests.posts.desk import picture_bytes

pytestmark = pytest.mark.django_db
OTHER = "tests:" + base64.b64encode(b"other" + 27 * b"x").decode()  # pragma: allowlist secret


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    settings.PUBLIC_BASE_URL, settings.HTTPS, settings.PRIVATE_HOSTS_ALLOWED = "https://dobosar.example", True, []
    settings.SECRET_KEY = "k8Zr2" * 12  # pragma: allowlist secret


@pytest.fixture
def stored(db: None) -> None:
    """The first start has been."""
    checks.require()


def test_the_first_start_stores_an_id_that_the_next_ones_know(stored: None, media: Path) -> None:
    assert len(identity.id_of(media)) == 32
    sealed = Identity.objects.get().sealed
    assert identity.id_of(media) not in sealed
    checks.require()
    assert Identity.objects.get().sealed == sealed


@pytest.mark.parametrize("is_demo", [True, False])
def test_web_and_workers_do_not_start_with_other_keys(stored: None, settings: Any, *, is_demo: bool) -> None:
    settings.TOKEN_KEYS, settings.DEMO = [OTHER], is_demo
    with pytest.raises(SystemExit, match=r"portal\.E014.*belongs to another installation(.|\n)*Set TOKEN_KEYS"):
        checks.require()
    with pytest.raises(SystemExit, match="belongs to another installation"):
        celery.check_settings()


def test_the_process_of_live_updates_ends_with_other_keys(stored: None, settings: Any, transactional_db: None) -> None:
    checks.require()
    settings.TOKEN_KEYS = [OTHER]
    with ThreadPoolExecutor(1) as thread:  # the suite's own has an event loop
        listens = asyncio.wait_for(live.Listener(live.Streams()).run(), patience.SECONDS)
        ended = thread.submit(asyncio.run, listens)
        assert isinstance(ended.exception(), SystemExit)
    assert "belongs to another installation" in str(ended.exception())


def test_a_command_that_uses_accounts_does_nothing_with_other_keys(stored: None, settings: Any) -> None:
    settings.TOKEN_KEYS = [OTHER]
    with pytest.raises(CommandError, match="belongs to another installation"):
        call_command("replace_push_key", skip_checks=False)
    assert not AuditEvent.objects.exists()


def test_an_older_key_beside_a_new_one_is_known(stored: None, settings: Any) -> None:
    settings.TOKEN_KEYS = [OTHER.replace("tests:", "new:"), *settings.TOKEN_KEYS]
    checks.require()


def test_another_media_directory_is_noticed_until_it_is_accepted(stored: None, settings: Any, tmp_path: Path) -> None:
    before, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path / "exchanged"
    with pytest.raises(SystemExit, match=r"portal\.E014.*no readable installation-id(.|\n)*accept_installation"):
        checks.require()
    call_command("accept_installation")
    checks.require()
    assert [event.verb for event in AuditEvent.objects.all()] == ["installation.accept"]
    settings.MEDIA_ROOT = before  # a copy that fell behind
    with pytest.raises(SystemExit, match="is of another installation"):
        checks.require()


def test_a_media_directory_that_cannot_be_written_is_named(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    with pytest.raises(SystemExit, match="MEDIA_ROOT cannot be written"):
        checks.require()


def test_other_keys_are_accepted_by_the_same_command(stored: None, settings: Any) -> None:
    settings.TOKEN_KEYS = [OTHER]
    call_command("accept_installation")
    checks.require()


@pytest.mark.django_db(transaction=True)
def test_of_two_first_starts_at_the_same_moment_one_stores_the_id(media: Path) -> None:
    assert at_once(adoption.check, adoption.check) == [None, None]
    assert Identity.objects.count() == 1
    assert adoption.check() is None


def test_other_keys_do_not_become_those_of_an_older_installation(cast: Cast, settings: Any) -> None:
    keys.enter("facebook", "app", "secret of the application", by=cast.administrator)
    ours, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [OTHER]
    with pytest.raises(SystemExit, match="belongs to another installation"):
        checks.require()
    assert not Identity.objects.exists()
    settings.TOKEN_KEYS = ours
    checks.require()


def test_an_empty_directory_does_not_become_that_of_an_older_installation(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    raw = picture_bytes()
    with scope(cast.cuprija):
        pictures.add(cast.cuprija, io.BytesIO(raw), name="fontana.jpg", size=len(raw), by=cast.officer)
    ours, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path / "elsewhere"
    with pytest.raises(SystemExit, match="none of those that it names is there"):
        checks.require()
    settings.MEDIA_ROOT = ours
    checks.require()


@pytest.mark.django_db(transaction=True)
def test_readyz_says_it_without_a_path(media: Path, settings: Any) -> None:
    checks.require()
    assert Client().get("/readyz").json()["installation"] is True
    ours, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [OTHER]
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["installation"] is False
    assert answer.json()["message"] == identity.PUBLIC_SENTENCE
    settings.TOKEN_KEYS = ours
    (media / identity.FILE).unlink()
    assert Client().get("/readyz").json()["installation"] is False


def test_a_web_process_that_started_without_the_database_shows_no_page(stored: None, settings: Any) -> None:
    ours, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [OTHER]
    missing_key.check_later()
    answer = Client(headers={"Accept-Language": "en"}).get("/accounts/login/")
    assert (answer.status_code, "A key of this installation is missing" in answer.content.decode()) == (503, True)
    assert Client().get("/healthz").status_code == 200
    settings.TOKEN_KEYS = ours
    assert Client().get("/accounts/login/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_the_database_before_it_compares(settings: Any, caplog: Any) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    waits = threading.Thread(target=_await_database, daemon=True)
    try:
        waits.start()
        waits.join(0.3)
        assert waits.is_alive()
    finally:
        connection.settings_dict["PORT"] = port
    waits.join(patience.SECONDS)
    assert not waits.is_alive()


def _await_database() -> None:
    checks.await_database()
    connection.close()
