"""Looking again at posts of which a network has told that something happened to them.

The networks' own events lie in `channels.models.Event`. How far they were read stands in the cache: when that is lost,
those of two days are read once more, which brings no look twice.
"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from analytics.enums import PullOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.models import Subject
from channels import validation
from channels.models import Event
from municipalities.tenancy import everywhere

KEY = "analytics:events-read"
BACK = timedelta(days=2)
# Transactions that began before and ended after the last reading.
OVERLAP = timedelta(minutes=2)
AT_ONCE = 2000


def wake() -> int:
    """Bring the next look at such posts near; returns at how many. A post that is gone stays so."""
    now = timezone.now()
    since = max(cache.get(KEY) or now - BACK, now - BACK)
    events = Event.objects.filter(received_at__gt=since).exclude(account_id="").order_by("received_at")
    told = list(events.values_list("platform", "account_id", "payload", "received_at")[:AT_ONCE])
    posts: dict[tuple[str, str, str], datetime] = {}
    for platform, account, payload, received_at in told:
        if remote_id := validation.post_of_event(platform, payload):
            posts[platform, account, remote_id] = received_at
    woken = sum(_bring_near(*post, received_at) for post, received_at in posts.items())
    cache.set(KEY, told[-1][3] if len(told) == AT_ONCE else now - OVERLAP, BACK.total_seconds())
    return woken


def _bring_near(platform: str, account: str, remote_id: str, told_at: datetime) -> int:
    """`EVENT_QUIET` keeps a post that is much spoken of from being looked at for every word."""
    soon = Greatest(Value(timezone.now() + rules.EVENT_PAUSE), F("last_at") + rules.EVENT_QUIET)
    with everywhere("an event names its account, not its municipality"):
        posts = Subject.objects.exclude(kind=SubjectKind.CHANNEL).exclude(last_outcome=PullOutcome.GONE)
        asleep = posts.filter(
            Q(next_at__isnull=True) | Q(next_at__gt=soon),
            Q(last_at__isnull=True) | Q(last_at__lt=told_at),
            channel__platform=platform,
            channel__remote_id=account,
            remote_id=remote_id,
        )
        return asleep.update(next_at=soon)
