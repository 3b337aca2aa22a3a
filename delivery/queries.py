"""Reads of the outbox: what is due, what may have landed, what asks a person."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from channels.models import Channel
from common import restores
from common.prepared import Prepared, PreparedRows, among, array
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery, DuplicatePost
from municipalities.tenancy import everywhere

MOVABLE = (State.WAITING, State.SCHEDULED, State.EXPIRED)
# Looking backwards for posts that are bound: clocks differ, and a list may show older ones.
BOUND_SLACK = timedelta(days=1)
UNSENT = (State.WAITING, State.SCHEDULED)
# Nothing of it is under way, and it may still be sent.
PENDING = (*UNSENT, State.EXPIRED, State.FAILED)
# A call may have landed, and it is not known whether it has.
UNKNOWN = (State.CHECKING, State.UNCONFIRMED)
# What is out, and what a person gave up: nothing more is sent.
SETTLED = (State.PUBLISHED, State.CANCELLED, State.WITHDRAWN, State.MISSING)
# Held back by what only a person can change.
WAITS_FOR_PEOPLE = Q(state=State.WAITING, reason__in=[ReasonCode.NEEDS_CONSENT, ReasonCode.TOO_EARLY])


def with_its_row(delivery_id: int) -> Delivery:
    """The row a task starts from; the task opens the scope of its municipality."""
    with everywhere("a delivery starts from its row"):
        return Delivery.objects.select_related("channel__credential", "parent", "municipality").get(pk=delivery_id)


# ---- what is due


@dataclass(frozen=True)
class QueueHead:
    """What must leave a channel first, and may now."""

    pk: int
    municipality_id: int
    urgent: bool
    due_at: datetime
    channel_id: int = 0
    server: str = ""
    heavy: bool = False
    """It brings files with it, and may keep a hand busy for longer than a text."""

    slow: bool = False
    """It brings a video, and may keep one busy for many minutes."""

    platform: str = ""


def heads(now: datetime) -> list[QueueHead]:
    """Of each channel the one whose turn it is, if its time has come. In no order; open `everywhere` first.

    An urgent one is before all others of its channel, then the earlier before the later; while one is being sent or
    tried again, the others wait. A part that waits for its parent holds up nobody. However long the lines are, this
    reads one row of each channel (`delivery_line`).
    """
    return [
        QueueHead(
            pk, place, urgent, due_at, channel, server, not (_none(picture) and _none(video)), not _none(video), where
        )
        for pk, place, urgent, due_at, channel, server, where, picture, video in HEADS.rows(now=now)
    ]


def _none(text: str | None) -> bool:
    """Of JSON as the database writes it."""
    return text in (None, "null")


def _heads(of: Any) -> QuerySet[Any]:
    own = Q(parent=None) | Q(parent__state=State.PUBLISHED)
    with everywhere("whose turn it is"):
        line = Delivery.objects.filter(own, channel=OuterRef("pk"), state__in=[State.SCHEDULED, State.SENDING])
        first = line.order_by("-urgent", "due_at", "pk").values("pk")[:1]
        rows = ready(of.now).filter(pk__in=Channel.objects.values_list(Subquery(first)))
    return rows.values_list(
        "pk",
        "municipality_id",
        "urgent",
        "due_at",
        "channel_id",
        "channel__server",
        "channel__platform",
        "payload__pictures__0",
        "payload__video__ref",
    )


# Asked several times a second while much is due.
HEADS = Prepared(_heads, now=datetime)


def ready(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=State.SCHEDULED, next_at__lte=now)


def _locked(of: Any) -> QuerySet[Delivery]:
    with everywhere("claim due deliveries"):
        rows = ready(of.now).filter(pk__in=among(of.chosen))
        return rows.order_by("-urgent", "due_at", "pk").select_for_update(skip_locked=True, of=("self",))


LOCKED = PreparedRows(_locked, "channel", "channel__credential", "parent", now=datetime, chosen=str)


def locked(now: datetime, chosen: Iterable[int]) -> list[Delivery]:
    """Those of them that are still ready and held by nobody else, with channel, credential and parent. Now ours, until
    the transaction ends. Open `everywhere` first."""
    return LOCKED.instances(now=now, chosen=array(chosen))


def first_of_channel(delivery: Delivery) -> Delivery | None:
    """What leaves its channel before all others, or is leaving it now."""
    own = Q(parent=None) | Q(parent__state=State.PUBLISHED)
    line = Delivery.objects.filter(own, channel=delivery.channel_id, state__in=[State.SCHEDULED, State.SENDING])
    return line.order_by("-urgent", "due_at", "pk").first()


def untaken(limit: int) -> list[tuple[int, int]]:
    """(delivery id, number) of open attempts that no publisher has taken, oldest first."""
    with everywhere("take opened attempts"):
        opened = Attempt.objects.filter(closed_at=None, taken_at=None).order_by("opened_at")
        return list(opened.values_list("delivery_id", "number")[:limit])


def _last_numbers(of: Any) -> QuerySet[Any]:
    with everywhere("number the attempts of what is claimed"):
        attempts = Attempt.objects.filter(delivery__in=among(of.deliveries))
        return attempts.values_list("delivery").annotate(Max("number")).order_by()


LAST_NUMBERS = Prepared(_last_numbers, deliveries=str)


def last_numbers(deliveries: Iterable[int]) -> dict[int, int]:
    """The number of the latest attempt of each that has one."""
    return dict(LAST_NUMBERS.rows(deliveries=array(deliveries)))


def overdue(now: datetime) -> QuerySet[Delivery]:
    """Waiting ones whose time is up, and scheduled ones that are too late, whoever is before them."""
    late = Q(state=State.WAITING) | Q(state=State.SCHEDULED, not_after__lt=now)
    return Delivery.objects.filter(late, next_at__lte=now).order_by("next_at")


def in_flight() -> dict[int, int]:
    """How many deliveries of each municipality are being sent at this moment."""
    return dict(UNDER_WAY.rows())


def _under_way(of: Any) -> QuerySet[Any]:
    with everywhere("how much is under way"):
        sending = Delivery.objects.filter(state=State.SENDING).order_by()
        return sending.values_list("municipality_id").annotate(Count("pk"))


UNDER_WAY = Prepared(_under_way)


def next_due(now: datetime) -> datetime | None:
    """The next moment at which something becomes due by its time."""
    with everywhere("sleep until something is due"):
        rows = NEXT_DUE.rows(now=now)
        return rows[0][0] if rows else None


def _next_due(of: Any) -> QuerySet[Any]:
    with everywhere("sleep until something is due"):
        coming = Delivery.objects.filter(state__in=[State.SCHEDULED, State.WAITING], next_at__gt=of.now)
        return coming.order_by("next_at").values_list("next_at")[:1]


NEXT_DUE = Prepared(_next_due, now=datetime)


def claim_next(states: Collection[State], now: datetime, lease: datetime, limit: int) -> list[int]:
    """Ids in `states` whose `next_at` has come, oldest first; it is put off to `lease`, so that one worker acts."""
    with everywhere("claim due deliveries"), transaction.atomic():
        due = Delivery.objects.select_for_update(skip_locked=True).filter(state__in=states, next_at__lte=now)
        ids = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(pk__in=ids).update(next_at=lease)
    return ids


@dataclass(frozen=True)
class Backlog:
    """The outbox of all municipalities at one moment. `oldest` is the due time of the one that waits longest."""

    states: dict[str, int]
    due: int
    oldest: datetime | None


def backlog(now: datetime) -> Backlog:
    """For administrators and monitoring. Two queries over what is under way, however much was published."""
    open_ = [State.WAITING, State.SCHEDULED, State.SENDING, State.PROCESSING, *UNKNOWN]
    with everywhere("how the outbox stands"):
        counted = Delivery.objects.filter(state__in=open_).values_list("state").annotate(Count("pk")).order_by()
        late = ready(now).aggregate(due=Count("pk"), oldest=Min("next_at"))
        return Backlog({**dict.fromkeys(map(str, open_), 0), **dict(counted)}, late["due"], late["oldest"])


def unconfirmed_by_municipality() -> dict[int, int]:
    """Posts and answers about which a person has to say whether they are public, by municipality. One query."""
    with everywhere("how the outbox stands"):
        rows = Delivery.objects.filter(state=State.UNCONFIRMED).values_list("municipality_id").order_by()
        return dict(rows.annotate(Count("pk")))


def channels_waiting(now: datetime) -> list[Channel]:
    """Channels on which something is due."""
    with everywhere("how the outbox stands"):
        return list(Channel.objects.filter(pk__in=ready(now).values("channel_id")).only("pk", "platform", "server"))


def attempts_since(at: datetime) -> list[tuple[str, str, int]]:
    """(step, outcome, how many) of the attempts opened since then that are closed."""
    with everywhere("how the calls went"):
        rows = Attempt.objects.filter(opened_at__gte=at, closed_at__isnull=False).values_list("step", "outcome")
        return list(rows.annotate(Count("pk")).order_by("step", "outcome"))


# ---- what may have landed


def _sent(delivery: Delivery) -> QuerySet[Attempt]:
    left = Attempt.objects.filter(delivery=delivery, step__in=(Step.CREATE, Step.FINISH), sent_at__isnull=False)
    return left.order_by("number")


def first_sent(delivery: Delivery) -> datetime:
    """When the earliest attempt was opened that may have landed."""
    opened_at = _sent(delivery).values_list("opened_at", flat=True).first()
    if known := opened_at or delivery.unknown_since:
        return known
    brought_back = restores.made_at(delivery.restored_at) if delivery.restored_at else None
    return brought_back or delivery.created_at


def last_search(delivery: Delivery) -> Attempt | None:
    """The latest search for it on its network."""
    return Attempt.objects.filter(delivery=delivery, step=Step.FIND).order_by("number").last()


def last_sent(delivery: Delivery) -> datetime:
    """When the latest call left that may have landed."""
    sent_at = _sent(delivery).aggregate(Max("sent_at"))["sent_at__max"]
    return sent_at or delivery.unknown_since or delivery.created_at


def retry_at(delivery: Delivery) -> datetime | None:
    """From when on the network takes the call again that it refused by a rate limit."""
    last = _sent(delivery).filter(outcome=Outcome.RATE_LIMITED).last()
    at = last.detail.get("evidence", {}).get("retry_at") if last else None
    return datetime.fromisoformat(at) if at else None


def sent_since_unknown(delivery: Delivery) -> int:
    """How many calls left since the outcome is unknown."""
    return _sent(delivery).filter(opened_at__gte=delivery.unknown_since).count()


def reconciliations_since_sent(delivery: Delivery) -> int:
    """How many there were after the last call that left."""
    reconciliations = Attempt.objects.filter(delivery=delivery, step=Step.FIND)
    return reconciliations.filter(opened_at__gte=last_sent(delivery)).count()


def checks_since_restore(delivery: Delivery) -> int:
    """How often it was looked for since the backup was restored from which it came."""
    checks = Attempt.objects.filter(delivery=delivery, step=Step.FIND, opened_at__gte=delivery.restored_at)
    return checks.count()


def status_checks_due(delivery: Delivery) -> int:
    """How often it was asked since the last call that changed something: each preparation is asked about anew."""
    checks = Attempt.objects.filter(delivery=delivery, step=Step.POLL)
    calls = Attempt.objects.filter(delivery=delivery, step__in=(Step.CREATE, Step.FINISH)).order_by("number")
    last = calls.values_list("number", flat=True).last()
    return checks.filter(number__gt=last or 0).count()


def bound(delivery: Delivery, since: datetime) -> Collection[str]:
    """Remote ids on the same channel that belong to other deliveries, or are second posts of any."""
    others = Delivery.objects.filter(channel_id=delivery.channel_id, published_at__gte=since - BOUND_SLACK)
    duplicates = DuplicatePost.objects.filter(delivery__channel_id=delivery.channel_id, detected_at__gte=since)
    taken = others.exclude(pk=delivery.pk).exclude(remote_id="").values_list("remote_id", flat=True)
    return {*taken, *duplicates.values_list("remote_id", flat=True)}


# ---- what asks a person


def undecided_duplicates(delivery: Delivery) -> QuerySet[DuplicatePost]:
    """Second posts that nobody keeps and that are still there, oldest first."""
    return DuplicatePost.objects.filter(delivery=delivery, settled_at=None).order_by("detected_at", "pk")


def without_notification() -> QuerySet[Delivery]:
    """What needs a person who has not been notified yet, across municipalities. Open `everywhere` first."""
    asks = Q(state__in=[State.FAILED, State.EXPIRED, State.UNCONFIRMED]) | WAITS_FOR_PEOPLE
    # They are many at once, and nobody can answer before the administrator has ended the pause.
    asks &= ~Q(Exists(restores.running()), reason=ReasonCode.RESTORED)
    asks |= Q(state=State.MISSING) | Q(state=State.PUBLISHED, changed_at__isnull=False) | Q(duplicate_at__isnull=False)
    return Delivery.objects.filter(asks, notified_at=None).order_by("state_at")


# ---- what uses the budgets of the networks


USES_A_BUDGET = (*UNSENT, State.SENDING, State.PROCESSING, *UNKNOWN, State.PUBLISHED, State.WITHDRAWN, State.MISSING)


@dataclass(frozen=True)
class Planned:
    """A delivery that was sent or is to be: `at` is when it came out, or is to."""

    channel_id: int
    at: datetime
    is_answer: bool
    has_captions: bool
    has_cover: bool


def planned(
    channel_ids: Collection[int], since: datetime, until: datetime, *, without: Collection[int] | QuerySet[Any] = ()
) -> list[Planned]:
    """What these channels send after `since` and before `until`, without edits and the deliveries of `without`. Of
    those that wait for approval the planned time counts. Of a thread, the posts that are not in the queue yet count as
    answers at the time of the one that they follow."""
    rows = (
        Delivery.objects.filter(channel__in=channel_ids, state__in=USES_A_BUDGET)
        .exclude(kind="edit")
        .exclude(pk__in=without)
        .annotate(at=Coalesce("published_at", "due_at"))
        .filter(at__gt=since, at__lt=until)
        .order_by("at")
        .values_list(
            "channel",
            "at",
            "payload__reply_to",
            "parent",
            "payload__video__captions",
            "payload__video__cover",
            "payload__thread",
            "published_at",
        )
    )
    listed = []
    for channel, at, answered, parent, captions, cover, thread, published_at in rows:
        listed.append(Planned(channel, at, bool(answered or parent), bool(captions), bool(cover)))
        if thread and published_at is None:
            listed += [Planned(channel, at, is_answer=True, has_captions=False, has_cover=False)] * len(thread)
    return listed
