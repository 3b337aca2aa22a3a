"""Second posts on the network: a call that was given up was carried out after all.

Where more than one call may have landed, the network is searched again an hour and a day after the last one. What is
there beside the delivery's own post is reported; a person keeps it or has it taken down (`decide_stray`).
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import policies, queries, rules
from delivery.domain import attempts, content, settle
from delivery.domain.decide_stray import clear_mark
from delivery.domain.report_stray import report_stray
from delivery.enums import Outcome, State, Step
from delivery.models import Delivery, StrayPost
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.types import Found, Inconclusive, Pending, Ready

log = logging.getLogger(__name__)

BATCH = 50


def claim_searches(now: datetime) -> list[int]:
    """Ids of deliveries that are searched for again, put off by a lease so that one worker does it."""
    with everywhere("search for second posts"), transaction.atomic():
        due = Delivery.objects.filter(repeat_check_at__lte=now).select_for_update(skip_locked=True)
        ids = list(due.order_by("repeat_check_at").values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=ids).update(repeat_check_at=attempts.task_lease(now))
    return ids


def search(delivery_id: int) -> None:
    """Search the network once for a second post of the delivery. What is still under way is searched for later."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.repeat_check_at is None:
        return
    with scope(delivery.municipality_id):
        opened_at = timezone.now()
        result = _find(delivery) if delivery.state in queries.SETTLED else None
        if isinstance(result, NeedsConsent):
            mark_needs_consent(delivery.channel)
        _record(delivery, result, opened_at)


def _find(delivery: Delivery) -> Any:
    since = queries.first_sent(delivery)
    checkpoint = Pending(delivery.token) if delivery.token else None
    bound = {*queries.bound(delivery, since), *([delivery.remote_id] if delivery.remote_id else [])}
    try:
        return open_channel(delivery.channel).find(content.outgoing(delivery), since, bound, checkpoint)
    except PlatformError as problem:
        return problem
    except Exception as problem:
        log.exception("Delivery %s: the search for a second post failed", delivery.pk)
        return NotReached("The portal itself failed.", {"problem": type(problem).__name__})


@transaction.atomic
def _record(delivery: Delivery, result: Any, opened_at: datetime) -> None:
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if result is not None:
        outcome = _outcome(result)
        detail = {"words": settle.interpret(result).words if isinstance(result, PlatformError) else "", "second": True}
        attempts.open_(locked, Step.FIND, opened_at=opened_at, closed_at=now, outcome=outcome, detail=detail)
    # A call that is carried out late brings back what was taken down, where the key is the place of the post.
    is_removed = locked.state in (State.WITHDRAWN, State.MISSING)
    if isinstance(result, Found) and (is_removed or result.published.remote_id != locked.remote_id):
        report_stray(locked, result.published, now)
    is_unanswered = result is None or isinstance(result, PlatformError)
    again = rules.next_repeat_check_at(queries.last_sent(locked), now)
    if again is None and is_unanswered and now < queries.last_sent(locked) + rules.SEARCH_AT_MOST:
        again = now + rules.REPEAT_CHECKS[0]
    Delivery.objects.filter(pk=locked.pk).update(repeat_check_at=again)


def _outcome(result: Any) -> Outcome:
    if isinstance(result, PlatformError):
        return settle.interpret(result).outcome
    if isinstance(result, Found):
        return Outcome.FOUND
    return Outcome.CANNOT_TELL if isinstance(result, Inconclusive | Ready) else Outcome.ABSENT


def claim_withdrawals(now: datetime) -> list[int]:
    """Ids of strays whose turn it is, put off by a lease so that one worker acts."""
    with everywhere("claim withdrawals"), transaction.atomic():
        wanted = StrayPost.objects.filter(settled_at=None, withdrawal_asked_at__isnull=False, next_at__lte=now)
        ids = list(wanted.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        StrayPost.objects.filter(pk__in=ids).update(next_at=attempts.task_lease(now))
    return ids


def withdraw(stray_id: int) -> None:
    """Ask the network to delete the post and write down what came of it. Asking twice does no harm."""
    with everywhere("a withdrawal starts from its row"):
        stray = StrayPost.objects.select_related("delivery__channel__credential", "delivery__parent").get(pk=stray_id)
    if stray.settled_at or stray.withdrawal_asked_at is None:
        return
    with scope(stray.municipality_id):
        verdict = policies.evaluate_removal(stray.delivery)
        if verdict.kind != "allow":
            _note(stray, next_at=timezone.now() + rules.WITHDRAWAL_INTERVAL, problem=verdict.words[:500])
            return
        opened_at = timezone.now()
        problem = _ask(stray)
        if isinstance(problem, NeedsConsent):
            mark_needs_consent(stray.delivery.channel)
        _settle(stray, problem, opened_at)


def _ask(stray: StrayPost) -> PlatformError | None:
    try:
        open_channel(stray.delivery.channel).withdraw(stray.remote_id)
    except PlatformError as problem:
        return problem
    except Exception as problem:
        log.exception("Stray post %s: taking it down failed", stray.pk)
        return OutcomeUnknown("The portal itself failed.", {"problem": type(problem).__name__})
    return None


@transaction.atomic
def _settle(stray: StrayPost, problem: PlatformError | None, opened_at: datetime) -> None:
    now = timezone.now()
    delivery = Delivery.objects.select_for_update().get(pk=stray.delivery_id)
    outcome = settle.interpret(problem).outcome if problem else Outcome.OK
    detail = {"words": problem.message if problem else "", "second": True}
    attempts.open_(delivery, Step.WITHDRAW, opened_at=opened_at, closed_at=now, outcome=outcome, detail=detail)
    if problem is None:
        _note(stray, settled_at=now, problem="")
        clear_mark(stray.delivery_id)
    elif isinstance(problem, Rejected | NeedsConsent):
        # Only a person can go on: the network has no such call, or the channel must be connected again.
        _note(stray, withdrawal_asked_at=None, problem=problem.message[:500])
    else:
        again = getattr(problem, "retry_at", now + rules.WITHDRAWAL_INTERVAL)
        _note(stray, next_at=again, problem=problem.message[:500] if isinstance(problem, NotReached) else "")


def _note(stray: StrayPost, **fields: Any) -> None:
    StrayPost.objects.filter(pk=stray.pk).update(**fields)
