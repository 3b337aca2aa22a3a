"""Taking a published post down, because a person asked for it. Asking the network twice does no harm."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import expiry, policies, queries, rules
from delivery.domain import attempts, settle
from delivery.domain.edit import drop_edits
from delivery.domain.follow import take_down_followers
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.types import Action

log = logging.getLogger(__name__)

BATCH = 50


def claim_withdrawals(now: datetime) -> list[int]:
    """Ids whose turn it is, put off by a lease so that one worker acts."""
    with everywhere("claim withdrawals"), transaction.atomic():
        wanted = Delivery.objects.filter(state=State.PUBLISHED, withdrawal_asked_at__isnull=False, next_at__lte=now)
        ids = list(wanted.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=ids).update(next_at=attempts.task_lease(now))
    return ids


def take_down(delivery_id: int) -> None:
    """Ask the network to delete the post and write down what it said."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.state != State.PUBLISHED or delivery.withdrawal_asked_at is None:
        return
    with scope(delivery.municipality_id):
        opened_at = timezone.now()
        if expiry.is_over(delivery, opened_at):
            _note(delivery, withdrawal_asked_at=None, problem=expiry.OVER)
            return
        verdict = policies.evaluate_removal(delivery)
        if verdict.kind != "allow":
            _note(delivery, next_at=opened_at + rules.WITHDRAWAL_INTERVAL, problem=verdict.words[:500])
            return
        take_down_followers(delivery)
        _settle(delivery, delete_remote(delivery, delivery.remote_id), opened_at)


def delete_remote(delivery: Delivery, remote_id: str) -> PlatformError | None:
    """Ask the network of the delivery to delete one of its posts. Returns why it was not deleted, None if it was."""
    try:
        connector = open_channel(delivery.channel)
        with connector.acting(Action.TAKE_DOWN):
            connector.withdraw(remote_id)
    except NeedsConsent as problem:
        mark_needs_consent(delivery.channel)
        return problem
    except PlatformError as problem:
        return problem
    except Exception as problem:
        log.exception("Delivery %s: taking %s down failed", delivery.pk, remote_id)
        return OutcomeUnknown("The portal itself failed.", {"problem": type(problem).__name__})
    return None


def record_attempt(locked: Delivery, problem: PlatformError | None, opened_at: datetime, **detail: Any) -> None:
    """Write down what the network said. The caller holds the delivery's row lock."""
    outcome = settle.interpret(problem).outcome if problem else Outcome.OK
    detail = {"words": problem.message if problem else "", **detail}
    attempts.open_(locked, Step.WITHDRAW, opened_at=opened_at, closed_at=timezone.now(), outcome=outcome, detail=detail)


def after_failure(problem: PlatformError) -> dict[str, Any]:
    """The fields to set on what was not taken down: `next_at` where it is tried again, none where a person goes on."""
    if isinstance(problem, Rejected | NeedsConsent):
        # The network has no such call, or the channel must be connected again.
        return {"withdrawal_asked_at": None, "problem": problem.message[:500]}
    again = getattr(problem, "retry_at", timezone.now() + rules.WITHDRAWAL_INTERVAL)
    return {"next_at": again, "problem": problem.message[:500] if isinstance(problem, NotReached) else ""}


@transaction.atomic
def _settle(delivery: Delivery, problem: PlatformError | None, opened_at: datetime) -> None:
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    record_attempt(locked, problem, opened_at)
    if locked.state != State.PUBLISHED:
        return
    if problem is None:
        move(locked, State.WITHDRAWN, because=ReasonCode.TAKEN_DOWN)
        drop_edits(locked)
    else:
        _note(locked, **after_failure(problem))


def _note(delivery: Delivery, **fields: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
