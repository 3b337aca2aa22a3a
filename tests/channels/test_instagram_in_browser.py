"""From the consent page to a channel on Instagram and on Threads in a real browser, and axe on every page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from django.urls import reverse

from channels import tasks
from channels.domain import keys
from channels.enums import ChannelState
from tests.browsing import violations
from tests.channels.conftest import last_attempt, the_channel
from tests.channels.test_networks_in_browser import allowed, enter
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET
from tests.platforms.fakes.threads import APP as THREADS_APP
from tests.platforms.fakes.threads import SECRET as THREADS_SECRET

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def stand_ins(settings: Any, fakes: FakeServer, live_server: Any, cast: Cast) -> None:
    settings.NETWORK_OPTIONS = {key: {"server": f"{fakes.url}/{key}"} for key in ("instagram", "threads")}
    settings.PUBLIC_BASE_URL = live_server.url
    for name in ("cuprija", "biblioteka"):
        fakes.account("instagram", name)
    keys.enter("facebook", APP, SECRET, by=cast.administrator)


def to_consent_and_back(page: Any, live_server: Any, cast: Cast, network: str) -> None:
    """Through the pages of the portal, over the network's own page of consent, and back."""
    enter(page, live_server, cast.approver)
    page.goto(live_server.url + reverse("channel_choose", args=["cuprija"]))
    page.get_by_role("link", name=network).click()
    assert violations(page) == []
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    consent = page.locator("#consent")
    consent.wait_for()
    assert violations(page) == []
    asked = sign_in(cast.approver).get(urlsplit(consent.get_attribute("href")).path)["Location"]
    page.goto(live_server.url + reverse("channel_callback") + "?" + urlencode(allowed(asked)))
    tasks.connect()


@pytest.mark.slow
def test_an_approver_picks_the_account_behind_the_municipalitys_page(page: Any, live_server: Any, cast: Cast) -> None:
    to_consent_and_back(page, live_server, cast, "Instagram")
    page.get_by_text("@biblioteka").wait_for()
    assert violations(page) == []
    page.get_by_label("@cuprija").check()
    page.get_by_role("button", name="Connect this page").click()
    page.wait_for_load_state()
    tasks.connect()
    page.get_by_text("The channel is connected").wait_for()
    assert (the_channel().platform, the_channel().handle) == ("instagram", "@cuprija")
    assert violations(page) == []
    assert last_attempt().ciphertext == ""


@pytest.mark.slow
def test_a_profile_on_threads_is_connected_without_picking(page: Any, live_server: Any, cast: Cast) -> None:
    enter(page, live_server, cast.administrator)
    page.goto(live_server.url + reverse("installation_network", args=["threads"]))
    assert violations(page) == []
    page.get_by_label("Application ID").fill(THREADS_APP)
    page.get_by_label("Application secret").fill(THREADS_SECRET)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The keys are stored.").wait_for()
    page.context.clear_cookies()
    to_consent_and_back(page, live_server, cast, "Threads")
    page.get_by_text("The channel is connected").wait_for()
    assert (the_channel().platform, the_channel().state) == ("threads", ChannelState.CONNECTED)
    assert violations(page) == []
