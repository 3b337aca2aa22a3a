"""Checks whether the links of a post work, before readers meet an error.

Each save of the composer requests checks (`request_checks`, rows only); a worker performs them shortly afterwards
(`check_due_links`). An address is untrusted input: `common.http` blocks internal hosts. A site that refuses bots or
asks for a sign-in works; only "not found", a server error or no answer does not.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.http import Http, HttpError, NoAnswer, Refused
from links.rules import as_uri
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from posts.editing.domain.page_cards import fetch_card, keep_no_card
from posts.enums import LinkState
from posts.models import LinkCheck
from posts.models.link_checks import digest

MOST_ASKED = 5
MOST_WAITING = 100
AT_ONCE = 10
GOOD_FOR = timedelta(hours=12)
BAD_FOR = timedelta(minutes=10)
KEEP = timedelta(days=30)
# A worker that died during a check; the next one checks again.
LEASE = timedelta(minutes=2)
DEADLINE = 10.0
LARGEST = 2 * 1024 * 1024
# Responses of sites that exist but refuse bots or require an account.
ALIVE = (401, 403, 405, 406, 418, 429, 501, 503)


def request_checks(municipality: Municipality, urls: Iterable[str]) -> None:
    """Schedule checks of the addresses, unless they were checked recently. Rows only; inside the scope."""
    wanted = {digest(url): url for url in list(dict.fromkeys(urls))[:MOST_ASKED] if len(url) <= 2000}
    if not wanted:
        return
    now = timezone.now()
    known = set(LinkCheck.objects.filter(digest__in=wanted).values_list("digest", flat=True))
    LinkCheck.objects.filter(_stale(now), digest__in=known, due_at__isnull=True).update(due_at=now, asked_at=now)
    if LinkCheck.objects.filter(due_at__isnull=False).count() >= MOST_WAITING:
        return
    fresh = [
        LinkCheck(municipality=municipality, url=url, digest=key, due_at=now)
        for key, url in wanted.items()
        if key not in known
    ]
    LinkCheck.objects.bulk_create(fresh, ignore_conflicts=True)


def _stale(now: datetime) -> Q:
    good = Q(state=LinkState.WORKS)
    return (good & Q(checked_at__lt=now - GOOD_FOR)) | (~good & Q(checked_at__lt=now - BAD_FOR))


def check_due_links() -> int:
    """Check what is due, a few at a time; returns how many. A worker's task: it calls foreign sites."""
    with everywhere("look whether the links of posts work"):
        rows = _claimed(timezone.now())
        for row in rows:
            row.state, row.status = check_url(row.url)
            # Before the result is stored, for which the composer waits.
            read_card = fetch_card if row.state == LinkState.WORKS else keep_no_card
            read_card(row.municipality_id, row.url)
            row.checked_at, row.due_at = timezone.now(), None
            row.save(update_fields=["state", "status", "checked_at", "due_at"])
    return len(rows)


def is_due() -> bool:
    """Whether `check_due_links` has anything to do."""
    with everywhere("look whether the links of posts work"):
        return _due(timezone.now()).exists()


def _due(now: datetime) -> QuerySet[LinkCheck]:
    return LinkCheck.objects.filter(due_at__lte=now)


@transaction.atomic
def _claimed(now: datetime) -> list[LinkCheck]:
    rows = list(_due(now).order_by("due_at").select_for_update(skip_locked=True)[:AT_ONCE])
    LinkCheck.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
    return rows


def check_url(url: str) -> tuple[LinkState, int]:
    """The state of an address, and the HTTP status of its site (0: none). Never raises."""
    if not url.startswith("https://") and not _may_be_plain(url):
        return LinkState.PLAIN, 0
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=DEADLINE, max_bytes=LARGEST)
    try:
        status = http.request("HEAD", as_uri(url)).status
        if status >= 400:
            # Some sites fail on HEAD but serve the page.
            status = http.get(as_uri(url), headers={"Accept": "text/html,*/*"}).status
    except Refused:
        return LinkState.CLOSED, 0
    except (HttpError, NoAnswer, ValueError):
        return LinkState.SILENT, 0
    works = status < 400 or status in ALIVE
    return (LinkState.WORKS if works else LinkState.GONE), status


def _may_be_plain(url: str) -> bool:
    return any(url.startswith(f"http://{host}") for host in settings.PRIVATE_HOSTS_ALLOWED)


def purge_expired() -> int:
    """Delete checks that nobody requested lately; returns how many."""
    with everywhere("forget old looks at links"):
        deleted, _kinds = LinkCheck.objects.filter(asked_at__lt=timezone.now() - KEEP).delete()
    return deleted
