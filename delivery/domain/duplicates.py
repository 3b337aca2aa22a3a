"""Second posts on the network: a call that was given up was carried out after all.

Where more than one call may have landed, the network is searched again an hour and a day after the last one. What is
there beside the delivery's own post is reported; a person keeps it or has it taken down (`decide_duplicate`).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from delivery import policies, queries, rules
from delivery.domain import attempts, reconcile, take_down, verify
from delivery.domain.decide_duplicate import clear_mark
from delivery.domain.report_duplicate import report_duplicate
from delivery.enums import State
from delivery.models import Delivery, DuplicatePost
from municipalities.tenancy import everywhere, scope
from platforms.errors import PlatformError
from platforms.types import Found

BATCH = 50


def claim_searches(now: datetime) -> list[int]:
    """Ids of deliveries that are searched for again, put off by a lease so that one worker does it."""
    with everywhere("search for second posts"), transaction.atomic():
        due = Delivery.objects.filter(duplicate_check_at__lte=now).select_for_update(skip_locked=True)
        ids = list(due.order_by("duplicate_check_at").values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=ids).update(duplicate_check_at=attempts.task_lease(now))
    return ids


def search(delivery_id: int) -> None:
    """Search the network once for a second post of the delivery. What is still under way is searched for later."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.duplicate_check_at is None:
        return
    with scope(delivery.municipality_id):
        if delivery.state in queries.PENDING:
            verify.search(delivery)
            return
        is_settled = delivery.state in queries.SETTLED
        own = {delivery.remote_id} - {""}
        _record(delivery, reconcile.find(delivery, own) if is_settled else None)


@transaction.atomic
def _record(delivery: Delivery, search: reconcile.ReconciliationResult | None) -> None:
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if search is not None:
        reconcile.record_attempt(locked, search, now, second=True)
    # A call that is carried out late brings back what was taken down, where the key is the place of the post.
    is_removed = locked.state in (State.WITHDRAWN, State.MISSING)
    result = search.result if search else None
    if isinstance(result, Found) and (is_removed or result.published.remote_id != locked.remote_id):
        report_duplicate(locked, result.published, now)
    last_sent = queries.last_sent(locked)
    again = rules.next_duplicate_check_at(last_sent, now)
    is_unanswered = result is None or isinstance(result, PlatformError)
    if again is None and is_unanswered and now < last_sent + rules.SEARCH_AT_MOST:
        again = now + rules.SEARCH_INTERVAL
    Delivery.objects.filter(pk=locked.pk).update(duplicate_check_at=again)


def claim_withdrawals(now: datetime) -> list[int]:
    """Ids of duplicates whose turn it is, put off by a lease so that one worker acts."""
    with everywhere("claim withdrawals"), transaction.atomic():
        wanted = DuplicatePost.objects.filter(settled_at=None, withdrawal_asked_at__isnull=False, next_at__lte=now)
        ids = list(wanted.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        DuplicatePost.objects.filter(pk__in=ids).update(next_at=attempts.task_lease(now))
    return ids


def withdraw(duplicate_id: int) -> None:
    """Ask the network to delete the post and write down what came of it. Asking twice does no harm."""
    with everywhere("a withdrawal starts from its row"):
        duplicate = DuplicatePost.objects.select_related("delivery__channel__credential", "delivery__parent").get(
            pk=duplicate_id
        )
    if duplicate.settled_at or duplicate.withdrawal_asked_at is None:
        return
    with scope(duplicate.municipality_id):
        verdict = policies.evaluate_removal(duplicate.delivery)
        if verdict.kind != "allow":
            _note(duplicate, next_at=timezone.now() + rules.WITHDRAWAL_INTERVAL, problem=verdict.words[:500])
            return
        opened_at = timezone.now()
        _settle(duplicate, take_down.delete_remote(duplicate.delivery, duplicate.remote_id), opened_at)


@transaction.atomic
def _settle(duplicate: DuplicatePost, problem: PlatformError | None, opened_at: datetime) -> None:
    locked = Delivery.objects.select_for_update().get(pk=duplicate.delivery_id)
    take_down.record_attempt(locked, problem, opened_at, second=True)
    if problem is None:
        _note(duplicate, settled_at=timezone.now(), problem="")
        clear_mark(duplicate.delivery_id)
    else:
        _note(duplicate, **take_down.after_failure(problem))


def _note(duplicate: DuplicatePost, **fields: Any) -> None:
    DuplicatePost.objects.filter(pk=duplicate.pk).update(**fields)
