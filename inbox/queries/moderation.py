"""Queries about moderation: the pages inside one municipality, and the public counts.

The public counts contain no message and no name, so a small number identifies nobody.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Concat, TruncMonth
from django.utils import timezone

from channels import validation
from inbox.enums import OPEN_STATES, MessageKind
from inbox.models import HouseRules, Message, Moderation
from inbox.moderation_rules import (
    FINAL_STATES,
    GRAVE_REASONS,
    MANUAL_FROM_STATES,
    AppealDecision,
    ModerationAction,
    ModerationReason,
    ModerationRequest,
    ModerationState,
)
from inbox.queries.readable import readable, readable_messages, readable_with
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.queries import Access
from municipalities.tenancy import scope

VIEWS = ("second", "under_way", "objections", "done", "over")
PEOPLE = ("by", "second_by", "done_by", "undo_by", "appeal_noted_by", "decided_by")


def in_view(view: str) -> Q:
    unconfirmed = Q(confirm_by__isnull=False, second_by__isnull=True) & ~Q(state__in=FINAL_STATES)
    return {
        "second": Q(state=ModerationState.PROPOSED) | unconfirmed,
        "under_way": Q(
            state__in=[
                ModerationState.AGREED,
                ModerationState.DOING,
                ModerationState.BY_HAND,
                ModerationState.FAILED,
                ModerationState.SHOWING,
            ]
        ),
        "objections": Q(appealed_on__isnull=False, decision=""),
        "done": Q(state=ModerationState.DONE),
        "over": Q(state__in=FINAL_STATES),
    }[view]


def filtered_acts(view: str, reason: str, access: Access) -> QuerySet[Moderation]:
    """What has a clock first; then the newest. Of messages that this person may read."""
    rows = Moderation.objects.filter(in_view(view) & readable(access, "message__")).select_related(
        "message__channel", "by", "second_by"
    )
    if reason:
        rows = rows.filter(reason=reason)
    return rows.order_by("confirm_by", "-at", "-pk") if view == "second" else rows.order_by("-at", "-pk")


def counts(access: Access) -> dict[str, int]:
    """Counts of the views with pending work, and of clearly unlawful messages without a decision."""
    wanted = {view: Count("pk", filter=in_view(view)) for view in ("second", "under_way", "objections")}
    by_view: dict[str, int] = Moderation.objects.filter(readable(access, "message__")).aggregate(**wanted)
    return {**by_view, "unlawful": unlawful(access).count()}


class SecondReviewCounts(Subquery):
    """An annotation for another query: how many messages of the open scope wait for this person's review, and how many
    of these reviews are late."""

    template = (
        "(SELECT ARRAY[count(DISTINCT message_id), count(DISTINCT message_id) FILTER (WHERE is_late)]"
        " FROM (%(subquery)s) wanted)"
    )
    output_field = ArrayField(IntegerField())

    def __init__(self, person: Any, now: datetime, *, with_private: bool) -> None:
        may_read = readable_with("message__", reads_private=with_private)
        rows = Moderation.objects.filter(in_view("second") & may_read).exclude(by=person).order_by()
        late = ExpressionWrapper(Q(confirm_by__isnull=False, confirm_by__lt=now), BooleanField())
        super().__init__(rows.values("message_id", is_late=late))


def unlawful(access: Access) -> QuerySet[Message]:
    """Messages that a person sorted as clearly unlawful and about which nothing was decided; shortest clock first."""
    live = Moderation.objects.exclude(state__in=FINAL_STATES).values("message")
    rows = readable_messages(access).filter(kind=MessageKind.UNLAWFUL, state__in=OPEN_STATES, erased_at=None)
    return rows.exclude(pk__in=live).select_related("channel", "assignee").order_by("due_at", "pk")


def act_with_people(pk: int, access: Access) -> QuerySet[Moderation]:
    return Moderation.objects.filter(readable(access, "message__"), pk=pk).select_related("message__channel", *PEOPLE)


def is_below_ours(message: Message) -> bool:
    """Whether it is below a post of the portal. Below a stranger's post a network refuses to hide it."""
    return message.publication_id is not None


def can_hide(message: Message) -> bool:
    """Whether the network can hide it: not for private messages, nor for those that are no reply."""
    return not message.is_private and validation.can_hide(message.channel) and bool(message.root or message.in_reply_to)


def can_remove(message: Message) -> bool:
    """Whether the network would delete it for us, once it is hidden."""
    return can_hide(message) and validation.can_remove(message.channel)


def other_acts(row: Moderation, act: ModerationAction) -> QuerySet[Moderation]:
    """The other acts of this kind about the same message that hold or are under way: one at most."""
    return Moderation.objects.filter(~Q(pk=row.pk), message=row.message_id, act=act).exclude(state__in=FINAL_STATES)


def removal_of(hiding: Moderation) -> Moderation | None:
    """The removal, proposed or done, of the message that this act hid."""
    return other_acts(hiding, ModerationAction.REMOVE).first()


@dataclass(frozen=True)
class ModerationContext:
    """Moderation on the page of a message: earlier acts, newest first, and the form."""

    acts: list[Moderation]
    can_hide: bool
    by_hand: str
    wish: ModerationRequest = field(default_factory=ModerationRequest)
    can_remove: bool = False
    """By the portal, once it is hidden."""
    is_below_ours: bool = True
    reasons: list[tuple[str, Any]] = field(default_factory=lambda: list(ModerationReason.choices))

    @property
    def live(self) -> Moderation | None:
        return next((act for act in self.acts if act.is_live), None)


def moderation_context(
    message: Message, acts: list[Moderation], wish: ModerationRequest | None = None
) -> ModerationContext:
    """`acts`: those of the message, newest first (`inbox.queries.message_context`)."""
    return ModerationContext(
        acts,
        can_hide(message),
        validation.manual_steps(message.channel),
        wish or ModerationRequest(),
        can_remove=can_remove(message),
        is_below_ours=is_below_ours(message),
    )


def removal(row: Moderation) -> Moderation | None:
    """The removal, proposed or done, of the message that this act hid."""
    return removal_of(row) if row.act == ModerationAction.HIDE and row.state == ModerationState.DONE else None


def _may_be_removed(row: Moderation) -> bool:
    is_hidden = row.act == ModerationAction.HIDE and row.state == ModerationState.DONE and not row.objection_waits
    return is_hidden and row.reason in GRAVE_REASONS and not row.message.erased_at and can_remove(row.message)


def allowed_actions(row: Moderation, person: Any, removal: Moderation | None = None) -> frozenset[str]:
    """What this person, who may work in the inbox, can do about it now; `inbox.domain.moderate` checks again."""
    is_first, state = person == row.by, row.state
    allowed = {
        "agree": state == ModerationState.PROPOSED and not is_first,
        "refuse": state == ModerationState.PROPOSED,
        "confirm": row.waits_for_confirmation and not is_first,
        "done": state in (ModerationState.BY_HAND, ModerationState.FAILED)
        or (state in MANUAL_FROM_STATES and bool(row.error_code)),
        "again": state == ModerationState.FAILED,
        "remove": removal is None and _may_be_removed(row),
        "undo": removal is None
        and state in (*MANUAL_FROM_STATES, ModerationState.DONE)
        and not (row.act == ModerationAction.REMOVE and state in (ModerationState.DOING, ModerationState.DONE)),
        "shown": state == ModerationState.SHOWING and (row.next_at is None or bool(row.error_code)),
        "object": state not in (ModerationState.PROPOSED, ModerationState.REFUSED)
        and not row.appealed_on
        and not row.erased_at,
        "decide": bool(row.appealed_on) and not row.decision and not is_first,
    }
    return frozenset(name for name, is_so in allowed.items() if is_so)


# ---- house rules and what everybody may read


def house_rules() -> HouseRules | None:
    return HouseRules.objects.select_related("municipality").first()


def published_rules(slug: str) -> tuple[Municipality, HouseRules] | None:
    """The municipality with this word in its address and its rules, if everybody may read them."""
    municipality = Municipality.objects.filter(slug=slug, joined_on__isnull=False).first()
    if municipality is None:
        return None
    with scope(municipality):
        rules = HouseRules.objects.filter(municipality=municipality, is_on=True).first()
    return (municipality, rules) if rules else None


def rules_that_are_on() -> QuerySet[HouseRules]:
    """Of the open scope. For `reports.public_parts`."""
    return HouseRules.objects.filter(is_on=True).order_by()


@dataclass(frozen=True)
class MonthCounts:
    """Acts of one month: (reason, hidden, removed) where there were any, and their outcomes."""

    month: date
    reasons: list[tuple[ModerationReason, int, int]]
    shown_again: int
    objections: int
    granted: int
    stands: int

    @property
    def waits(self) -> int:
        return self.objections - self.granted - self.stands


def monthly_counts(municipality: Municipality, today: date) -> list[MonthCounts]:
    """The months of one year back in which something was done, newest first. Three queries, in a scope of their own.

    An act counts in the month in which it was done, also if it was taken back later; an objection in the month in
    which it came in.
    """
    since = date(today.year - 1, today.month, 1)
    with scope(municipality):
        acts = _by_month(_public(municipality, since, "done_at"), "done_at", "reason", "act")
        again = _by_month(_public(municipality, since, "undone_at").filter(done_at__isnull=False), "undone_at")
        objections = Moderation.objects.filter(message__channel__is_practice__in=_channels(), appealed_on__gte=since)
        appeals = _by_month(objections.filter(municipality=municipality), "appealed_on", "decision")
    months = sorted({key[0] for counts in (acts, again, appeals) for key in counts}, reverse=True)
    return [_month(month, acts, again, appeals) for month in months]


def _month(month: date, acts: Mapping[Any, int], again: Mapping[Any, int], appeals: Mapping[Any, int]) -> MonthCounts:
    by_reason = [
        (
            reason,
            acts.get((month, reason, ModerationAction.HIDE), 0),
            acts.get((month, reason, ModerationAction.REMOVE), 0),
        )
        for reason in ModerationReason
    ]
    decided = {decision: appeals.get((month, decision), 0) for decision in ("", *AppealDecision.values)}
    return MonthCounts(
        month=month,
        reasons=[row for row in by_reason if row[1] or row[2]],
        shown_again=again.get((month,), 0),
        objections=sum(decided.values()),
        granted=decided[AppealDecision.GRANTED],
        stands=decided[AppealDecision.STANDS],
    )


def _public(municipality: Municipality, since: date, moment: str) -> QuerySet[Moderation]:
    first = datetime.combine(since, time(), BELGRADE)
    rows = Moderation.objects.filter(municipality=municipality, **{f"{moment}__gte": first})
    return rows.filter(message__channel__is_practice__in=_channels())


def _channels() -> list[bool]:
    """Practice channels do not count, but in the demo there is nothing else."""
    return [True, False] if settings.DEMO else [False]


def _by_month(rows: QuerySet[Moderation], moment: str, *more: str) -> dict[Any, int]:
    month: Any = TruncMonth(moment, tzinfo=None if moment == "appealed_on" else BELGRADE)
    counts: dict[Any, int] = defaultdict(int)
    for row in rows.order_by().annotate(month=month).values("month", *more).annotate(count=Count("pk")):
        first = row["month"].date() if isinstance(row["month"], datetime) else row["month"]
        counts[first, *(row[name] for name in more)] += row["count"]
    return counts


def confirmation_is_late(row: Moderation) -> bool:
    return row.waits_for_confirmation and row.confirm_by is not None and row.confirm_by < timezone.now()


def contacts() -> QuerySet:
    """The house rules of the open scope as one text. For `posts.coaching.published_phones`."""
    written = ["contact", "formal", "privacy", "own_text"]
    columns = [part for name in written for part in (name, Value("\n"))]
    return HouseRules.objects.order_by().values_list(Concat(*columns, output_field=TextField()), flat=True)
