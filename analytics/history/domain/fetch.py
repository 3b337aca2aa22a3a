"""Fetching a channel's older posts from its network, which somebody began (`analytics.history.domain.imports`).

Page by page, behind publishing and within what the network takes. The mark of the next page is stored with each page,
so a worker that dies goes on where it was.
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
from analytics.models import PastImport
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
PATIENCE_SECONDS = 60
AT_ONCE = 5
MOST_TRIES = 8
MOST_POSTS = 10_000
# Posts of which the list did not tell everything are looked at once, a few a minute, so that nobody else waits.
BETWEEN_LOOKS = timedelta(seconds=5)

RECONNECT = gettext_noop("The channel has to be connected again first. Begin anew then; nothing comes twice.")
SILENT = gettext_noop("The network did not answer for hours. Begin anew later; nothing comes twice.")
REFUSED = gettext_noop("The network refused to tell older posts.")
ENOUGH = gettext_noop("There are more than 10,000 posts; the older ones were left out.")


def work() -> int:
    """Go on with what is being fetched; returns with how many. Each is taken by one worker."""
    with everywhere("go on with fetching older posts"), transaction.atomic():
        due = PastImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=timezone.now())
        runs = list(due.select_related("channel").order_by("next_at")[:AT_ONCE])
        PastImport.objects.filter(pk__in=[run.pk for run in runs]).update(next_at=timezone.now() + LEASE)
    for run in runs:
        with scope(run.municipality_id):
            _go_on(run)
    return len(runs)


def _go_on(run: PastImport) -> None:
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


def _pages(run: PastImport, channel: Channel, connector: Connector) -> None:
    assert run.since is not None
    since = datetime.combine(run.since, datetime.min.time(), BELGRADE)
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        if until := rate_limits.waits_until(channel):
            _later(run, until)
            return
        page = connector.past_posts(since, run.cursor or None)
        if not _store(run, connector, page.items, page.cursor or ""):
            return
    _later(run, timezone.now())


@transaction.atomic
def _store(run: PastImport, connector: Connector, found: tuple[PastPost, ...], cursor: str) -> bool:
    """Write one page and the mark of the next. False: this was the last one, or somebody has stopped it meanwhile."""
    locked = PastImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != ImportState.RUNNING:
        return False
    posts = [_post(run, connector, post, place) for place, post in enumerate(found)]
    made = insert_imported.posts(run, posts)
    is_stuck = bool(cursor) and cursor == run.cursor
    run.made, run.known, run.cursor, run.tries = run.made + made, run.known + len(posts) - made, cursor, 0
    run.reached = min([post.on for post in posts] + ([run.reached] if run.reached else []), default=None)
    run.next_at = timezone.now() + LEASE
    run.save(update_fields=["made", "known", "cursor", "tries", "reached", "next_at"])
    too_many = run.made + run.known > MOST_POSTS
    if cursor and not is_stuck and not too_many:
        return True
    _end(run, ImportState.DONE, ENOUGH if cursor and too_many else "")
    return False


def _post(run: PastImport, connector: Connector, told: PastPost, place: int) -> insert_imported.Post:
    values = believed(told.values, POST_METRICS)
    now = timezone.now()
    soon = now + BETWEEN_LOOKS * (place + 1)
    more = connector.measures - set(values)
    assert run.channel_id is not None
    return insert_imported.Post(
        channel_id=run.channel_id,
        remote_id=told.remote_id,
        on=timezone.localdate(told.at),
        at=told.at,
        title=told.text,
        permalink=told.permalink[:1000],
        values=values,
        material=told.material,
        next_at=soon if more else rules.next_fetch(told.at, now),
    )


def _later(run: PastImport, at: datetime) -> None:
    run.next_at = at
    PastImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(next_at=at)


def _try_again(run: PastImport) -> None:
    run.tries += 1
    if run.tries > MOST_TRIES:
        _end(run, ImportState.FAILED, SILENT)
        return
    at = timezone.now() + timedelta(minutes=2**run.tries)
    PastImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(next_at=at, tries=run.tries)


@transaction.atomic
def _end(run: PastImport, state: ImportState, problem: str) -> None:
    ended = PastImport.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(
        state=state, problem=problem, next_at=None, finished_at=timezone.now()
    )
    if ended:
        record("past.import" if state == ImportState.DONE else "past.fail", by=None, target=run, made=run.made)
