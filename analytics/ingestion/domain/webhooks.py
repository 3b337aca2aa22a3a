"""Webhook events and metrics: an event that carries metrics of a post is stored (`channels.validation.metric_changes`),
and one that only says that something happened to a post brings its next fetch forward.

`channels.models.Event` holds the events. The cache holds how far they were processed; when that is lost, the events of
two days are processed again, which causes no second fetch and no second snapshot.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from analytics.enums import FetchOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain.collect import record_event
from analytics.models import Subject
from channels import validation
from channels.models import Event
from municipalities.tenancy import everywhere, scope
from platforms.types import PostMetrics

KEY = "analytics:events-read"
MAX_AGE = timedelta(days=2)
# For transactions that began before the last run and ended after it.
OVERLAP = timedelta(minutes=2)
BATCH_SIZE = 2000


def read_events() -> int:
    """Store the metrics of new events and bring the next fetches of other posts forward; returns how many posts that
    changed. Posts that are gone are left alone."""
    now = timezone.now()
    since = max(cache.get(KEY) or now - MAX_AGE, now - MAX_AGE)
    events = Event.objects.filter(received_at__gt=since).exclude(account_id="").order_by("received_at", "pk")
    rows = list(events[:BATCH_SIZE])
    posts: dict[tuple[str, str, str], datetime] = {}
    metrics: dict[tuple[str, str], dict[str, PostMetrics]] = defaultdict(dict)
    for event in rows:
        if remote_id := validation.post_of_event(event.platform, event.payload):
            posts[event.platform, event.account_id, remote_id] = event.received_at
        for one in validation.metric_changes(event):
            _keep_newest(metrics[event.platform, event.account_id], one)
    changed = sum(_store(*account, values) for account, values in metrics.items())
    changed += sum(_bring_post_forward(*post, received_at) for post, received_at in posts.items())
    cache.set(KEY, rows[-1].received_at if len(rows) == BATCH_SIZE else now - OVERLAP, MAX_AGE.total_seconds())
    return changed


def _keep_newest(newest: dict[str, PostMetrics], one: PostMetrics) -> None:
    """Networks send events late and in any order. Of two with the same time the one received later counts."""
    known = newest.get(one.subject_remote_id)
    if known is None or one.at >= known.at:
        newest[one.subject_remote_id] = one


def _store(platform: str, account: str, metrics: Mapping[str, PostMetrics]) -> int:
    """Store what events brought for the posts of one account; returns how many posts have new metrics."""
    with everywhere("an event names its account, not its municipality"):
        posts = Subject.objects.exclude(kind=SubjectKind.CHANNEL).exclude(last_outcome=FetchOutcome.GONE)
        ours = posts.filter(channel__platform=platform, channel__remote_id=account).exclude(remote_id="")
        rows = list(ours.values_list("pk", "municipality_id", "remote_id"))
    by_municipality: dict[int, dict[int, PostMetrics]] = defaultdict(dict)
    for pk, municipality, remote_id in rows:
        if one := metrics.get(validation.event_id(platform, remote_id)):
            by_municipality[municipality][pk] = replace(one, at=min(one.at, timezone.now()))
    stored = 0
    for municipality, by_subject in by_municipality.items():
        with scope(municipality):
            stored += record_event(by_subject)
    return stored


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
