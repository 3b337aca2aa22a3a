"""One attempt: call the network once, write down what came of it.

An exception that is none of the five errors counts as "it may have happened".
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext_noop

from channels import validation
from channels.connector_factory import open_channel
from delivery import rules
from delivery.domain import content, permitted, settle
from delivery.domain.pre_send_check import LeaseLost, PreSendCheck, PublishBlocked
from delivery.enums import Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT, REPLY
from municipalities.tenancy import scope
from platforms.checks import NOT_FOR_FEW
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.protocols import Connector
from platforms.types import Outgoing, Pending

OWN_FAILURE = gettext_noop("The portal itself failed during the call.")
DATABASE_WAITS = (0.2, 0.5, 1, 2, 4, 8, 8)
log = logging.getLogger(__name__)


def make(delivery: Delivery, attempt: Attempt, on_heartbeat: Callable[[], None] = lambda: None) -> None:
    """Make an attempt that is ours. `on_heartbeat` is called whenever the call makes progress."""
    with scope(delivery.municipality_id):
        try:
            result = call(delivery, attempt, on_heartbeat)
        except LeaseLost:
            log.warning("Attempt %s of delivery %s was taken from us; nothing was sent", attempt.number, delivery.pk)
            return
        _write_down(delivery, attempt, result)


def _write_down(delivery: Delivery, attempt: Attempt, result: settle.CallResult) -> None:
    """Wait for a database that restarts: an answer that is lost has to be reconciled with the network later."""
    for seconds in DATABASE_WAITS:
        try:
            return settle.settle(delivery, attempt, result)
        except (OperationalError, InterfaceError) as problem:
            log.warning("Delivery %s: the answer waits for the database: %s", delivery.pk, problem)
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(seconds)
    return settle.settle(delivery, attempt, result)


def call(delivery: Delivery, attempt: Attempt, on_heartbeat: Callable[[], None] = lambda: None) -> settle.CallResult:
    """The network's answer, or what kept us from calling it. Raises `LeaseLost` alone."""
    pre_send_check = PreSendCheck(delivery, attempt, on_heartbeat)
    deadline = settings.VIDEO_CALL_DEADLINE_SECONDS if rules.is_slow(delivery.payload) else None
    try:
        connector = open_channel(
            delivery.channel,
            before_send=pre_send_check,
            deadline=deadline,
            loaded=True,
            save_checkpoint=pre_send_check.save_checkpoint,
        )
        outgoing = content.outgoing(delivery)
        files = content.Files(outgoing, pre_send_check.heartbeat)
    except PlatformError as error:
        return error
    except Exception as problem:
        return _failed(delivery, NotReached, problem)
    try:
        with permitted.acting(connector, delivery, outgoing):
            return _step(connector, delivery, attempt, outgoing, files)
    except (PublishBlocked, PlatformError) as error:
        return error
    except LeaseLost:
        raise
    except content.PictureMissing as missing:
        # Pictures go first. One that is missed after the post has left is a connector's mistake.
        return missing if attempt.sent_at is None else OutcomeUnknown(str(missing))
    except Exception as problem:
        return _failed(delivery, NotReached if pre_send_check.stopped else OutcomeUnknown, problem)


def _step(
    connector: Connector, delivery: Delivery, attempt: Attempt, outgoing: Outgoing, files: content.Files
) -> settle.CallResult:
    """What this attempt calls. What one before it noted need not be done twice."""
    if delivery.kind == EDIT:
        assert delivery.parent is not None  # a constraint says so; what changes a post never makes one
        return connector.edit(delivery.parent.remote_id, outgoing)
    if delivery.kind == REPLY:
        # also past every check: where there are only public answers, a private one would be public
        takes_conversations = bool(outgoing.conversation and connector.reply_windows)
        if not takes_conversations and outgoing.visibility not in validation.limits(delivery.channel).visibilities:
            raise Rejected(NOT_FOR_FEW, code="visibility")
        return connector.reply(outgoing, files)
    if not delivery.token:
        return connector.publish(outgoing, files)
    step = connector.finish if attempt.step == Step.FINISH else connector.resume
    return step(outgoing, Pending(delivery.token), files)


def _failed(delivery: Delivery, kind: type[NotReached | OutcomeUnknown], problem: Exception) -> PlatformError:
    log.exception("Delivery %s: the portal itself failed", delivery.pk)
    return kind(OWN_FAILURE, {"problem": type(problem).__name__})
