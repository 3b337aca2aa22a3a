"""A municipality's numbers in a real browser: nothing that axe finds, nothing that runs out of a telephone, in the dark
and in Cyrillic, and the way from a number to its posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from analytics.enums import FetchOutcome
from municipalities.queries import today
from tests.analytics.numbers import Numbers, at
from tests.browsing import violations
from tests.people import Cast, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGES = ("analytics", "analytics_works", "analytics_posts", "analytics_time", "analytics_links")


@pytest.fixture
def numbers(cast: Cast) -> Numbers:
    filled = Numbers(cast.cuprija, cast.officer)
    channels = [filled.channel(name="Општина Ћуприја"), filled.channel(name="Grad Ćuprija", platform="facebook")]
    kinds = (
        {"category": "eservice", "call_kind": "apply", "material": "picture"}, {"category": "ceremony"},
        {"category": "culture", "languages": "sr-Latn"}, {"imported": True, "boosted": True},
    )  # fmt: skip
    for index in range(60):
        day = today() - timedelta(days=4 + index)
        filled.post(
            channels[index % 2], at(day, ("09:30", "17:30")[index % 2]), title=f"Објава {index}",
            likes=5 + index % 7 * 3, replies=index % 3, **kinds[index % 4],
        )  # fmt: skip
    filled.facts()
    for index in range(1, 60):
        day = today() - timedelta(days=index)
        filled.happened(channels[0], day, likes=index % 9)
        if index % 10:
            filled.follow(channels[0], day, 900 - index)
        else:
            filled.follow(channels[0], day, None, gap=FetchOutcome.NOT_REACHED)
    return filled


def enter(context: Any, live_server: Any, person: User) -> Any:
    value = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return context.new_page()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [
        (1280, "light", "en"),
        pytest.param(1280, "dark", "sr", marks=pytest.mark.long),
        pytest.param(390, "light", "sr-latn", marks=pytest.mark.long),
        pytest.param(390, "dark", "en", marks=pytest.mark.slow),
    ],
)
def test_every_page_is_well_at_any_width_and_in_the_dark(
    browser: Any, live_server: Any, cast: Cast, numbers: Numbers, width: int, scheme: str, language: str
) -> None:
    User.objects.filter(pk=cast.officer.pk).update(language=language)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = enter(context, live_server, cast.officer)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name in PAGES:
        page.goto(f"{live_server.url}{reverse(name, args=['cuprija'])}?days=90")
        assert violations(page) == [], name
        room = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(room) == 0, name
    assert complaints == []
    context.close()


def test_an_officer_goes_from_a_number_to_its_posts_and_to_own_dates(
    page: Any, live_server: Any, cast: Cast, numbers: Numbers
) -> None:
    page.close()
    page = enter(page.context, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('analytics', args=['cuprija'])}?days=90")
    page.get_by_role("link", name="What works").first.click()
    row = page.get_by_role("row", name="eService").first
    count = int(row.get_by_role("link").first.inner_text())
    row.get_by_role("link").first.click()
    page.get_by_text(f"1 to {count} of {count}").wait_for()
    page.get_by_role("link", name="Interactions").first.click()
    assert page.locator("th[aria-sort=descending]").inner_text().strip() == "Interactions"
    page.get_by_text("Own dates").click()
    page.get_by_label("First day").fill("33.11.2026")
    page.get_by_role("button", name="Show").first.click()
    page.get_by_role("alert").get_by_text("“33.11.2026” is not a day").wait_for()
    assert page.get_by_label("First day").input_value() == "33.11.2026"
    first = today() - timedelta(days=30)
    page.get_by_label("First day").fill(f"{first.day}. {first.month}. {first.year}.")
    page.get_by_role("button", name="Show").first.click()
    page.get_by_role("alert").wait_for(state="detached")
    assert "category=eservice" in page.url
    assert "sort=most" in page.url
