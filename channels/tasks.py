"""Tasks of channels. Each tick queries the database for what is due: a lost or duplicate one does no harm."""

import logging
import time
from collections.abc import Callable
from functools import partial

from celery import shared_task
from kombu.exceptions import OperationalError

from channels import queries
from channels.domain import connect as connecting
from channels.domain import inbound
from channels.domain import pause as pausing
from channels.domain import upkeep as ahead
from channels.domain.disconnect import give_back
from channels.domain.health import check, refresh_facts
from channels.domain.refresh import refresh
from channels.models import ChannelPause
from municipalities.models import Pause, WidePause
from municipalities.tenancy import scope
from platforms.errors import PlatformError

log = logging.getLogger(__name__)

# A silent server costs 20 s a call; what does not fit is found again by the next tick.
BUDGET_SECONDS = 90


@shared_task(name="channels.tasks.connect")
def connect() -> None:
    """Attempts to connect: a person watches the page and waits."""
    _run(queries.attempts_overdue(), connecting.expire)
    _run(queries.attempts_due(), connecting.proceed)
    # A network that calls us before it takes a post: the channel is not ready before that.
    _run(queries.subscriptions_due(calls_first=True), ahead.subscribe)


@shared_task(name="channels.tasks.upkeep")
def upkeep() -> None:
    """Renew sessions, revoke ended ones, check channels, refresh facts, send warnings."""
    ends_at = time.monotonic() + BUDGET_SECONDS
    _run(queries.sessions_due(), refresh, ends_at)
    _run(queries.revocations_due(), give_back, ends_at)
    _run(queries.checks_due(), check, ends_at)
    _run(queries.facts_due(), refresh_facts, ends_at)
    _run(queries.warnings_due(), ahead.warn, ends_at)
    _run(queries.left_behind(), ahead.hand_over, ends_at)
    _run(queries.moved(), ahead.follow, ends_at)
    _run(queries.subscriptions_due(), ahead.subscribe, ends_at)


@shared_task(name="channels.tasks.end_pauses")
def end_pauses() -> None:
    """Announce pauses that ended by themselves. The publish policy has applied their end already."""
    for model in (Pause, ChannelPause):
        _run(queries.pauses_over(model), partial(pausing.end, model))
    for pk in queries.wide_pauses_over():
        pausing.end(WidePause, pk)


@shared_task(name="channels.tasks.purge_webhook_events")
def purge_webhook_events() -> None:
    """Delete old webhook events, which contain citizens' messages."""
    inbound.purge_expired()


def _run(due: queries.Due, verb: Callable[[int], object], ends_at: float | None = None) -> None:
    """Do it for every row in the scope of its municipality. One row that fails does not stop the others."""
    for row_id, municipality_id in due:
        if ends_at is not None and time.monotonic() > ends_at:
            return
        try:
            with scope(municipality_id):
                verb(row_id)
        except PlatformError as problem:
            log.warning("%s of %s: %s", getattr(verb, "__name__", verb), row_id, problem.message)
        except Exception:
            log.exception("%s of %s failed", getattr(verb, "__name__", verb), row_id)


def wake_connect() -> None:
    """Ask for a tick right now; without the broker the regular one comes in a few seconds."""
    try:
        connect.apply_async(expires=10)
    except OperationalError:
        log.warning("The broker was not reached; the next regular tick does the work.")
