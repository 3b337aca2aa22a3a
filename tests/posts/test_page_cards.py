"""The card of a linked page: read by a worker behind the guard of addresses, shown in the previews."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from django.core.cache import cache
from django.urls import reverse

from municipalities.tenancy import scope
from posts.editing.domain import check_links
from posts.editing.domain.page_cards import card_of, fetch_card
from posts.editing.page_cards import MOST_DESCRIPTION, MOST_TITLE, PageCard, facts_of
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened, picture_bytes

pytestmark = pytest.mark.django_db

HTML = "text/html; charset=utf-8"
PAGE = """<html><head><title>Other</title>
<META Property="og:title" content="Нова фонтана &amp; трг > парк"><meta name='description' content='Отварање у суботу.'>
<meta property="og:image" content="{picture}"></head><body><script>alert(1)</script></body></html>"""


class Site(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[str, bytes]]] = {}
    requested: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        self.requested.append(self.path)
        content_type, body = self.pages.get(self.path, ("text/plain", b""))
        is_redirect = content_type == "redirect"
        self.send_response(302 if is_redirect else 200)
        if is_redirect:
            self.send_header("Location", body.decode())
        else:
            self.send_header("Content-Type", content_type)
        self.end_headers()
        if not is_redirect:
            self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def site(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    where = f"127.0.0.1:{server.server_port}"
    settings.PRIVATE_HOSTS_ALLOWED = [where]
    Site.pages, Site.requested = {}, []
    cache.clear()
    yield f"http://{where}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def test_the_preview_shows_the_page_as_the_network_will_once_a_worker_has_read_it(desk: Desk, site: str) -> None:
    Site.pages = {
        "/news": (HTML, PAGE.format(picture="/fountain.jpg").encode()),
        "/fountain.jpg": ("image/jpeg", picture_bytes()),
    }
    client = sign_in(desk.cast.officer)
    key = "7b0e8a1e-93a4-4a0c-9d8a-0d5e6f3f1a11"
    sent = {"revision": 0, "key": key, "text-sr-Cyrl": "Види", "link": f"{site}/news", "channels": [desk.mastodon.pk]}
    preview = reverse("post_preview", args=["cuprija"])
    before = client.post(preview, sent).content.decode()
    assert "The network makes this card" in before
    assert "data-unread" in before, "the script goes on to ask"
    client.post(reverse("post_begin", args=["cuprija"]), sent)
    assert Site.requested == [], "no view calls a page"
    check_links.check_due_links()
    shown = client.post(preview, sent).content.decode()
    assert "Нова фонтана &amp; трг &gt; парк" in shown
    assert "Отварање у суботу." in shown
    assert "The network makes this card" not in shown
    assert "data-unread" not in shown
    card = card_of(desk.municipality.pk, f"{site}/news")
    assert card
    picture = client.get(reverse("post_page_picture", args=["cuprija", card.picture]))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"
    assert picture.content != Site.pages["/fountain.jpg"][1], "written anew"
    elsewhere = reverse("post_page_picture", args=["novi-pazar", card.picture])
    assert sign_in(desk.cast.stranger).get(elsewhere).status_code == 404
    assert card_of(desk.cast.novi_pazar.pk, f"{site}/news") is None


@pytest.mark.parametrize(
    ("address", "content_type", "body"),
    [
        ("http://169.254.169.254/latest/meta-data/", "image/jpeg", b""),
        ("https://127.0.0.1/fountain.jpg", "image/jpeg", b""),
        ("file:///etc/passwd", "image/jpeg", b""),
        ("http://[", "image/jpeg", b""),
        ("/bad", "image/jpeg", b"MZ" * 100),
        ("/bad", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("/bad", "image/jpeg", b"\xff\xd8" + b"0" * (5 * 1024 * 1024)),
        ("/bad", "redirect", b"https://10.0.0.7/inside.jpg"),
    ],
)
def test_a_hostile_picture_leaves_the_card_without_one(
    desk: Desk, site: str, address: str, content_type: str, body: bytes
) -> None:
    Site.pages = {"/news": (HTML, PAGE.format(picture=address).encode()), "/bad": (content_type, body)}
    fetch_card(desk.municipality.pk, f"{site}/news")
    expected = PageCard("Нова фонтана & трг > парк", "Отварање у суботу.")
    assert card_of(desk.municipality.pk, f"{site}/news") == expected


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/pdf", b"<title>PDF</title>"),
        (HTML, b""),
        (HTML, b"<title></title>"),
        (HTML, b"<html>" + b"x" * (3 * 1024 * 1024) + b"<title>Late</title>"),
        ("redirect", b"https://169.254.169.254/latest/"),
        ("redirect", b"/news"),
    ],
)
def test_what_is_no_page_with_a_title_has_no_card(desk: Desk, site: str, content_type: str, body: bytes) -> None:
    Site.pages = {"/news": (content_type, body)}
    fetch_card(desk.municipality.pk, f"{site}/news")
    assert card_of(desk.municipality.pk, f"{site}/news") == PageCard("")


def test_long_and_odd_words_are_cut_and_cleaned() -> None:
    body = f"<title>{'Р' * 500}\u202e\x00</title><meta name=description content='{'о ' * 900}'>".encode()
    facts = facts_of(body, "text/html;charset=no-such", "https://cuprija.rs/")
    assert facts
    assert (len(facts.title), len(facts.description)) == (MOST_TITLE, MOST_DESCRIPTION)
    latin = facts_of("<title>Ćuprija</title>".encode("iso-8859-2"), "text/html; charset=ISO-8859-2", "")
    assert latin
    assert latin.title == "Ćuprija"


@pytest.mark.parametrize("part", ["<meta ", "<meta property='", "<title", "<!--", '<meta a="', "&amp", "<![CDATA["])
def test_a_page_made_to_be_slow_is_read_fast(part: str) -> None:
    started = time.process_time()
    facts_of((part * 400_000).encode()[: 2 * 1024 * 1024], "text/html", "https://cuprija.rs/")
    # What grows with the square of the page takes minutes.
    assert time.process_time() - started < 5
