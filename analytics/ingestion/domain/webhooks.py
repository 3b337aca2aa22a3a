"""Brings the next fetch of posts forward for which a network has sent a webhook event.

`channels.models.Event` holds the events. The cache holds how far they were processed; when that is lost, the events of
two days are processed again, which causes no second fetch.
"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from analytics.enums import FetchOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.models import Subject
from channels import validation
from channels.models import Event
from municipalities.tenancy import everywhere

KEY = "analytics:events-read"
MAX_AGE = timedelta(days=2)
# For transactions that began before the last run and ended after it.
OVERLAP = timedelta(minutes=2)
BATCH_SIZE = 2000


def bring_forward() -> int:
    """Bring the next fetch of these posts forward; returns how many. Posts that are gone are left alone."""
    now = timezone.now()
    since = max(cache.get(KEY) or now - MAX_AGE, now - MAX_AGE)
    events = Event.objects.filter(received_at__gt=since).exclude(account_id="").order_by("received_at")
    rows = list(events.values_list("platform", "account_id", "payload", "received_at")[:BATCH_SIZE])
    posts: dict[tuple[str, str, str], datetime] = {}
    for platform, account, payload, received_at in rows:
        if remote_id := validation.post_of_event(platform, payload):
            posts[platform, account, remote_id] = received_at
    changed = sum(_bring_post_forward(*post, received_at) for post, received_at in posts.items())
    cache.set(KEY, rows[-1][3] if len(rows) == BATCH_SIZE else now - OVERLAP, MAX_AGE.total_seconds())
    return changed


def _bring_post_forward(platform: str, account: str, remote_id: str, received_at: datetime) -> int:
    """`EVENT_INTERVAL` keeps a post with many events from being fetched for each of them."""
    soon = Greatest(Value(timezone.now() + rules.EVENT_DEBOUNCE), F("last_fetched_at") + rules.EVENT_INTERVAL)
    with everywhere("an event names its account, not its municipality"):
        posts = Subject.objects.exclude(kind=SubjectKind.CHANNEL).exclude(last_outcome=FetchOutcome.GONE)
        waiting = posts.filter(
            Q(next_fetch_at__isnull=True) | Q(next_fetch_at__gt=soon),
            Q(last_fetched_at__isnull=True) | Q(last_fetched_at__lt=received_at),
            channel__platform=platform,
            channel__remote_id=account,
            remote_id=remote_id,
        )
        return waiting.update(next_fetch_at=soon)
