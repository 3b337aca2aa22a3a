"""A post on its way through the interface, for journeys that are about something else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from tests.journeys.stack import Stack
from tests.journeys.visit import Visit, until

OFFICER, APPROVER = "officer@mali-zvornik.example", "approver@mali-zvornik.example"
HERE = "/m/mali-zvornik/"


def approved(visit: Callable[..., Visit]) -> tuple[str, str]:
    """Write, submit and approve a post. Returns its address and its text."""
    officer, approver = visit(OFFICER), visit(APPROVER)
    text = f"Гараже код пијаце се уклањају у уторак, број {time.time_ns() % 10_000_000}."
    page = officer.go(f"{HERE}posts/new/").page
    page.locator("#text-sr-Cyrl").fill(text)
    page.locator("#office > summary").click()
    page.locator("#title").fill(text)
    page.wait_for_url("**/edit/")
    page.select_option("#when", "later")
    officer.button("Submit for approval", page.locator(".composer-foot"))
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    address = page.url.removesuffix("edit/")
    approver.go(address).button("Approve")
    approver.sees("Approved. Choose a time for it, or publish it now.")
    return address, text


def publish_now(visit: Callable[..., Visit], address: str) -> None:
    officer = visit(OFFICER)
    officer.go(address).button("Publish now")
    officer.button("Publish now", officer.page.locator("#confirm"))


def await_public(visit: Callable[..., Visit], stack: Stack, text: str) -> None:
    """Until a citizen reads it on the practice network, once."""
    citizen = visit()
    feed = citizen.go(f"{stack.practice}/").page.locator(".status", has_text=text)
    until(citizen, lambda: feed.count() == 1)
