"""Reads of the outbox: what is due, what may have landed, what asks a person."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from delivery.enums import Because, State, Step
from delivery.models import Attempt, Delivery
from municipalities.tenancy import everywhere

MOVABLE = (State.WAITING, State.SCHEDULED, State.EXPIRED)
# Looking backwards for posts that are bound: clocks differ, and a list may show older ones.
BOUND_SLACK = timedelta(days=1)
# A machine may settle it by itself; people hear of it when it did not.
PATIENCE = timedelta(minutes=3)
WAITS_FOR_CONSENT = Q(state=State.WAITING, reason=Because.NEEDS_CONSENT)


def with_its_row(delivery_id: int) -> Delivery:
    """The row a task starts from; the task opens the scope of its municipality."""
    with everywhere("a delivery starts from its row"):
        return Delivery.objects.select_related("channel", "parent", "municipality").get(pk=delivery_id)


# ---- what is due


def due(now: datetime) -> QuerySet[Delivery]:
    """Scheduled ones whose turn it is and waiting ones whose time is up, urgent ones first, then in order.

    What is due at any moment is a handful, found by `delivery_due`; it is sorted in memory.
    """
    waited = Q(state=State.WAITING)
    turn = Q(state=State.SCHEDULED) & (Q(parent=None) | Q(parent__state=State.PUBLISHED))
    late = Q(state=State.SCHEDULED, not_after__lt=now)
    return (
        Delivery.objects.filter(waited | late | (turn & ~Exists(_ahead())), next_at__lte=now)
        .select_related("channel", "parent")
        .order_by("-urgent", "due_at", "pk")
    )


def _ahead() -> QuerySet[Delivery]:
    """What must leave the same channel first. A part that waits for its parent holds up nobody.

    An urgent one waits for other urgent ones only; all others wait until it has left.
    """
    own = Q(parent=None) | Q(parent__state=State.PUBLISHED)
    earlier = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    before = Q(urgent__gt=OuterRef("urgent")) | (Q(urgent=OuterRef("urgent")) & earlier)
    live = Q(state__in=[State.SCHEDULED, State.SENDING])
    return Delivery.objects.filter(own, before, live, channel=OuterRef("channel"))


def claim_next(state: State, now: datetime, lease: datetime, limit: int) -> list[int]:
    """Ids in `state` whose `next_at` has come, oldest first; it is put off to `lease`, so that one worker looks."""
    with everywhere("claim due looks"), transaction.atomic():
        found = Delivery.objects.select_for_update(skip_locked=True).filter(state=state, next_at__lte=now)
        ids = list(found.order_by("next_at").values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(pk__in=ids).update(next_at=lease)
    return ids


# ---- what may have landed


def _sent(delivery: Delivery) -> QuerySet[Attempt]:
    left = Attempt.objects.filter(delivery=delivery, step__in=(Step.CREATE, Step.FINISH), sent_at__isnull=False)
    return left.order_by("number")


def first_sent(delivery: Delivery) -> datetime:
    """When the earliest attempt was opened that may have landed."""
    opened_at = _sent(delivery).values_list("opened_at", flat=True).first()
    return opened_at or delivery.unknown_since or delivery.created_at


def sent_since_unknown(delivery: Delivery) -> int:
    """How many calls left since the outcome is unknown."""
    return _sent(delivery).filter(opened_at__gte=delivery.unknown_since).count()


def looks_since_sent(delivery: Delivery) -> list[Attempt]:
    """Looks after the last call that left, in order."""
    last = _sent(delivery).last()
    looks = Attempt.objects.filter(delivery=delivery, step=Step.FIND).order_by("number")
    return list(looks.filter(opened_at__gte=last.sent_at) if last else looks)


def polls(delivery: Delivery) -> int:
    """How often it was asked since the last call that changed something: each preparation has its own patience."""
    asked = Attempt.objects.filter(delivery=delivery, step=Step.POLL)
    calls = Attempt.objects.filter(delivery=delivery, step__in=(Step.CREATE, Step.FINISH)).order_by("number")
    last = calls.values_list("number", flat=True).last()
    return asked.filter(number__gt=last or 0).count()


def bound(delivery: Delivery, since: datetime) -> Collection[str]:
    """Remote ids on the same channel that belong to other deliveries."""
    others = Delivery.objects.filter(channel_id=delivery.channel_id, published_at__gte=since - BOUND_SLACK)
    return set(others.exclude(pk=delivery.pk).exclude(remote_id="").values_list("remote_id", flat=True))


# ---- what asks a person


def needs_attention() -> QuerySet[Delivery]:
    """What the municipality in scope has to decide, oldest first."""
    asks = Q(state__in=[State.FAILED, State.EXPIRED, State.UNCONFIRMED]) | WAITS_FOR_CONSENT
    return Delivery.objects.filter(asks).select_related("channel").order_by("due_at")


def unnoticed(now: datetime) -> QuerySet[Delivery]:
    """What needs a person who has not been told yet, across municipalities. Open `everywhere` first."""
    asks = Q(state__in=[State.FAILED, State.EXPIRED]) | WAITS_FOR_CONSENT
    asks |= Q(state=State.UNCONFIRMED, state_at__lte=now - PATIENCE)
    return Delivery.objects.filter(asks, noticed_at=None).order_by("state_at")
