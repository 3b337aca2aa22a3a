"""A poll and a document on LinkedIn in the composer, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from channels.models import Channel
from municipalities.tenancy import scope
from posts.media.domain import videos
from tests.analytics.factories import channel
from tests.browsing import violations
from tests.posts.desk import Desk
from tests.posts.papers import paper
from tests.posts.test_in_browser import TEXT, at, desk, enter, saved

__all__ = ["at", "desk"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def linkedin(desk: Desk) -> Channel:
    with scope(desk.municipality):
        Channel.objects.all().delete()
        return channel(
            desk.municipality, desk.cast.approver, name="Општина Ћуприја", platform="linkedin",
            server="https://api.linkedin.com",
        )  # fmt: skip


def test_the_number_of_days_is_put_right_at_its_field(
    page: Any, live_server: Any, desk: Desk, at: Any, linkedin: Channel
) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    page.fill("#text-sr-Cyrl", "Уређујемо трг. Шта прво да уредимо?")
    page.locator("#interactive > summary").click()
    page.select_option("#interactive-kind", "poll")
    page.fill("#option-1", "Парк")
    page.fill("#option-2", "Пијаца")
    page.fill("#interactive-days", "5")
    expect(page.locator("#days-findings")).to_contain_text("Choose one of these numbers of days: 1, 3, 7, 14.")
    expect(page.locator("#interactive-days")).to_have_attribute("aria-invalid", "true")
    page.fill("#interactive-days", "7")
    expect(page.locator("#days-findings .finding-error")).to_have_count(0)
    expect(page.locator("#interactive-days")).not_to_have_attribute("aria-invalid", "true")
    preview = page.locator(".preview-linkedin")
    expect(preview.locator(".look-poll-question")).to_have_text("Шта прво да уредимо?")
    expect(preview).to_contain_text("7 days to vote")
    saved(page)
    assert violations(page) == []


@pytest.mark.slow
def test_a_document_is_checked_and_previewed_with_its_title(
    page: Any, live_server: Any, desk: Desk, at: Any, linkedin: Channel, tmp_path: Path
) -> None:
    file = tmp_path / "budzet.pdf"
    file.write_bytes(paper(author="Јелена"))
    enter(page, live_server, desk.cast.officer)
    page.goto(at("post_new"))
    page.fill("#text-sr-Cyrl", TEXT)
    page.set_input_files("#files", str(file))
    page.get_by_text("Being checked…").wait_for()
    page.get_by_label("Title of the document").fill("Буџет за 2027. годину")
    with scope(desk.municipality):
        videos.probe_due()
    page.locator("[data-film=ready]", has_text="3 pages").wait_for()
    expect(page.locator("#picture-list")).to_contain_text("name its author")
    preview = page.locator(".preview-linkedin .look-document")
    expect(preview).to_contain_text("Буџет за 2027. годину")
    expect(preview).to_contain_text("3 pages")
    saved(page)
    assert violations(page) == []
