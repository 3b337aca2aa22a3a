"""A real Chromium in a running demo, for the pictures and the film of the docs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.core.management.base import CommandError

from launcher import browser
from launcher.run import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OFFICER, APPROVER = "officer@cuprija.example", "approver@cuprija.example"
HERE = "/m/cuprija/"


@contextmanager
def started_chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    try:
        program = browser.find()
    except browser.NoBrowser as missing:
        raise CommandError(str(missing)) from missing
    with sync_playwright() as playwright:
        # The language of date fields is the browser's own, not the page's.
        chromium = playwright.chromium.launch(executable_path=program, args=[*browser.ARGUMENTS, "--lang=sr"])
        try:
            yield chromium
        finally:
            chromium.close()


def sign_in(page: "Page", base: str, who: str) -> None:
    open_page(page, f"{base}/accounts/login/")
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").first.click()
    page.wait_for_load_state("networkidle")
    if "/accounts/login/" in page.url:
        raise CommandError(f"{who} could not sign in at {base}. Is this a demo? (DEMO=true, make seed)")


def open_page(page: "Page", address: str) -> None:
    from playwright.sync_api import Error

    try:
        answer = page.goto(address, wait_until="networkidle")
    except Error as problem:
        raise CommandError(f"{address} does not answer. Start the demo first: make run\n{problem.message}") from problem
    if answer is None or not answer.ok:
        raise CommandError(f"{address} answered {answer.status if answer else 'nothing'}.")


def next_port(base: str) -> str:
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, f"{parts.hostname}:{(parts.port or 80) + 1}", "/", "", ""))
