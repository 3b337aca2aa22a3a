"""Links are looked at by a worker, and the coach says what it found."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from portal.conditions import CONDITIONS
from posts.editing.domain import check_links
from posts.enums import LinkState
from posts.models import LinkCheck
from posts.queries import link_checks
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

pytestmark = pytest.mark.django_db


class Site(BaseHTTPRequestHandler):
    """A site with a page that is there, one that is gone, one that answers robots with an error, one that hides."""

    asked: list[str] = []

    def do_HEAD(self) -> None:
        status = {"/there": 200, "/gone": 404, "/no-head": 405, "/robots": 403}.get(self.path, 500)
        self.answer(500 if self.path == "/odd" else status)

    def do_GET(self) -> None:
        self.answer(200 if self.path in ("/no-head", "/odd") else 404 if self.path == "/gone" else 403)

    def answer(self, status: int) -> None:
        type(self).asked.append(f"{self.command} {self.path}")
        if self.path == "/moved":
            status = 302
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "https://169.254.169.254/latest/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def site(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    where = f"127.0.0.1:{server.server_port}"
    settings.PRIVATE_HOSTS_ALLOWED = [where]
    Site.asked = []
    yield f"http://{where}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.mark.parametrize(
    ("path", "state", "status"),
    [
        ("/there", LinkState.WORKS, 200),
        ("/gone", LinkState.GONE, 404),
        ("/no-head", LinkState.WORKS, 200),
        ("/odd", LinkState.WORKS, 200),
        ("/robots", LinkState.WORKS, 403),
        ("/moved", LinkState.CLOSED, 0),
    ],
)
def test_what_a_site_answers_is_understood(site: str, path: str, state: LinkState, status: int) -> None:
    assert check_links.check_url(site + path) == (state, status)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("http://cuprija.rs", LinkState.PLAIN),
        ("https://127.0.0.1/", LinkState.CLOSED),
        ("https://[::1]/", LinkState.CLOSED),
        ("https://10.0.0.7:8443/admin", LinkState.CLOSED),
        ("https://user:pass@cuprija.rs/", LinkState.CLOSED),
        ("https://there-is-no-such-name.invalid/", LinkState.SILENT),
        ("https://" + "a" * 300 + ".rs/", LinkState.SILENT),
    ],
)
def test_no_address_leads_inside_or_breaks_the_worker(url: str, state: LinkState) -> None:
    assert check_links.check_url(url) == (state, 0)


def test_a_save_asks_and_a_worker_answers_once(desk: Desk, site: str) -> None:
    client = sign_in(desk.cast.officer)
    sent = {"revision": 0, "text-sr-Cyrl": f"Види {site}/gone", "link": f"{site}/there", "channels": [desk.mastodon.pk]}
    place = reverse("post_begin", args=["cuprija"])
    assert client.post(place, {**sent, "key": "7b0e8a1e-93a4-4a0c-9d8a-0d5e6f3f1a11"}).status_code == 200
    assert CONDITIONS["check-draft-links"]()
    assert check_links.check_due_links() == 2
    assert not CONDITIONS["check-draft-links"]()
    assert check_links.check_due_links() == 0
    with scope(desk.municipality):
        assert {url: row.state for url, row in link_checks([f"{site}/there", f"{site}/gone"]).items()} == {
            f"{site}/there": "works",
            f"{site}/gone": "gone",
        }
    assert Site.asked.count("HEAD /there") == 1
    assert said(client, sent) == {"link_answer.gone": "look"}


def said(client: Client, sent: dict[str, Any]) -> dict[str, str]:
    """Coach feedback of the links: code and state."""
    html = client.post(reverse("post_preview", args=["cuprija"]), sent).content.decode()
    rows = [line.split(">", 1)[0] for line in html.split("<li ") if 'data-point="link_answer"' in line.split(">", 1)[0]]
    return {row.split('data-code="')[1].split('"')[0]: row.split('data-state="')[1].split('"')[0] for row in rows}


def test_while_it_is_looked_at_the_page_says_so(desk: Desk, site: str) -> None:
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, [f"{site}/there"])
    client = sign_in(desk.cast.officer)
    sent = {"revision": 0, "text-sr-Cyrl": "Вест", "link": f"{site}/there"}
    assert said(client, sent) == {"link_answer.waiting": "ok"}
    check_links.check_due_links()
    assert said(client, sent) == {"link_answer.ok": "ok"}


def test_what_was_found_is_good_for_a_while_and_then_looked_at_again(desk: Desk, site: str) -> None:
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, [f"{site}/there", f"{site}/gone"])
    check_links.check_due_links()
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, [f"{site}/there", f"{site}/gone"])
        assert check_links.check_due_links() == 0
        LinkCheck.objects.update(checked_at=timezone.now() - timedelta(hours=1))
        check_links.request_checks(desk.municipality, [f"{site}/there", f"{site}/gone"])
        assert [row.url for row in LinkCheck.objects.filter(due_at__isnull=False)] == [f"{site}/gone"]


def test_a_flood_of_links_is_cut(desk: Desk) -> None:
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, [f"https://a{number}.rs" for number in range(50)])
        assert LinkCheck.objects.count() == check_links.MOST_ASKED
        for start in range(0, 300, 5):
            check_links.request_checks(
                desk.municipality, [f"https://b{number}.rs" for number in range(start, start + 5)]
            )
        assert LinkCheck.objects.count() <= check_links.MOST_WAITING + check_links.MOST_ASKED
        check_links.request_checks(desk.municipality, ["https://a.rs/" + "x" * 3000])


def test_looks_that_nobody_asked_for_lately_are_forgotten(desk: Desk) -> None:
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, ["https://old.rs", "https://new.rs"])
        LinkCheck.objects.filter(url="https://old.rs").update(asked_at=timezone.now() - timedelta(days=31))
    assert check_links.purge_expired() == 1
    with scope(desk.municipality):
        assert [row.url for row in LinkCheck.objects.all()] == ["https://new.rs"]


def test_another_municipality_does_not_see_what_one_links_to(desk: Desk) -> None:
    with scope(desk.municipality):
        check_links.request_checks(desk.municipality, ["https://secret.rs"])
    with scope(desk.cast.novi_pazar):
        assert link_checks(["https://secret.rs"]) == {}


def test_the_words_of_the_coach_are_data_for_the_script(desk: Desk) -> None:
    html = sign_in(desk.cast.officer).get(reverse("post_new", args=["cuprija"])).content.decode()
    address = html.split('id="coach"', 1)[1].split('data-words="', 1)[1].split('"', 1)[0]
    answer = sign_in(desk.cast.officer).get(address)
    assert "immutable" in answer["Cache-Control"]
    messages = json.loads(answer.content)
    assert set(messages) == {"titles", "sentences", "fixes", "count", "none", "empty"}
    assert set(messages["count"]) == {"one", "few", "other"}
    assert len(html.encode()) < 55_000
