"""The settings of the networks in a real browser: what TikTok demands is asked for where it is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from channels.models import Channel
from municipalities.tenancy import scope
from posts.draft import Shown, parse
from posts.models import Post
from tests.analytics.factories import channel
from tests.browsing import PHONE, enter, is_sound, violations
from tests.people import Cast
from tests.posts.desk import Desk, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

CREATOR = {"seconds": 600, "audiences": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]}


@pytest.fixture
def desk(cast: Cast, settings: Any) -> Desk:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def tiktok(desk: Desk) -> Channel:
    with scope(desk.municipality):
        made = channel(desk.municipality, desk.cast.approver, platform="tiktok", name="TikTok општине")
        made.facts = {"version": "2", "creator": {**CREATOR, "forbids": ["duets"]}}
        made.save(update_fields=["facts"])
    return made


@pytest.fixture
def post(desk: Desk, tiktok: Channel) -> Post:
    """Pictures for Mastodon; TikTok has not been chosen yet."""
    with scope(desk.municipality):
        media = (Shown(desk.picture().pk, "Фонтана на тргу"),)
        return desk.write("У суботу отварамо фонтану.", channels=(desk.mastodon.pk,), media=media)


def opened_at(page: Any, live_server: Any, desk: Desk, post: Post) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    page.locator("#composer.has-script").wait_for()


@pytest.mark.slow
def test_what_tiktok_demands_is_said_at_its_field_and_decided_there(
    page: Any, live_server: Any, desk: Desk, tiktok: Channel, post: Post
) -> None:
    opened_at(page, live_server, desk, post)
    fold, audience = page.locator("#settings"), page.locator(f"#setting-{tiktok.pk}-audience")
    expect(fold).not_to_have_attribute("open", "")
    page.locator(f"input[name=channels][value='{tiktok.pk}']").check()
    # The demand opens the fold and stands at its field, before anybody sends anything.
    expect(fold).to_have_attribute("open", "")
    findings = page.locator(f"#setting-{tiktok.pk}-audience-findings")
    expect(findings).to_contain_text("Choose who sees the post")
    expect(audience).to_have_attribute("aria-invalid", "true")
    assert audience.locator("option").all_text_contents() == [
        "Choose", "Everybody", "Only friends: followers whom the account follows as well",
    ]  # fmt: skip
    # Folded away again it stays away while somebody goes on writing.
    fold.locator("summary").click()
    page.locator("#text-sr-Cyrl").press_sequentially(" Дођите.")
    page.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    expect(fold).not_to_have_attribute("open", "")
    # The list above the form leads to the field.
    page.get_by_role("button", name="Submit for approval").click()
    page.locator("#problem a", has_text="Choose who sees the post").click()
    expect(audience).to_be_focused()
    is_sound(page)
    audience.select_option("PUBLIC_TO_EVERYONE")
    expect(findings).to_be_empty()
    expect(page.locator("#settings-held")).to_contain_text("Who sees it on TikTok: Everybody")


def test_a_commercial_post_says_what_it_promotes_and_what_one_agrees_to(
    page: Any, live_server: Any, desk: Desk, tiktok: Channel, post: Post
) -> None:
    opened_at(page, live_server, desk, post)
    page.locator(f"input[name=channels][value='{tiktok.pk}']").check()
    expect(page.locator("#settings")).to_have_attribute("open", "")
    page.locator(f"#setting-{tiktok.pk}-audience").select_option("PUBLIC_TO_EVERYONE")
    kind, agreement = page.locator(f"#setting-{tiktok.pk}-commercial_kind"), page.locator(f"#agreement-{tiktok.pk}")
    # Duets are forbidden by the account; what only a video has is not asked for pictures.
    assert page.locator(f"#setting-{tiktok.pk}-duets").count() == 0
    for name in ("stitches", "synthetic"):
        expect(page.locator(f"#setting-{tiktok.pk}-{name}")).to_be_hidden()
    page.evaluate("document.querySelector('.picture').classList.add('picture-film')")
    for name in ("stitches", "synthetic"):
        expect(page.locator(f"#setting-{tiktok.pk}-{name}")).to_be_visible()
    for name in ("comments", "commercial"):
        expect(page.locator(f"#setting-{tiktok.pk}-{name}")).not_to_be_checked()
    expect(kind).to_be_hidden()
    expect(agreement.locator("a")).to_have_count(1)
    page.get_by_label("The post is commercial").check()
    expect(kind).to_be_visible()
    expect(page.locator(f"#setting-{tiktok.pk}-commercial_kind-findings")).to_contain_text("Say whether")
    kind.select_option("branded")
    expect(agreement.locator("a")).to_have_count(2)
    page.get_by_label("People may comment").check()
    page.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    preview = page.locator(f".preview-{tiktok.platform}")
    expect(preview).to_contain_text("labelled “Paid partnership”")
    expect(preview).to_contain_text("Branded Content Policy")
    is_sound(page)
    page.set_viewport_size(PHONE)
    assert violations(page, within="#settings") == []
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".page-header")).to_contain_text("Waiting for approval")
    with scope(desk.municipality):
        chosen = parse(Post.objects.get(pk=post.pk).draft).settings[tiktok.pk]
    assert chosen == {
        "audience": "PUBLIC_TO_EVERYONE", "comments": "yes", "commercial": "yes", "commercial_kind": "branded",
    }  # fmt: skip
    enter(page, live_server, desk.cast.approver)
    page.reload()
    for words in ("Music Usage Confirmation", "Branded Content Policy", "People may comment", "Who sees it on TikTok"):
        expect(page.locator("main")).to_contain_text(words)
    is_sound(page)
