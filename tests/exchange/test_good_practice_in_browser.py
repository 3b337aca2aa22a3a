"""Good practice in a real browser: staff write an example and see it grow, an officer meets it beside the composer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from exchange.models import Example
from municipalities.tenancy import scope
from posts.draft import parse
from posts.models import Post
from tests.browsing import PHONE, WIDE, enter, is_sound, violations
from tests.exchange.examples import example
from tests.people import Cast
from tests.posts.desk import opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_from_the_composer_to_an_example_to_a_post_of_ones_own(page: Any, live_server: Any, cast: Cast) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    example(cast)
    with scope(cast.cuprija):
        opened(cast)
    enter(page, live_server, cast.officer)
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("post_new", args=[cast.cuprija.slug]))
    page.locator("textarea[name='text-sr-Cyrl']").fill("Питамо насеље")
    page.locator("#call > summary").click()
    page.get_by_label("What should people do?").select_option("vote")
    page.locator("#interactive > summary").click()
    page.get_by_label("How people take part").select_option("poll")
    help_link = page.get_by_role("link", name="Examples for this kind of post")
    help_link.click()
    panel = page.get_by_role("dialog", name="Examples for this kind of post")
    first = panel.locator(".practice-card").first
    expect(first).to_contain_text("What shall we put in order first?")
    expect(first).to_contain_text("Гласајте до петка")
    expect(first.get_by_role("link")).to_be_focused()
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size(WIDE)
    with page.context.expect_page() as tab:
        first.get_by_role("link").click()
    example_page = tab.value
    expect(example_page.get_by_role("heading", name="What shall we put in order first?")).to_be_visible()
    # what was being written is where it was
    panel.get_by_role("button", name="Close").click()
    expect(help_link).to_be_focused()
    expect(page.locator("textarea[name='text-sr-Cyrl']")).to_have_value("Питамо насеље")
    expect(page.locator("#save-state[data-state=saved]")).to_be_visible()

    is_sound(example_page)
    example_page.get_by_label("Насеље").fill("Центар")
    example_page.get_by_role("button", name="Start a post").click()
    expect(example_page.get_by_role("heading", name="Write")).to_be_visible()
    expect(example_page.locator("textarea[name='text-sr-Cyrl']")).to_have_value(re.compile("у насељу Центар"))
    expect(example_page.get_by_label("How people take part")).to_have_value("poll")
    with scope(cast.cuprija):
        texts = [parse(post.draft).texts["sr-Cyrl"].text for post in Post.objects.order_by("pk")]
    assert any("у насељу Центар?" in text for text in texts)
    assert any(text == "Питамо насеље" for text in texts)
    assert complaints == []


def test_the_library_is_sound_and_found_in_with_and_without_scripts(
    page: Any, browser: Any, live_server: Any, cast: Cast
) -> None:
    enter(page, live_server, cast.officer)
    page.set_viewport_size(WIDE)
    url = live_server.url + reverse("good_practice", args=[cast.cuprija.slug])
    page.goto(url)
    is_sound(page)
    page.get_by_label("Format").select_option("poll")
    expect(page.locator(".practice-card")).to_have_count(1)
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    plain = context.new_page()
    enter(plain, live_server, cast.officer)
    plain.goto(url)
    plain.get_by_label("Words").fill("sneg grtalici")
    plain.get_by_role("button", name="Find").click()
    expect(plain.locator(".practice-card")).to_have_count(1)
    plain.goto(live_server.url + reverse("post_new", args=[cast.cuprija.slug]))
    plain.locator("#call > summary").click()
    link = plain.get_by_role("link", name="Examples for this kind of post")
    assert link.get_attribute("href") == reverse("good_practice", args=[cast.cuprija.slug])
    context.close()


@pytest.mark.slow
def test_staff_see_an_example_grow_while_they_write_it(page: Any, live_server: Any, cast: Cast) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, cast.staff)
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("programme_practice"))
    is_sound(page)
    page.get_by_role("link", name="New example").click()
    page.wait_for_url(re.compile("/new/"))  # with its scripts, which listen
    page.get_by_label("Name", exact=True).first.fill("Мост је отворен")
    sketch = page.locator("#sketch")
    expect(sketch).to_contain_text("Мост је отворен")
    page.get_by_label("Serbian", exact=False).first.fill("Мост је отворен од {{дан}}.")
    expect(sketch.locator(".gap-mark").first).to_have_text("Дан")
    page.get_by_label("Why it works").first.fill("Једна вест.")
    expect(sketch).to_contain_text("Једна вест.")
    page.get_by_label("Drawing").select_option("pre-i-posle")
    expect(sketch.locator("img")).to_have_count(1)
    is_sound(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write an example for each placeholder")).to_be_visible()
    page.get_by_label("Example дан").fill("суботе")
    expect(sketch.locator(".gap-mark").first).to_have_text("суботе")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Municipalities see it now")).to_be_visible()
    assert Example.objects.get().gaps[0]["example"] == "суботе"
    assert complaints == []
