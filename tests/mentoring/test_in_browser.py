"""The desk by keyboard, what the rubric says is saved, and axe on every page, wide and narrow, by day and by night."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from mentoring.domain.absence import announce
from mentoring.domain.feedback import give
from mentoring.enums import RubricLevel
from mentoring.models import Feedback
from municipalities.models import Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.models import Post
from posts.review.domain.mark_seen import mark_seen
from tests.browsing import is_sound, looks, violations
from tests.mentoring import rows
from tests.people import Cast, person, sign_in
from tests.posts.desk import opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDTH = "element => element.clientWidth"


def enter(page: Any, live_server: Any, who: Any) -> None:
    page.context.clear_cookies()
    value = sign_in(who).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.fixture
def posts(cast: Cast) -> list[Post]:
    """Three drafts, the oldest first, of which the mentor has seen the first."""
    with scope(cast.cuprija):
        desk = opened(cast)
        rows = [desk.write(text) for text in ("Први нацрт", "Други нацрт", "Трећи нацрт")]
        for hours, row in zip((3, 2, 1), rows, strict=True):
            Post.objects.filter(pk=row.pk).update(updated_at=timezone.now() - timedelta(hours=hours))
        mark_seen(rows[0], by=cast.mentor)
    return rows


@pytest.mark.slow
def test_the_desk_is_worked_through_by_keyboard(page: Any, live_server: Any, cast: Cast, posts: list[Post]) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, live_server, cast.mentor)
    page.goto(live_server.url + "/desk/?show=drafts")
    links = page.locator("[data-row] .list-link")
    rows = page.locator("[data-row]")
    expect(links).to_have_count(3)
    expect(page.get_by_role("button", name="Keys")).to_be_visible()  # the script is there
    # j and k go through the posts and stop at the ends
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    # u marks as unread
    expect(rows.nth(0)).not_to_have_class(re.compile("desk-unread"))
    page.keyboard.press("u")
    expect(rows.nth(0)).to_have_class(re.compile("desk-unread"))
    # in a field the letters are letters
    page.locator("#desk-municipality").focus()
    page.keyboard.press("j")
    expect(page.locator("#desk-municipality")).to_be_focused()
    # ? explains, and while the dialog is open no key goes anywhere
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    expect(links.nth(0)).not_to_be_focused()
    # single keys can be switched off, and stay so
    page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(links.nth(0)).not_to_be_focused()
    page.reload()
    page.get_by_role("button", name="Keys").click()
    expect(page.locator("#single-keys")).not_to_be_checked()
    page.locator("#single-keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('post', args=['cuprija', posts[1].pk])}")
    assert complaints == []


def test_the_rubric_says_what_is_saved_and_what_is_not(
    page: Any, live_server: Any, cast: Cast, posts: list[Post]
) -> None:
    enter(page, live_server, cast.mentor)
    page.goto(live_server.url + reverse("post_feedback", args=["cuprija", posts[0].pk]))
    state = page.locator("[data-state]")
    expect(state).to_have_text("Nothing is saved yet")
    page.get_by_role("group", name="Tone").get_by_role("radio", name=re.compile("^3")).check()
    expect(state).to_have_text("Changes are not saved yet")
    page.get_by_role("button", name="Save the feedback").click()
    expect(state).to_contain_text("Saved")
    expect(page.get_by_role("group", name="Tone").get_by_role("radio", name=re.compile("^3"))).to_be_checked()


@pytest.mark.slow
def test_every_page_of_mentoring_is_accessible(page: Any, live_server: Any, cast: Cast, posts: list[Post]) -> None:
    with scope(cast.cuprija):
        for weeks, row in enumerate(posts):
            levels = {"tone": RubricLevel.GOOD, "clarity": RubricLevel.PARTLY, "picture": RubricLevel.NOT_YET}
            given = give(row, levels, "Следећи пут наведите рок.", by=cast.mentor)
            Feedback.objects.filter(pk=given.pk).update(given_at=timezone.now() - timedelta(weeks=weeks))
    announce(today(), today() + timedelta(days=3), "Питајте програмски тим.", by=cast.mentor)
    successor = person("successor")
    Pairing.objects.create(mentor=successor, municipality=cast.novi_pazar, starts_on=today())
    pages = {
        cast.mentor: [
            "/desk/?show=all", reverse("absence"), reverse("post_feedback", args=["cuprija", posts[0].pk]),
            reverse("hand_over", args=["cuprija"]), reverse("progress", args=["cuprija"]),
        ],
        cast.officer: [reverse("progress", args=["cuprija"]), reverse("post_feedback", args=["cuprija", posts[0].pk])],
        cast.staff: [
            reverse("programme_feedback"), reverse("rubric"), reverse("rubric_edit", args=[cast.programme.pk, "tone"]),
            reverse("pairing_hand_over", args=[Pairing.objects.get(municipality=cast.cuprija).pk]),
        ],
    }  # fmt: skip
    problems = []
    for who, addresses in pages.items():
        enter(page, live_server, who)
        for address in addresses:
            page.goto(live_server.url + address)
            for width, scheme in looks():
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                problems += [(address, width, scheme, *violation) for violation in violations(page)]
                # nothing on the page is wider than the page
                expect(page.locator("main")).to_have_js_property("scrollWidth", page.locator("main").evaluate(WIDTH))
    assert problems == []


@pytest.mark.slow
def test_the_programmes_home_leads_to_who_needs_something(page: Any, live_server: Any, cast: Cast) -> None:
    rows.activity(rows.plan(cast, cast.cuprija), "Анкета о тргу", due=-4)
    Pairing.objects.filter(municipality=cast.novi_pazar).update(ends_on=rows.day(-2))
    enter(page, live_server, cast.staff)
    page.goto(f"{live_server.url}/programme/mentoring/")
    expect(page.get_by_role("region", name="What to do next")).to_contain_text("Novi Pazar has no mentor.")
    places = page.locator(".seat-name")
    expect(places).to_have_text(["Novi Pazar", "Ćuprija"])
    page.get_by_label("Mentor", exact=True).select_option(label="Mentor")
    expect(places).to_have_text(["Ćuprija"])
    is_sound(page)
    page.locator(".segments").get_by_role("link", name="All").click()
    page.get_by_label("Mentor", exact=True).select_option(label="All mentors")
    page.get_by_role("region", name="What to do next").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/pair/\?municipality="))


def test_desk_and_home_say_what_to_do_next(page: Any, live_server: Any, cast: Cast) -> None:
    plan = rows.plan(cast, cast.cuprija)
    late = rows.activity(plan, "Анкета о тргу", due=-4)
    rows.activity(plan, "Објава о е-шалтеру", due=9)
    rows.check_in(cast, cast.cuprija, 3)
    enter(page, live_server, cast.mentor)
    page.goto(f"{live_server.url}/desk/")
    expect(page.get_by_role("region", name="What to do next")).to_contain_text("“Анкета о тргу” was due on")
    is_sound(page)
    page.get_by_role("region", name="What to do next").get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/activities/{late.pk}/$"))
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    expect(page.get_by_role("region", name="What to do next")).to_contain_text("Do it now, or propose another day.")
    is_sound(page)
