"""The gallery in a real browser: one officer shares a post, another finds it, says something and begins a draft."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from exchange.domain import comments, picks
from exchange.models import SharedPost
from exchange.queries import gallery as queries
from municipalities.tenancy import scope
from tests import browsing
from tests.browsing import violations
from tests.exchange.shared import WHY, Gallery
from tests.people import sign_in
from tests.posts.test_in_browser import enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_from_sharing_to_a_draft_elsewhere(browser: Any, page: Any, live_server: Any, gallery: Gallery) -> None:
    cast, complaints = gallery.cast, []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("post", args=["cuprija", gallery.post.pk]))
    page.get_by_role("link", name="Share with other municipalities").click()
    expect(page.get_by_role("heading", name="Preview for others")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("отвара базен")
    page.get_by_label("Why it worked").fill(WHY)
    page.get_by_role("button", name="Share it").click()
    expect(page.get_by_text("Shared. The municipalities of your programme see it now.")).to_be_visible()

    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    other_page = context.new_page()
    other_page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(other_page, live_server, cast.stranger)
    other_page.goto(live_server.url + reverse("gallery", args=["novi-pazar"]))
    other_page.get_by_label("Words").fill("bazen")
    other_page.get_by_label("Words").press("Enter")
    other_page.get_by_role("link", name="Базен је отворен").click()
    expect(other_page.get_by_text(WHY)).to_be_visible()
    other_page.get_by_label("Comment", exact=True).fill("Како сте питали људе?")
    other_page.get_by_role("button", name="Comment").click()
    expect(other_page.get_by_text("Како сте питали људе?")).to_be_visible()
    other_page.get_by_role("link", name="Copy as a draft").click()
    expect(other_page.locator(".gap-mark", has_text="телефон").first).to_be_visible()
    other_page.get_by_role("button", name="Make the draft").click()
    expect(other_page.get_by_text("The draft is yours.")).to_be_visible()
    context.close()

    page.reload()
    expect(page.get_by_text("Како сте питали људе?")).to_be_visible()
    expect(page.get_by_role("heading", name="Copied by")).to_be_visible()
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("button", name="Take it out of the gallery").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("It is out of the gallery.")).to_be_visible()
    answer = sign_in(cast.stranger).get(reverse("gallery", args=["novi-pazar"]))
    assert "Базен је отворен" not in answer.content.decode()
    assert complaints == []


@pytest.mark.slow
def test_the_pages_are_clean_wide_and_narrow_in_light_and_dark(
    browser: Any, live_server: Any, gallery: Gallery
) -> None:
    cast = gallery.cast
    first: SharedPost = gallery.share(gallery.publish("Само речи, без слике. " * 12, title="Без слике"))
    row = gallery.share(why=WHY * 3)
    with queries.gallery_scope(cast.novi_pazar):
        comments.comment(row, "Одлично!", municipality=cast.novi_pazar, by=cast.stranger, is_mentor=False)
    with queries.programmes_scope([cast.programme]):
        picks.pick(cast.programme, row, "Јасан позив и одговор сваком.", by=cast.staff)
    with scope(cast.cuprija):
        third = gallery.publish("Још једна", title="Још једна")
    of_reader = [reverse("gallery", args=["novi-pazar"]), reverse("gallery_post", args=["novi-pazar", row.pk]),
              reverse("gallery_copy", args=["novi-pazar", row.pk])]  # fmt: skip
    of_sharer = [reverse("gallery_ours", args=["cuprija"]), reverse("gallery_post", args=["cuprija", first.pk]),
            reverse("gallery_share", args=["cuprija", third.pk]),
            reverse("gallery_reword", args=["cuprija", row.pk])]  # fmt: skip
    staffs = [reverse("programme_gallery"), reverse("programme_gallery_post", args=[row.pk])]
    for who, urls in ((cast.stranger, of_reader), (cast.officer, of_sharer), (cast.staff, staffs)):
        context = browser.new_context(locale="en-GB", reduced_motion="reduce")
        page = context.new_page()
        enter(page, live_server, who)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for url in urls:
                page.goto(live_server.url + url)
                if width == 1280 or browsing.every_look:
                    assert violations(page) == [], url
                if browsing.every_look:
                    page.emulate_media(color_scheme="dark")
                    assert violations(page, **browsing.COLOURS) == [], url
                    page.emulate_media(color_scheme="light")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        context.close()
