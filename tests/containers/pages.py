"""What people do in a browser with an installation in containers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from launcher import browser

PASSWORD = "kisa lampa sedam brod"
DEMO_PASSWORD = "dobosar-demo"
OFFICER, APPROVER = "officer@mali-zvornik.example", "approver@mali-zvornik.example"
ADMINISTRATOR = "admin@dobosar.example"
HERE = "/m/mali-zvornik/"
ALT = "Плави плакат пијаце"
PATIENCE = 60_000  # milliseconds


@contextmanager
def chromium(*switches: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = browser.find()
        started = playwright.chromium.launch(executable_path=path, args=[*browser.ARGUMENTS, *switches])
        yield started
        started.close()


def one_time_code(secret: str) -> str:
    """RFC 6238 with the usual 30 seconds and six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def set_up(page: Any, link: str, mails: list[str]) -> None:
    """The first set-up, as the administrator of a new installation goes through it."""
    from playwright.sync_api import expect

    page.goto(link)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@opstine.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and go on").click()
    page.get_by_role("link", name="Authenticator app on a phone").click()
    secret = page.locator("#authenticator_secret, [name=secret]").first.input_value()
    page.locator("[name=code]").fill(one_time_code(secret))
    page.locator("main button.button-primary").click()
    page.get_by_role("link", name="Go on with the set-up").click()
    page.get_by_label("Name of the portal").fill("Glasnik")
    page.get_by_label("Who is responsible").fill("Institut")
    page.get_by_label("Postal address").fill("Ulica 1")
    page.get_by_label("Public e-mail address").fill("info@opstine.example")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("You opened this page at that address.")).to_be_visible()
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_role("button", name="Send the test mail").click()
    expect(page.get_by_text("The mail has left")).to_be_visible(timeout=PATIENCE)
    assert any("ada@opstine.example" in mail for mail in mails), mails
    page.get_by_role("button", name="It arrived, go on").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name of the programme").fill("Swiss PRO")
    page.get_by_role("button", name="Start the programme and finish").click()
    expect(page.get_by_text("The portal is set up.")).to_be_visible()


class Portal:
    """An installation with the people of the demo, at `address`; each of them has a window of their own."""

    def __init__(self, chrome: Any, address: str, practice: str) -> None:
        self.chrome, self.address, self.practice = chrome, address, practice
        self.pages: dict[str, Any] = {}

    def page_of(self, person: str) -> Any:
        """Their page, signed in."""
        if person not in self.pages:
            page = self.pages[person] = self.chrome.new_page(locale="sr-RS")
            page.set_default_timeout(PATIENCE)
            page.goto(f"{self.address}/accounts/login/")
            page.locator("[name=login]").fill(person)
            page.locator("[name=password]").fill(DEMO_PASSWORD)
            page.locator("main form button.button-primary").click()
            page.wait_for_url(re.compile(r"/(m/[^/]+/)?$"))
        return self.pages[person]

    def write(self, text: str, *, picture: bool = False) -> str:
        """Write a post and submit it for approval; the path of its review page."""
        from playwright.sync_api import expect

        page = self.page_of(OFFICER)
        page.goto(f"{self.address}{HERE}posts/new/")
        page.locator("#text-sr-Cyrl").fill(text)
        page.locator("#office > summary").click()
        page.locator("#title").fill(text)
        if picture:
            page.set_input_files("#files", {"name": "plakat.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
            page.locator(".picture textarea").fill(ALT)
        page.wait_for_url("**/edit/")
        page.locator(".composer-foot").get_by_role("button", name="Пошаљите на одобрење").click()
        expect(page.get_by_text("Послато. Они који одобравају").first).to_be_visible()
        return str(page.url).removesuffix("edit/").removeprefix(self.address)

    def find(self, text: str) -> str:
        """The path of the review page of the submitted post whose title this is."""
        page = self.page_of(APPROVER)
        page.goto(f"{self.address}{HERE}posts/")
        page.get_by_role("link", name=text).first.click()
        page.wait_for_url(re.compile(r"/posts/\d+/"))
        return str(page.url).removeprefix(self.address)

    def release(self, path: str) -> None:
        """Approve a submitted post, and have it published at once."""
        page = self.page_of(APPROVER)
        page.goto(self.address + path)
        page.get_by_role("button", name="Одобрите", exact=True).click()
        page.get_by_role("button", name="Објавите одмах", exact=True).click()
        page.locator("#confirm").get_by_role("button", name="Објавите одмах", exact=True).click()
        page.wait_for_load_state()

    def statuses(self, text: str) -> int:
        """How often citizens see the text on the practice network."""
        page = self.chrome.new_page()
        try:
            page.goto(f"{self.practice}/")
            return int(page.locator(".status", has_text=text).count())
        finally:
            page.close()

    def await_public(self, text: str) -> None:
        ends = time.monotonic() + 90
        while self.statuses(text) != 1:
            assert time.monotonic() < ends, f"it did not become public: {text}"
            time.sleep(1)


def photograph() -> bytes:
    """A JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (1200, 800), "#1d3557").save(out, "JPEG")
    return out.getvalue()
