"""From an invitation to a post on a real server: snac2 of Debian, which speaks Mastodon's API.

A municipality joins: an administrator opens its workspace and invites the first person; she connects the
municipality's account in her browser, with the server's own consent page, writes and publishes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import places
from tests.journeys.stack import Stack, started
from tests.journeys.test_main_job import ALT, photograph
from tests.journeys.visit import Visit, until
from tests.platforms.real.snac2 import Snac, serving

pytestmark = [pytest.mark.journey, pytest.mark.real("snac2")]

ADMIN, APPROVER = "admin@dobosar.example", "predsednica@bor.example"
PASSWORD = "четири сасвим обичне речи"
WORDS = "Градско купатило ради сваког дана од 7 до 21 час. Улазница је 200 динара."


@pytest.fixture(scope="module")
def snac(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snac]:
    with serving(tmp_path_factory.mktemp("snac") / "site") as running:
        yield running


@pytest.fixture(scope="module")
def stack(snac: Snac) -> Iterator[Stack]:
    private = urlsplit(snac.url).netloc
    with places.open_directory() as around, started(around / "data", PRIVATE_HOSTS_ALLOWED=private) as running:
        yield running


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    return {}


def test_a_municipality_joins_and_publishes_on_a_real_server(visit: Callable[..., Visit], snac: Snac) -> None:
    admin, approver = visit(ADMIN), visit()
    invitation = the_administrator_opens_a_workspace(admin)
    the_administrator_sets_the_rules(admin)
    she_accepts(approver, invitation)
    she_connects_the_account(approver, snac)
    permalink = she_publishes(approver)
    anybody_finds_it(visit(), permalink, snac)


def the_administrator_opens_a_workspace(admin: Visit) -> str:
    """Through search, form and invitation; the link that the mail brings."""
    page = admin.go("/installation/municipalities/?q=bor").page
    page.locator("tr", has=page.locator("th", has_text=re.compile(r"^\s*Бор\s*$"))).get_by_role("link").click()
    admin.button("Open the workspace")
    admin.link("Invite people")  # the first steps are shown, this one among them
    admin.link("Invite a person")
    page.locator("[name=email]").fill(APPROVER)
    page.locator("[name=role][value=approver]").check()
    page.locator("main form .button-primary").click()
    admin.go("/mailbox/")
    until(admin, lambda: page.locator("details", has_text=APPROVER).count() == 1)
    mail = page.locator("details", has_text=APPROVER).text_content()
    match = re.search(r"https?://\S+/accounts/invitation/[\w-]+/", mail)
    assert match, mail
    return match[0]


def she_accepts(approver: Visit, invitation: str) -> None:
    page = approver.go(invitation).page
    approver.inspect()
    page.locator("[name=name]").fill("Председница општине")
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(PASSWORD)
    approver.button("Accept and sign in")
    page.wait_for_url("**/m/bor/**")


def the_administrator_sets_the_rules(admin: Visit) -> None:
    """Before anybody approves there; afterwards an approver may approve their own only after a delay."""
    page = admin.go("/m/bor/settings/rules/").page
    page.locator("[name=may_approve_own]").check()
    page.locator("[name=reason]").fill("У општини једна особа и пише и одлучује.")
    admin.button("Save")
    expect(page.locator("[name=may_approve_own]")).to_be_checked()


def she_connects_the_account(approver: Visit, snac: Snac) -> None:
    """The server's own page asks who she is; nothing of its password passes through the portal."""
    page = approver.go("/m/bor/channels/connect/mastodon/").page
    page.locator("[name=server]").fill(snac.url)
    approver.button("Connect")
    page.locator("#consent").click()
    page.wait_for_url(f"{snac.url}/**")
    page.locator("[name=login]").fill("urednik")
    page.locator("[name=passwd]").fill(snac.passwords["urednik"])
    page.locator("[type=submit]").click()
    page.wait_for_url(f"{approver.stack.url}/m/bor/channels/connecting/**")
    page.get_by_text(approver.say("The channel is connected")).wait_for()
    approver.inspect()


def she_publishes(approver: Visit) -> str:
    """Writes, adds a picture, publishes at once; where the post is to be found."""
    page = approver.go("/m/bor/posts/new/").page
    page.locator("#text-sr-Cyrl").fill(WORDS)
    page.set_input_files("#files", {"name": "kupatilo.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    page.locator(".picture textarea").fill(ALT)
    expect(page.locator(".preview img")).to_have_attribute("alt", ALT)
    approver.button("Publish now", page.locator(".composer-foot"))
    approver.button("Publish now", page.locator("#confirm"))
    approver.sees("It is published in a moment. This page shows its status.")
    link = page.locator("#where-heading + .list a[target=_blank]")
    until(approver, lambda: link.count() == 1)
    return str(link.get_attribute("href"))


def anybody_finds_it(citizen: Visit, permalink: str, snac: Snac) -> None:
    assert permalink.startswith(snac.url)
    page = citizen.go(permalink).page
    expect(page.locator("body")).to_contain_text(WORDS)
    expect(page.locator(f"img[alt='{ALT}']")).to_have_count(1)
