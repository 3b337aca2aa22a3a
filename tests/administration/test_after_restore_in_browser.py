"""After a restore, in a real browser: an administrator reads what the networks say and ends the pause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from channels.connector_factory import open_channel
from common.models import Restore
from delivery.domain import restored
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.types import Published
from tests.browsing import enter, is_sound
from tests.delivery.conftest import allowed, connected, network, outgoing_of
from tests.delivery.test_restored import due, work
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk

__all__ = ["allowed", "network"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PUBLIC = "Радови на водоводној мрежи у Карађорђевој почињу у понедељак у 7 часова."
MISSED = "Пријаве за сајам домаћих производа примају се до петка."


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Desk]:
    network.options(software="pleroma", idempotency="ignored")
    with scope(cast.cuprija):
        opened = Desk(cast, connected(cast, network, software="pleroma"), connected(cast, network, "bluesky"))
        opened.house_rule(approval=Approval.NONE)
        yield opened


@pytest.mark.slow
def test_an_administrator_reads_the_page_and_ends_the_pause(page: Any, live_server: Any, desk: Desk) -> None:
    due(PUBLIC, desk.mastodon, desk)
    due(MISSED, desk.bluesky, desk)
    # It went out after the backup, which does not know it.
    assert isinstance(open_channel(desk.mastodon).publish(outgoing_of(PUBLIC), lambda ref: b""), Published)
    Restore.objects.create(made_at=timezone.now() - timedelta(hours=8), restored_at=timezone.now())
    enter(page, live_server, desk.cast.administrator)
    page.goto(f"{live_server.url}/installation/operations/")
    page.get_by_role("main").get_by_role("link", name="After the restore").last.click()
    expect(page.get_by_text("The check begins as soon as the workers run")).to_be_visible()
    is_sound(page)

    restored.prepare()
    expect(page.get_by_text("2 are still being checked")).to_be_visible(timeout=30_000)
    work()
    work(minutes=2)
    expect(page.get_by_text("Everything is checked")).to_be_visible(timeout=30_000)
    is_sound(page)
    expect(page.get_by_text(MISSED)).to_be_visible()
    page.get_by_text("Public already (1)").click()
    expect(page.get_by_text(PUBLIC)).to_be_visible()

    page.get_by_role("button", name="End the pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Have you read what is public and what is not?")
    assert Restore.objects.get().ended_at is None
    dialog.get_by_role("button", name="End the pause").click()
    expect(page.get_by_role("heading", name="The pause has ended")).to_be_visible()
    assert Restore.objects.get().ended_at is not None
