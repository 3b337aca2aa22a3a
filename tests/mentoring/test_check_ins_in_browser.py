"""A check-in from planning to the last ticked step, a review from its beginning to the PDF; axe on every page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from mentoring.domain import reviews
from mentoring.enums import ReviewKind
from mentoring.models import CheckIn
from municipalities.models import Enrolment, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.mentoring.plans import agreed, wanted
from tests.mentoring.talks import held, planned, step
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def change_to(page: Any, live_server: Any, person: Any) -> None:
    page.context.clear_cookies()
    enter(page, live_server, person)


@pytest.mark.slow
def test_a_check_in_is_planned_written_down_and_its_step_ticked_off(page: Any, live_server: Any, cast: Cast) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    enter(page, live_server, cast.mentor)
    page.goto(live_server.url + url("check_ins"))
    page.get_by_role("link", name="Plan a check-in").first.click()
    page.get_by_label("Day").fill(str(today() + 3 * DAY))
    page.get_by_label("Time").fill("10:30")
    page.get_by_label("Where").fill("https://meet.example/soba")
    page.get_by_label("About").fill("Анкета о паркингу")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Анкета о паркингу")
    # held after all today, by phone
    page.goto(live_server.url + url("check_in_unplanned"))
    page.get_by_label("Day").fill(str(today() - DAY))
    page.get_by_label("Time").fill("09:00")
    page.get_by_label("Hours").fill("0.75")
    page.get_by_label("Notes").fill("Анкета излази у петак.")
    first = page.get_by_role("group", name="Step 1")
    first.get_by_label("Next step").fill("Објавити анкету")
    first.get_by_label("Until").fill(str(today() + 5 * DAY))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Анкета излази у петак.")).to_be_visible()
    # the officer ticks it off, from the list
    change_to(page, live_server, cast.officer)
    page.goto(live_server.url + url("check_ins"))
    page.get_by_role("button", name="Tick off: Објавити анкету").click()
    expect(page.get_by_text("Ticked off: Објавити анкету")).to_be_visible()
    expect(page.get_by_role("heading", name="Open next steps")).to_have_count(0)
    with scope(cast.cuprija):
        assert CheckIn.objects.count() == 2
    assert complaints == []


def test_a_review_is_written_by_both_confirmed_and_fetched(page: Any, live_server: Any, cast: Cast) -> None:
    before = today() - 90 * DAY
    Pairing.objects.update(starts_on=before)
    Enrolment.objects.update(starts_on=before)
    agreed(cast, wanted("Анкета о паркингу", due=10), first=today() - 80 * DAY)
    enter(page, live_server, cast.mentor)
    page.goto(live_server.url + url("mentoring_reviews"))
    page.get_by_role("button", name=re.compile("Begin it.*Final review")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Final review")
    for who, comment in ((cast.mentor, "Позив је навика."), (cast.officer, "Питања стижу и викендом.")):
        change_to(page, live_server, who)
        page.reload()
        page.get_by_role("link", name="Enter your side's view").click()
        page.locator("#id_words").fill(comment)
        page.get_by_role("button", name="Save").click()
    for who in (cast.officer, cast.mentor):
        change_to(page, live_server, who)
        page.reload()
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("Confirmed. The other side has been notified.")).to_be_visible()
    expect(page.get_by_text("This is a draft")).to_have_count(0)
    page.get_by_text("As a PDF").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="English").click()
    assert fetched.value.suggested_filename.endswith("-en.pdf")


@pytest.mark.slow
def test_every_page_of_check_ins_and_reviews_is_accessible(page: Any, live_server: Any, cast: Cast) -> None:
    page.set_default_timeout(20_000)
    plan = agreed(cast, wanted("Анкета о паркингу", due=10), first=today() - 25 * DAY)
    talk = held(
        cast.cuprija, cast.mentor, -3, "1.5", "Разговор о анкети.", step("Описати слике"), step("Питати", days=-1)
    )
    coming = planned(cast.cuprija, cast.mentor, 4, place="https://meet.example/soba", subject="Анкета")
    with scope(cast.cuprija):
        review = reviews.begin(plan, ReviewKind.MID, by=cast.officer)
    pages = {
        cast.mentor: [
            url("check_ins"), url("check_in", coming.pk), url("check_in", talk.pk), url("check_in_new"),
            url("check_in_move", coming.pk), url("check_in_hold", talk.pk), url("check_in_cancel", coming.pk),
            url("hand_over"),
        ],
        cast.officer: [
            url("check_ins"), url("mentoring_reviews"), url("mentoring_review", review.pk),
            url("mentoring_review_write", review.pk),
        ],
        cast.staff: [reverse("check_in_hours")],
    }  # fmt: skip
    for who, addresses in pages.items():
        change_to(page, live_server, who)
        for address in addresses:
            page.goto(live_server.url + address)
            is_sound(page)
