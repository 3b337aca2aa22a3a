"""What was hidden: the lists, one act with what can be done about it, and what the form beside a message needs."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from channels import dry
from inbox.enums import Kind, State
from inbox.models import Message, Moderation
from inbox.reasons import BY_HAND_FROM, OVER, Act, Reason, Stage, Wish

VIEWS = ("second", "under_way", "objections", "done", "over")
PEOPLE = ("by", "second_by", "done_by", "undo_by", "appeal_noted_by", "decided_by")


def in_view(view: str) -> Q:
    unconfirmed = Q(confirm_by__isnull=False, second_by__isnull=True) & ~Q(state__in=OVER)
    return {
        "second": Q(state=Stage.PROPOSED) | unconfirmed,
        "under_way": Q(state__in=[Stage.AGREED, Stage.DOING, Stage.BY_HAND, Stage.FAILED, Stage.SHOWING]),
        "objections": Q(appealed_on__isnull=False, decision=""),
        "done": Q(state=Stage.DONE),
        "over": Q(state__in=OVER),
    }[view]


def listed(view: str, reason: str) -> QuerySet[Moderation]:
    """What has a clock first; then the newest."""
    rows = Moderation.objects.filter(in_view(view)).select_related("message__channel", "by", "second_by")
    if reason:
        rows = rows.filter(reason=reason)
    return rows.order_by("confirm_by", "-at", "-pk") if view == "second" else rows.order_by("-at", "-pk")


def counts() -> dict[str, int]:
    """How many are in the views that wait for somebody, and how many clearly unlawful messages nobody saw to."""
    wanted = {view: Count("pk", filter=in_view(view)) for view in ("second", "under_way", "objections")}
    found: dict[str, int] = Moderation.objects.aggregate(**wanted)
    return {**found, "unlawful": unlawful().count()}


def unlawful() -> QuerySet[Message]:
    """Messages that a person sorted as clearly unlawful and about which nothing was decided; shortest clock first."""
    live = Moderation.objects.exclude(state__in=OVER).values("message")
    rows = Message.objects.filter(kind=Kind.UNLAWFUL, state__in=[State.OPEN, State.WAITING], forgotten_at=None)
    return rows.exclude(pk__in=live).select_related("channel", "assignee").order_by("due_at", "pk")


def one(pk: int) -> QuerySet[Moderation]:
    return Moderation.objects.filter(pk=pk).select_related("message__channel", *PEOPLE)


def can_hide(message: Message) -> bool:
    """Whether the network would hide it for us: what stands below no post of ours it would not."""
    return dry.can_hide(message.channel) and bool(message.root or message.in_reply_to)


@dataclass(frozen=True)
class Beside:
    """What stands about hiding beside a message: what was decided before, newest first, and the form."""

    acts: list[Moderation]
    can_hide: bool
    by_hand: str
    wish: Wish = field(default_factory=Wish)
    reasons: list[tuple[str, Any]] = field(default_factory=lambda: list(Reason.choices))

    @property
    def live(self) -> Moderation | None:
        return next((each for each in self.acts if each.is_live), None)


def beside(message: Message, acts: list[Moderation], wish: Wish | None = None) -> Beside:
    """`acts`: those of the message, newest first (`inbox.queries.around`)."""
    return Beside(acts, can_hide(message), dry.by_hand(message.channel), wish or Wish())


def deeds(row: Moderation, person: Any) -> frozenset[str]:
    """What this person, who may work in the inbox, can do about it now; `inbox.domain.moderate` asks once more."""
    is_first, state = person == row.by, row.state
    found = {
        "agree": state == Stage.PROPOSED and not is_first,
        "refuse": state == Stage.PROPOSED,
        "confirm": row.waits_for_confirmation and not is_first,
        "done": state in (Stage.BY_HAND, Stage.FAILED) or (state in BY_HAND_FROM and bool(row.trouble)),
        "again": state == Stage.FAILED,
        "undo": state in (*BY_HAND_FROM, Stage.DONE) and not (row.act == Act.REMOVE and state == Stage.DONE),
        "shown": state == Stage.SHOWING and (row.next_at is None or bool(row.trouble)),
        "object": state not in (Stage.PROPOSED, Stage.REFUSED) and not row.appealed_on and not row.erased_at,
        "decide": bool(row.appealed_on) and not row.decision and not is_first,
    }
    return frozenset(name for name, is_so in found.items() if is_so)


def confirmation_is_late(row: Moderation) -> bool:
    return row.waits_for_confirmation and row.confirm_by is not None and row.confirm_by < timezone.now()
