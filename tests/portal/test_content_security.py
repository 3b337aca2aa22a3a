"""The Content Security Policy as the server sends it: a nonce for each page, none for cached pages, none removed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from common.content_security import MARK_HEADER
from reports.views.public import CHART_SCRIPTS
from tests.hostile import Elements, foreign
from tests.people import Cast, sign_in
from tests.reports import numbers
from tests.reports.test_public import OCTOBER, in_november, switch

__all__ = ["in_november"]

pytestmark = pytest.mark.usefixtures("db")


def policy(answer: Any) -> dict[str, list[str]]:
    directives = (directive.split() for directive in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in directives}


def scripts(answer: Any) -> list[dict[str, str]]:
    tags = [attributes for tag, attributes in Elements(answer.text).tags if tag == "script"]
    return [script for script in tags if script.get("type") != "application/json"]


def config(answer: Any) -> dict[str, Any]:
    metas = [attributes for tag, attributes in Elements(answer.text).tags if tag == "meta"]
    contents = [meta["content"] for meta in metas if meta.get("name") == "htmx-config"]
    assert len(contents) == 1
    read: dict[str, Any] = json.loads(contents[0])
    return read


def test_the_policy_of_a_page(cast: Cast) -> None:
    answer = sign_in(cast.officer).get("/m/cuprija/inbox/")
    directives = policy(answer)
    assert re.fullmatch(r"'nonce-[A-Za-z0-9+/]{22}=='", directives["script-src"][0])
    assert directives == {
        "default-src": ["'none'"],
        "script-src": [directives["script-src"][0], "'strict-dynamic'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["portal", "default", "service-worker"],
    }


PAGES = (
    "/",
    "/m/cuprija/",
    "/m/cuprija/inbox/",
    "/m/cuprija/calendar/",
    "/m/cuprija/posts/new/",
    "/m/cuprija/analytics/",
    "/m/cuprija/settings/",
    "/m/cuprija/settings/export/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/sessions/",
    "/nothing/of/this/name/",
    "/m/novi-pazar/",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_script_of_a_page_has_the_nonce_of_that_answer(cast: Cast, path: str) -> None:
    client = sign_in(cast.approver)
    seen = set()
    for _time in range(2):
        answer = client.get(path, follow=True)
        nonces = {script["nonce"] for script in scripts(answer)}
        assert len(nonces) == 1, path
        assert policy(answer)["script-src"] == [f"'nonce-{nonces.pop()}'", "'strict-dynamic'"]
        assert foreign(answer.text) == []
        seen.add(policy(answer)["script-src"][0])
    assert len(seen) == 2


def test_pages_of_strangers_have_their_nonce_too() -> None:
    for path in ("/accounts/login/", "/accounts/password/reset/", "/ui/", "/about/"):
        answer = Client().get(path, follow=True)
        nonces = {script["nonce"] for script in scripts(answer)}
        assert [f"'nonce-{nonce}'" for nonce in nonces] == policy(answer)["script-src"][:1], path


def test_the_page_for_an_error_asks_for_no_script(cast: Cast, settings: Any) -> None:
    client = sign_in(cast.officer)
    client.raise_request_exception = False
    settings.ROOT_URLCONF = "tests.portal.broken_urls"
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert scripts(answer) == []
    assert policy(answer)["script-src"] == ["'strict-dynamic'"]


def test_a_refused_form_is_answered_with_a_nonce(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {})
    assert answer.status_code == 403
    assert {script["nonce"] for script in scripts(answer)}


# ---- pages that are kept for everybody


def test_a_kept_page_has_no_nonce_and_names_its_one_script(cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6)
    switch(cast)
    first = Client().get("/p/cuprija/en/")
    again = Client().get("/p/cuprija/en/")
    known = Client().get("/p/cuprija/en/", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.content, known.status_code) == (200, first.content, 304)
    chart = scripts(first)
    assert [list(script) for script in chart] == [["type", "src"]]
    for answer in (first, again, known):
        assert policy(answer)["script-src"] == [f"testserver{chart[0]['src']}"]
        assert policy(answer)["require-trusted-types-for"] == ["'script'"]
        assert "nonce" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/open-data/", "/p/nowhere/", "/rules/nowhere/", "/asked/nowhere/"])
def test_other_pages_for_everybody_run_nothing(path: str) -> None:
    answer = Client().get(path)
    assert scripts(answer) == []
    assert not any("nonce" in source or source == "'self'" for source in policy(answer)["script-src"])


def test_what_the_kept_script_imports_is_named(cast: Cast) -> None:
    for path in CHART_SCRIPTS:
        source = Path(str(finders.find(path))).read_text(encoding="utf-8")
        folder = path.rpartition("/")[0]
        imported = re.findall(r"(?:from|import)\s*\(?\s*[\"']\./([\w/]+\.js)[\"']", source)
        assert {f"{folder}/{name}" for name in imported} <= set(CHART_SCRIPTS)


# ---- htmx


def test_htmx_is_told_to_pass_over_what_has_no_mark(cast: Cast) -> None:
    client = sign_in(cast.approver)
    first, second = (config(client.get("/m/cuprija/settings/export/")) for _time in range(2))
    assert first["mark"] != second["mark"]
    assert len(first["mark"]) == 22
    assert f':not([data-htmx="{first["mark"]}"])' in first["disableSelector"]
    for name in ("hx-get", "hx-post", "data-hx-post", "hx-boost"):
        assert f"[{name}]" in first["disableSelector"]


def test_a_part_goes_on_with_the_mark_of_the_page_around_it(cast: Cast) -> None:
    client = sign_in(cast.approver)
    path = reverse("exports", args=["cuprija"])
    client.post(reverse("export_ask", args=["cuprija"]))
    page = client.get(path)
    mark = config(page)["mark"]
    asking = [attributes for _tag, attributes in Elements(page.text).tags if "hx-get" in attributes]
    assert [element["data-htmx"] for element in asking] == [mark]
    part = client.get(path, headers={"HX-Request": "true", MARK_HEADER: mark})
    assert {element["data-htmx"] for _tag, element in Elements(part.text).tags if "hx-get" in element} == {mark}
    for forged in ("x", '"><script>', "x" * 23):
        text = client.get(path, headers={"HX-Request": "true", MARK_HEADER: forged}).text
        assert f'data-htmx="{forged}"' not in text
        assert '"><script>' not in text
