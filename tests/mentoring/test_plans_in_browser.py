"""A plan is begun, agreed by both, shown by a post and confirmed, in a browser, with axe on every page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from mentoring.domain import plan_changes
from mentoring.enums import Proof, Side
from mentoring.models import Activity, Plan
from municipalities.queries import today
from municipalities.tenancy import scope
from tests.analytics.factories import channel
from tests.browsing import enter, is_sound
from tests.mentoring.plans import agreed, post, wanted
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_a_plan_from_the_first_draft_to_the_confirmation(page: Any, live_server: Any, cast: Cast) -> None:
    there = live_server.url + reverse("mentoring_plan", args=["cuprija"])
    out = post(channel(cast.cuprija, cast.approver), "Упис у вртиће до петка", days_ago=0, call_kind="apply")
    enter(page, live_server, cast.officer)
    page.goto(there)
    page.get_by_role("link", name="Start the plan").click()
    is_sound(page)
    page.get_by_role("checkbox", name="Three posts with a clear call to action").check()
    page.get_by_label("Goal").fill("Да грађани знају шта да ураде")
    page.get_by_role("button", name="Make the draft").click()
    # one post is enough
    page.get_by_role("link", name="Three posts with a clear call to action").click()
    page.get_by_role("link", name="Change it").click()
    is_sound(page)
    page.get_by_label("How many").fill("1")
    page.get_by_role("button", name="Save").click()
    is_sound(page)
    page.get_by_role("button", name="Agree for the municipality").click()
    expect(page.get_by_text("the other side reads the draft")).to_be_visible()
    # the mentor agrees
    page.context.clear_cookies()
    enter(page, live_server, cast.mentor)
    page.goto(there)
    page.get_by_role("button", name="Agree for the mentor").click()
    expect(page.get_by_text("Agreed by both").first).to_be_visible()
    # the officer shows it by a post
    page.context.clear_cookies()
    enter(page, live_server, cast.officer)
    page.goto(there)
    page.get_by_role("link", name="Three posts with a clear call to action").click()
    page.get_by_role("checkbox", name=out.title).check()
    page.get_by_role("button", name="Add the chosen posts").click()
    expect(page.get_by_text("1 of 1 post", exact=True)).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="It is done").click()
    # and the mentor confirms it
    page.context.clear_cookies()
    enter(page, live_server, cast.mentor)
    page.goto(there)
    page.get_by_role("link", name="See what was done").click()
    is_sound(page)
    page.get_by_role("button", name="Confirm it").click()
    expect(page.get_by_text("Done and confirmed")).to_be_visible()
    with scope(cast.cuprija):
        assert Activity.objects.get().confirmed_by == cast.mentor
        assert Plan.objects.get().is_running


@pytest.mark.slow
def test_every_page_of_a_plan_is_accessible(page: Any, live_server: Any, cast: Cast) -> None:
    plan = agreed(
        cast, wanted("Раније", due=-3), wanted("Правила разговора", proof=Proof.LINK, owner=cast.mentor),
        wanted("Позив у већини објава", due=30, proof=Proof.INDICATOR, code="OP1", threshold=60),
    )  # fmt: skip
    with scope(cast.cuprija):
        late, rules, share = Activity.objects.filter(plan=plan).order_by("position")
        proposed = wanted("Касније", due=20)
        plan_changes.propose_change(late, proposed, "Празници", side=Side.MENTOR, by=cast.mentor)
        dropped = plan_changes.propose_drop(rules, "Има их већ", side=Side.MENTOR, by=cast.mentor)
        plan_changes.accept(dropped, side=Side.MUNICIPALITY, by=cast.approver)
    place = [cast.cuprija.slug]
    pages = {
        cast.officer: [
            reverse("mentoring_plan", args=place), reverse("mentoring_plan_activity", args=[*place, late.pk]),
            reverse("mentoring_plan_activity_new", args=place), reverse("mentoring_plan_edit", args=place),
            reverse("mentoring_plan_activity_drop", args=[*place, share.pk]), reverse("progress", args=place),
        ],
        cast.viewer: [
            reverse("mentoring_plan", args=place), reverse("mentoring_plan_activity", args=[*place, rules.pk]),
        ],
        cast.staff: [
            reverse("mentoring_plan_library"),
            reverse("mentoring_plan_library_edit", args=[cast.programme.pk, "calls-share"]),
        ],
    }  # fmt: skip
    for who, addresses in pages.items():
        page.context.clear_cookies()
        enter(page, live_server, who)
        for address in addresses:
            page.goto(live_server.url + address)
            is_sound(page)
    assert plan.starts_on < today()
