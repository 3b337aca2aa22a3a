"""Metrics from before, and what numbers mean, in a browser: a file is chosen, looked at, imported and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from analytics.models import MetricCoverage
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.browsing import violations
from tests.people import Cast, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FILE = (
    "Датум;Време;Канал;Наслов;Свиђања;Дељења;Коментари;Прегледи\n"
    "14.1.2026.;9:00;Општина Ћуприја;Радови у Карађорђевој;84;12;31;2.450\n"
    "20.1.2026.;;Општина Ћуприја;Савиндан у библиотеци;1.133;9;7;\n"
    "31.2.2026.;;Општина Ћуприја;Погрешан дан;3;;;\n"
    "21.1.2026.;;Параћин;Туђ канал;3,5;-2;;\n"
)


def enter(context: Any, live_server: Any, person: User) -> Any:
    value = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return context.new_page()


def is_sound(page: Any) -> None:
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_file_is_chosen_looked_at_imported_and_taken_back(cast: Cast, browser: Any, live_server: Any) -> None:
    channel = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Општина Ћуприја")
    with scope(cast.cuprija):
        for metric in ("likes", "views"):
            MetricCoverage.objects.create(
                municipality=cast.cuprija, channel=channel, metric=metric,
                first_at=timezone.now(), last_at=timezone.now(),
            )  # fmt: skip
    page = enter(browser.new_context(), live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/analytics/past/")
    is_sound(page)
    raw = {"name": "stare-objave.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.set_input_files("#file", raw)
    page.click("text=Preview the rows")
    page.wait_for_selector("text=Will be imported")
    assert page.locator(".plan-stop").count() == 4
    is_sound(page)
    page.click("text=Import 2 rows")
    page.wait_for_selector("text=Савиндан")
    is_sound(page)
    page.click("button:has-text('Take back')")
    page.click("dialog button:has-text('Take it back')")
    page.wait_for_selector("text=The imported data is no longer here.")
    page.goto(f"{live_server.url}/m/cuprija/analytics/metrics/")
    is_sound(page)
