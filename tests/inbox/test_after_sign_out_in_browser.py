"""A shared computer: after the sign-out neither the back button nor the browser's cache shows what citizens wrote."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from launcher import browser as browsers
from municipalities.tenancy import scope
from posts.media.domain.pictures import add
from tests import patience
from tests.browsing import enter
from tests.inbox.conftest import MunicipalityInbox
from tests.posts.desk import picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WORDS = "Немам воде већ три дана"


def sign_out(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/accounts/logout/")
    page.locator("main form button.button-primary").click()
    page.wait_for_url(lambda url: "logout" not in url)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """In a browser that keeps whole pages for the back button, as people's do; playwright switches that off."""
    ignored_arguments = ["--disable-back-forward-cache"]
    people = browser.browser_type.launch(
        executable_path=browsers.find(), args=browsers.ARGUMENTS, ignore_default_args=ignored_arguments
    )
    new_page = people.new_page(locale="en-GB")
    new_page.set_default_timeout(patience.MILLISECONDS)
    yield new_page
    people.close()


def test_the_back_button_shows_no_message_after_the_sign_out(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    message = municipality.receive(f"@opstina {WORDS}")
    enter(page, live_server, municipality.cast.officer)
    for address in ("/m/cuprija/inbox/", f"/m/cuprija/inbox/{message.pk}/"):
        page.goto(live_server.url + address)
        expect(page.get_by_text(WORDS).first).to_be_visible()
    sign_out(page, live_server)
    seen = []
    for _ in range(5):
        page.go_back(wait_until="commit")  # a page that was kept whole is not loaded
        seen.append(page.url.removeprefix(live_server.url))
        assert WORDS not in page.content(), page.url
        expect(page.locator("input[name=password]")).to_be_visible()
        if page.url.endswith("next=/m/cuprija/inbox/"):
            break
    assert any("/inbox/" in address for address in seen), seen


def test_a_picture_of_a_draft_is_in_the_cache_for_nobody_else(
    page: Any, live_server: Any, municipality: MunicipalityInbox
) -> None:
    with scope(municipality.cast.cuprija):
        body = picture_bytes()
        picture = add(
            municipality.cast.cuprija, io.BytesIO(body), name="a.jpg", size=len(body), by=municipality.cast.officer
        )
    enter(page, live_server, municipality.cast.officer)
    address = f"{live_server.url}/m/cuprija/media/{picture.pk}/small/"
    page.goto(f"{live_server.url}/m/cuprija/")

    def fetched() -> tuple[str, bool]:
        """What the browser gets for the picture's address, and whether it asked the server for it."""
        script = """async (address) => {
            const answer = await fetch(address);
            await answer.blob();
            const entry = performance.getEntriesByName(address).pop();
            return [answer.headers.get("content-type"), entry.transferSize > 0];
        }"""
        kind, over_the_wire = page.evaluate(script, address)
        return kind, over_the_wire

    assert fetched() == ("image/jpeg", True)
    assert fetched() == ("image/jpeg", False), "while one is signed in the browser keeps it"
    sign_out(page, live_server)
    assert fetched()[0].startswith("text/html"), "the page to sign in"
