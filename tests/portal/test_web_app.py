"""The portal as an installed app: its manifest, its service worker, and where its shortcuts lead."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from django.contrib.staticfiles import finders
from django.test import Client

from tests.browsing import enter
from tests.people import Cast, sign_in

pytestmark = pytest.mark.django_db

CONTROLLED = """() => new Promise((resolve) => {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) resolve();
  else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
})"""


def test_the_manifest_is_in_the_language_of_the_page(cast: Cast) -> None:
    page = sign_in(cast.officer).get("/m/cuprija/").text
    assert 'rel="manifest" href="/manifest.webmanifest?language=' in page
    names = {code: Client().get(f"/manifest.webmanifest?language={code}").json() for code in ("sr", "sr-latn", "en")}
    assert [names[code]["lang"] for code in names] == ["sr-Cyrl", "sr-Latn", "en"]
    assert names["en"]["shortcuts"][0]["name"] == "New post"
    assert {one["id"] for one in names.values()} == {"/"}


def test_icons_have_the_size_that_the_manifest_states() -> None:
    icons = Client().get("/manifest.webmanifest?language=en").json()["icons"]
    assert {(icon["purpose"], icon["sizes"]) for icon in icons} >= {("any", "512x512"), ("maskable", "512x512")}
    for icon in icons:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert path
        with Image.open(path) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]


@pytest.mark.parametrize("wanted", ["", "?language=", "?language=xx", "?language=../../etc", "?language=%00"])
def test_an_unknown_language_gets_a_manifest_too(wanted: str) -> None:
    answer = Client().get(f"/manifest.webmanifest{wanted}")
    assert answer.status_code == 200
    assert answer.json()["start_url"] == "/"


def test_the_worker_is_asked_for_anew_each_time() -> None:
    answer = Client().get("/service-worker.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "import" not in answer.text
    assert not answer.cookies
    again = Client().get("/service-worker.js", headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_shortcut_leads_to_the_only_municipality(cast: Cast) -> None:
    assert sign_in(cast.officer).get("/new-post/").headers["Location"] == "/m/cuprija/posts/new/"
    assert sign_in(cast.staff).get("/new-post/").headers["Location"] == "/"


def test_the_worker_is_registered_for_who_is_signed_in(live_server: Any, browser: Any, cast: Cast) -> None:
    context = browser.new_context(locale="en-GB", service_workers="allow")
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/")
    page.evaluate(CONTROLLED)
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map(({ scope }) => scope))")
    assert scopes == [f"{live_server.url}/"]
