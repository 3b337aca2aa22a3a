"""The logframe in a real browser: from the list to a frozen baseline and a target, and what a municipality sees of it.

Every page of it is looked over by axe, in light and dark, and fits a telephone in all three scripts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from analytics.indicators.domain import measure
from analytics.models import ProgrammeIndicator
from municipalities.models import Cohort, Enrolment
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, posts
from tests.browsing import violations
from tests.people import Cast, municipality
from tests.posts.test_in_browser import enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def towns(cast: Cast) -> None:
    """Three municipalities that published before the training and since."""
    cohort = Cohort.objects.get()
    third = municipality("kragujevac", "Крагујевац", "Kragujevac")
    Enrolment.objects.create(cohort=cohort, municipality=third, starts_on=cohort.training_on)
    today = timezone.localdate()
    for number, place in enumerate((cast.cuprija, cast.novi_pazar, third), 1):
        channel = factories.channel(peopled(place), cast.officer)
        before, since = ([today - timedelta(days=offset + n) for n in range(5)] for offset in (33, 3))
        likes = dict.fromkeys(before, 5) | dict.fromkeys(since, 9 * number)
        posts(channel, likes, calls=[*before[:number], *since[: 5 - number]])


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.slow
def test_from_the_list_to_a_target_and_to_the_municipality(
    page: Any, live_server: Any, cast: Cast, towns: None
) -> None:
    def at(name: str, *args: Any) -> str:
        return str(live_server.url + reverse(name, args=args))

    enter(page, live_server, cast.staff)
    page.goto(at("programme_indicators"))
    assert violations(page) == []
    page.get_by_role("link", name="Choose from the list").first.click()
    assert violations(page) == []
    for code in ("OC1", "OP1", "ME1"):
        page.locator(f"input[value={code}]").check()
    with factories.unmeasured("ME1"):
        page.get_by_role("button", name="Save the choice").click()
        expect(page.get_by_role("heading", name="Not measured yet")).to_be_visible()

    page.get_by_role("link", name="OP1").click()
    page.get_by_role("link", name="Freeze a baseline").click()
    expect(page.get_by_role("row", name="Ćuprija")).to_contain_text("20 %")
    assert violations(page) == []
    page.get_by_role("button", name="Check and freeze").click()
    expect(page.get_by_role("heading", name="Of enough data")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Freeze these values").click()
    expect(page.get_by_text("The baselines of 3 municipalities are frozen.")).to_be_visible()

    page.get_by_role("link", name="Set a target").click()
    assert violations(page) == []
    page.get_by_label("Value", exact=True).fill("60")
    page.get_by_label("A value").check()
    page.get_by_label("Due on").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    page.get_by_label("Reason").fill("Agreed at the opening")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text("Agreed at the opening")).to_be_visible()

    measure.renew()
    page.reload()
    expect(page.get_by_text("The target is reached.").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Novi Pazar").click()
    assert violations(page) == []
    page.goto(at("programme_indicators"))
    expect(page.get_by_role("row", name="OP1")).to_contain_text("Reached")
    assert violations(page) == []

    enter(page, live_server, cast.officer)
    page.goto(at("analytics_indicators", "cuprija"))
    expect(page.get_by_text("Agreed: 60 % by")).to_be_visible()
    assert violations(page) == []


@pytest.mark.slow
def test_every_page_fits_a_telephone_in_the_dark_and_in_three_scripts(
    page: Any, live_server: Any, cast: Cast, towns: None
) -> None:
    from analytics.indicators.domain import definitions

    definitions.choose(cast.programme, ["OC1", "OP1", "GV2", "OC3"], by=cast.staff)
    measure.renew()
    op1 = ProgrammeIndicator.objects.get(code="OP1")
    pages = [
        (cast.staff, reverse("programme_indicators")),
        (cast.staff, reverse("programme_indicator", args=[op1.pk])),
        (cast.staff, reverse("programme_indicator_place", args=[op1.pk, "cuprija"])),
        (cast.staff, reverse("programme_indicator_baseline", args=[op1.pk])),
        (cast.staff, reverse("programme_indicator_target", args=[op1.pk])),
        (cast.staff, reverse("programme_indicators_choose", args=[cast.programme.pk])),
        (cast.officer, reverse("analytics_indicators", args=["cuprija"])),
    ]
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    for language in ("sr", "sr-latn", "en"):
        for person, address in pages:
            person.language = language
            person.save()
            enter(page, live_server, person)
            page.goto(live_server.url + address)
            assert fits(page), (address, language)
            if language == "sr":
                assert violations(page) == [], address
