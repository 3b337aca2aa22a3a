"""Fetches a channel's older posts from its network, after a person started it (`analytics.history.domain.imports`).

Works page by page, after publishing and within the network's rate limits. The cursor of the next page is stored with
each page, so a worker that dies continues where it stopped.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from analytics.enums import ImportState
from analytics.ingestion import rules
from analytics.ingestion.domain import insert_imported
from analytics.metrics import POST_METRICS, believed
from analytics.models import HistoryImport
from channels import rate_limits
from channels.connector_factory import open_channel
from channels.models import Channel
from common.audit import record
from municipalities.holidays import BELGRADE
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, RateLimited, Rejected
from platforms.protocols import Connector
from platforms.types import PastPost

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# A task lives 150 s; what is left after this goes on at the next tick.
TIME_BUDGET_SECONDS = 60
AT_ONCE = 5
MAX_ATTEMPTS = 8
MOST_POSTS = 10_000
# Posts whose list entry is incomplete are fetched once, a few a minute, so that other fetches need not wait.
FETCH_SPACING = timedelta(seconds=5)

RECONNECT = gettext_noop("The channel has to be connected again first. Then start again; nothing is imported twice.")
SILENT = gettext_noop("The network did not answer for hours. Start again later; nothing is imported twice.")
REFUSED = gettext_noop("The network refused to return older posts.")
ENOUGH = gettext_noop("There are more than 10,000 posts; the older ones were left out.")


def work() -> int:
    """Continue running imports, each by one worker; returns how many."""
    with everywhere("go on with fetching older posts"), transaction.atomic():
        due = HistoryImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            next_fetch_at__lte=timezone.now()
        )
        runs = list(due.select_related("channel").order_by("next_fetch_at")[:AT_ONCE])
        HistoryImport.objects.filter(pk__in=[run.pk for run in runs]).update(next_fetch_at=timezone.now() + LEASE)
    for run in runs:
        with scope(run.municipality_id):
            _go_on(run)
    return len(runs)


def _go_on(run: HistoryImport) -> None:
    assert run.channel is not None
    try:
        _pages(run, run.channel, open_channel(run.channel))
    except RateLimited as limited:
        _later(run, limited.retry_at)
    except NeedsConsent:
        _end(run, ImportState.FAILED, RECONNECT)
    except Rejected:
        log.exception("Older posts of channel %s were refused", run.channel_id)
        _end(run, ImportState.FAILED, REFUSED)
    except Exception as problem:
        if not isinstance(problem, NotReached):
            log.exception("Older posts of channel %s could not be read", run.channel_id)
        _try_again(run)


def _pages(run: HistoryImport, channel: Channel, connector: Connector) -> None:
    assert run.since is not None
    since = datetime.combine(run.since, datetime.min.time(), BELGRADE)
    began = time.monotonic()
    while time.monotonic() - began < TIME_BUDGET_SECONDS:
        if until := rate_limits.waits_until(channel):
            _later(run, until)
            return
        page = connector.past_posts(since, run.cursor or None)
        if not _store(run, connector, page.items, page.cursor or ""):
            return
    _later(run, timezone.now())


@transaction.atomic
def _store(run: HistoryImport, connector: Connector, page: tuple[PastPost, ...], cursor: str) -> bool:
    """Store one page and the cursor of the next. Returns False for the last page, or when the import was stopped
    meanwhile."""
    locked = HistoryImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != ImportState.RUNNING:
        return False
    posts = [_post(run, connector, post, place) for place, post in enumerate(page)]
    added = insert_imported.posts(run, posts)
    is_stuck = bool(cursor) and cursor == run.cursor
    run.made, run.known, run.cursor, run.attempts = (
        run.made + added,
        run.known + len(posts) - added,
        cursor,
        0,
    )
    run.reached = min([post.on for post in posts] + ([run.reached] if run.reached else []), default=None)
    run.next_fetch_at = timezone.now() + LEASE
    run.save(update_fields=["made", "known", "cursor", "attempts", "reached", "next_fetch_at"])
    too_many = run.made + run.known > MOST_POSTS
    if cursor and not is_stuck and not too_many:
        return True
    _end(run, ImportState.DONE, ENOUGH if cursor and too_many else "")
    return False


def _post(run: HistoryImport, connector: Connector, past_post: PastPost, place: int) -> insert_imported.Post:
    values = believed(past_post.values, POST_METRICS)
    now = timezone.now()
    soon = now + FETCH_SPACING * (place + 1)
    more = connector.measures - set(values)
    assert run.channel_id is not None
    return insert_imported.Post(
        channel_id=run.channel_id,
        remote_id=past_post.remote_id,
        on=timezone.localdate(past_post.at),
        at=past_post.at,
        title=past_post.text,
        permalink=past_post.permalink[:1000],
        values=values,
        material=past_post.material,
        next_fetch_at=soon if more else rules.next_fetch(past_post.at, now),
    )


def _later(run: HistoryImport, at: datetime) -> None:
    run.next_fetch_at = at
    HistoryImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(next_fetch_at=at)


def _try_again(run: HistoryImport) -> None:
    run.attempts += 1
    if run.attempts > MAX_ATTEMPTS:
        _end(run, ImportState.FAILED, SILENT)
        return
    at = timezone.now() + timedelta(minutes=2**run.attempts)
    HistoryImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(next_fetch_at=at, attempts=run.attempts)


@transaction.atomic
def _end(run: HistoryImport, state: ImportState, problem: str) -> None:
    ended = HistoryImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(
        state=state, problem=problem, next_fetch_at=None, finished_at=timezone.now()
    )
    if ended:
        record("past.import" if state == ImportState.DONE else "past.fail", by=None, target=run, made=run.made)
