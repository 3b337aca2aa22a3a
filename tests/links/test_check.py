"""Looking behind short links, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from django.utils import timezone

from links.domain.check import check_due, is_reachable, store_result
from links.models import Link
from links.tasks import check_links as look_task
from municipalities.tenancy import everywhere
from tests.links.test_follow import made
from tests.people import Cast


class Site(BaseHTTPRequestHandler):
    """Answers with the status that stands in the path."""

    asked: list[str] = []

    def do_GET(self) -> None:
        Site.asked.append(self.path)
        status = int(self.path.strip("/").partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def site(settings: Any) -> Iterator[str]:
    """`host:port` of a page on this machine that the portal is allowed to call."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    Site.asked = []
    where = f"127.0.0.1:{server.server_port}"
    settings.PRIVATE_HOSTS_ALLOWED = [where]
    yield where
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "there"), [(200, True), (403, True), (500, True), (503, True), (404, False), (410, False)]
)
def test_only_a_clear_no_counts_as_gone(site: str, status: int, there: bool) -> None:
    assert is_reachable(f"http://{site}/{status}") is there


def test_a_refused_connection_is_gone_and_a_private_address_is_not_called(settings: Any, site: str) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:1"]
    assert is_reachable("http://127.0.0.1:1/") is False
    assert is_reachable(f"http://{site}/200") is None
    assert is_reachable(f"https://{site}/200") is None
    assert is_reachable("javascript:alert(1)") is None
    assert Site.asked == []


def again(link: Link) -> Link:
    with everywhere("test"):
        return Link.objects.get(pk=link.pk)


def test_a_link_is_gone_after_two_failures_and_comes_back_with_one_success(cast: Cast) -> None:
    link = made(cast)
    with everywhere("test"):
        store_result(link, False)
        assert again(link).gone_since is None
        store_result(link, None)
        store_result(link, False)
        first = again(link).gone_since
        assert first is not None
        store_result(link, False)
        assert again(link).gone_since == first
        store_result(link, True)
    row = again(link)
    assert (row.gone_since, row.failures) == (None, 0)


def test_the_worker_takes_what_is_due_and_leaves_the_rest(cast: Cast, site: str) -> None:
    now = timezone.now()
    never, failed, seen, old = (made(cast, f"http://{site}/404?{name}") for name in ("never", "failed", "seen", "old"))
    with everywhere("test"):
        rows = Link.objects
        rows.filter(pk=failed.pk).update(checked_at=now - timedelta(minutes=70), failures=1)
        rows.filter(pk=seen.pk).update(checked_at=now - timedelta(hours=3))
        rows.filter(pk=old.pk).update(checked_at=now - timedelta(days=3), created_at=now - timedelta(days=200))
    look_task()
    assert sorted(Site.asked) == ["/404?failed", "/404?never"]
    assert again(failed).gone_since is not None
    assert again(never).gone_since is None
    assert check_due() == 0
