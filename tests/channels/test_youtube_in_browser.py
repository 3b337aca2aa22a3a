"""From the keys over Google's consent page to a YouTube channel in a real browser, and axe on every page."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from channels import tasks
from channels.enums import ChannelState
from tests.browsing import violations
from tests.channels.conftest import the_channel
from tests.channels.test_instagram_in_browser import to_consent_and_back
from tests.channels.test_networks_in_browser import enter
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.youtube import CLIENT, SECRET

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer, live_server: Any) -> None:
    settings.NETWORK_OPTIONS = {"youtube": {"server": f"{fakes.url}/youtube"}}
    settings.PUBLIC_BASE_URL = live_server.url
    fakes.account("youtube", "cuprija")


@pytest.mark.slow
def test_from_the_keys_to_a_channel_of_a_project_that_google_still_tests(
    page: Any, live_server: Any, cast: Cast, fakes: FakeServer
) -> None:
    fakes.options(youtube_testing=True)
    enter(page, live_server, cast.administrator)
    page.goto(live_server.url + reverse("installation_network", args=["youtube"]))
    page.get_by_text("Assumptions about this network").click()
    assert violations(page) == []
    page.get_by_label("Application ID").fill(CLIENT)
    page.get_by_label("Application secret").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The keys are stored.").wait_for()
    page.context.clear_cookies()
    to_consent_and_back(page, live_server, cast, "YouTube")
    page.get_by_text("The channel is connected").wait_for()
    assert (the_channel().platform, the_channel().state) == ("youtube", ChannelState.CONNECTED)
    tasks.upkeep()
    page.goto(live_server.url + reverse("channel", args=["cuprija", the_channel().pk]))
    page.get_by_text("Renew the access by").wait_for()
    assert violations(page) == []
