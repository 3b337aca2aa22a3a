"""Checks whether the targets of short links still exist, so that nobody is sent to a missing page.

Only clear failures count: 404, 410, an unknown host, a refused connection. A slow server, a server error or a page that
asks for a sign-in counts as reachable. Two failures an hour apart mark a link as broken; one success clears it.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from common.http import Http, NoAnswer, NotReached, Refused
from links import queries, rules
from links.models import Link
from municipalities.tenancy import everywhere

AGAIN_AFTER = timedelta(hours=1)
EVERY = timedelta(days=1)
# Posts older than this are hardly read any more; their links are checked once a month.
FRESH, RARELY = timedelta(days=90), timedelta(days=30)
AT_ONCE = 20
FAILURES = 2
GONE = (404, 410)
LARGEST = 512 * 1024


def check_due() -> int:
    """Check the links that are due, a few at a time; returns how many. A worker's task: it calls foreign sites."""
    moment = timezone.now()
    fresh = Q(created_at__gte=moment - FRESH)
    due = (
        Q(checked_at__isnull=True)
        | (Q(failures__gt=0) & Q(checked_at__lt=moment - AGAIN_AFTER) & fresh)
        | (fresh & Q(checked_at__lt=moment - EVERY))
        | Q(checked_at__lt=moment - RARELY)
    )
    with everywhere("look whether the targets of short links are still there"):
        rows = list(Link.objects.filter(due).order_by(F("checked_at").asc(nulls_first=True))[:AT_ONCE])
        for link in rows:
            store_result(link, is_reachable(link.target))
    return len(rows)


def is_reachable(target: str) -> bool | None:
    """True, False, or None if the result is inconclusive. Never raises."""
    if queries.target_problem(target):
        return None
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=10, max_bytes=LARGEST)
    try:
        return http.get(rules.as_uri(target), headers={"Accept": "text/html,*/*"}).status not in GONE
    except Refused:
        return None  # plain http or an internal host: not called
    except NotReached:
        return False
    except (NoAnswer, ValueError):
        return None


def store_result(link: Link, there: bool | None) -> None:
    """Store the result. An inconclusive one only updates the time of the check."""
    now = timezone.now()
    link.checked_at = now
    if there:
        link.failures, link.gone_since = 0, None
    elif there is False:
        link.failures = min(link.failures + 1, 100)
        if link.failures >= FAILURES and link.gone_since is None:
            link.gone_since = now
    link.save(update_fields=["checked_at", "failures", "gone_since"])
