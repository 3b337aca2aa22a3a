"""From the administrator's keys to a connected page in a real browser, by clicks alone, and axe on every page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from django.urls import reverse

from channels import tasks
from channels.domain import keys
from channels.enums import ChannelState
from tests.browsing import enter, violations
from tests.channels.conftest import last_attempt, the_channel
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer, live_server: Any) -> None:
    settings.NETWORK_OPTIONS = {"facebook": {"server": f"{fakes.url}/facebook"}}
    settings.PUBLIC_BASE_URL = live_server.url
    for name in ("cuprija", "biblioteka"):
        fakes.account("facebook", name)


@pytest.mark.slow
def test_an_administrator_enters_keys(page: Any, live_server: Any, cast: Cast) -> None:
    enter(page, live_server, cast.administrator)
    page.goto(live_server.url + reverse("installation_networks"))
    assert violations(page) == []
    page.get_by_role("link", name="Facebook").click()
    assert violations(page) == []
    page.get_by_label("Application ID").fill(APP)
    page.get_by_label("Application secret").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The keys are stored.").wait_for()
    page.get_by_text("Keys entered").wait_for()
    assert violations(page) == []


def test_an_approver_picks_the_municipalitys_page(page: Any, live_server: Any, cast: Cast) -> None:
    keys.enter("facebook", APP, SECRET, by=cast.administrator)
    enter(page, live_server, cast.approver)
    page.goto(live_server.url + reverse("channel_choose", args=["cuprija"]))
    assert violations(page) == []
    page.get_by_role("link", name="Facebook").click()
    assert violations(page) == []
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    consent = page.locator("#consent")
    consent.wait_for()
    asked = sign_in(cast.approver).get(urlsplit(consent.get_attribute("href")).path)["Location"]
    page.goto(live_server.url + reverse("channel_callback") + "?" + urlencode(allowed(asked)))
    tasks.connect()
    page.get_by_text("Which page is the municipality's?").wait_for()
    assert violations(page) == []
    page.get_by_label("Општина cuprija").check()
    page.get_by_role("button", name="Connect this page").click()
    page.wait_for_load_state()
    tasks.connect()
    page.get_by_text("The channel is connected").wait_for()
    assert (the_channel().handle, the_channel().state) == ("@cuprija", ChannelState.CONNECTED)
    page.get_by_role("link", name="Choose layout and languages").click()
    page.get_by_text("Renew the access by").wait_for()
    assert violations(page) == []
    assert last_attempt().ciphertext == ""


def allowed(url: str) -> dict[str, str]:
    """The query that the network adds to our address after the person has agreed on its page."""
    asked = {**dict(parse_qsl(urlsplit(url).query)), "decision": "allow"}
    answer = requests.post(url.split("?", maxsplit=1)[0], data=asked, allow_redirects=False, timeout=30)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
