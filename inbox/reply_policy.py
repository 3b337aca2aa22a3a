"""The policy for answers: may one be sent now? Evaluated right before the call, as for every delivery."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import pauses
from channels.account_limits import reply_windows
from channels.pauses import Paused
from delivery.enums import ReasonCode
from delivery.models import Delivery
from delivery.policies import PolicyDecision, allow, defer, expire
from inbox.enums import MessageKind
from inbox.models import OfficeHoursAnswer, Reply
from inbox.models.conversations import LONG_AGO
from inbox.queries.office_hours import is_still_due
from municipalities.queries import emergency_rights
from platforms.reply_windows import is_open
from platforms.visibility import Visibility, is_wider, of_answer
from posts.publishing.domain.policy import defer_for_pause

WINDOW_CLOSED = gettext_noop(
    "The network takes answers for a limited time after the last message of a person. That time was over before the "
    "answer could be sent. Reach the person in another way."
)
OTHER_PERSON = gettext_noop("This conversation has another person now. Write a new answer.")
NOT_DUE = gettext_noop("This automatic answer was not sent: offices were open, somebody answered, or it was stopped.")
TOO_WIDE = gettext_noop("The message is private, and this answer would be visible to more people. Write a new answer.")


def answers(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """Go, unless an approval is missing or something is paused: then only answers to an emergency go. One query, and
    some for each automatic one.

    An answer that more people would read than what it answers does not go, whatever wrote it.
    """
    listed = emergency_rights(OuterRef("municipality")).filter(user=OuterRef("by"))
    rows = Reply.objects.filter(delivery__in=deliveries).annotate(
        pause=pauses.of(channel="message__channel"), by_listed=Exists(listed),
        sent_to=Coalesce(KeyTextTransform("visibility", "delivery__payload"), Value(Visibility.PUBLIC, TextField())),
    )  # fmt: skip
    messages = (
        "delivery_id", "sent_to", "message__visibility", "message__kind", "pause", "by_listed", "approved_by",
        "municipality__answers_need_approval", "delivery__created_at", "is_automatic",
        "message__conversation", "message__conversation__last_received_at", "message__conversation__author_id",
    )  # fmt: skip
    by_delivery = {row["delivery_id"]: row for row in rows.values(*messages)}
    now = timezone.now()
    for reply in _office_hours_replies(by_delivery.values()):
        row = by_delivery[reply.delivery_id]
        row["is_due"] = not row["pause"] and is_still_due(reply, now)
    return {delivery.pk: _verdict(by_delivery.get(delivery.pk), delivery, now) for delivery in deliveries}


def _office_hours_replies(rows: Iterable[dict]) -> list[Reply]:
    """Those of them that say that offices are closed. One query where any is automatic."""
    keys = [row["delivery_id"] for row in rows if row["is_automatic"]]
    answers = OfficeHoursAnswer.objects.filter(reply__delivery__in=keys)
    related = ("reply__municipality", "reply__message", "reply__by")
    return [one.reply for one in answers.select_related(*related) if one.reply] if keys else []


def _verdict(row: dict | None, delivery: Delivery, now: datetime) -> PolicyDecision:
    if row is None:
        return defer(ReasonCode.HELD)
    if refusal := _refused_in_conversation(row, delivery, now) or _refused_as_automatic(row):
        return refusal
    if is_wider(row["sent_to"], of_answer(row["message__visibility"])):
        return defer(ReasonCode.HELD, TOO_WIDE)
    is_emergency = row["message__kind"] == MessageKind.EMERGENCY
    if (
        row["municipality__answers_need_approval"]
        and row["approved_by"] is None
        and not (is_emergency and row["by_listed"])
    ):
        return defer(ReasonCode.NOT_APPROVED)
    pause = Paused.read(row["pause"]) if row["pause"] else None
    if pause is None or (is_emergency and not pause.holds(row["delivery__created_at"])):
        return allow()
    return defer_for_pause(pause)


def _refused_as_automatic(row: dict) -> PolicyDecision | None:
    """The answer outside office hours leaves at once or not at all."""
    if not row.get("is_due", True):
        return expire(ReasonCode.TOO_LATE, NOT_DUE)
    return None


def _refused_in_conversation(row: dict, delivery: Delivery, now: datetime) -> PolicyDecision | None:
    """In a private conversation: only while its window is open, and only to the person whose conversation it is."""
    if row["message__conversation"] is None:
        return None
    received_at = row["message__conversation__last_received_at"] or LONG_AGO
    windows = reply_windows(delivery.channel.platform, delivery.channel.granted)
    if not is_open(windows, received_at, now, automatic=row["is_automatic"]):
        return expire(ReasonCode.TOO_LATE, WINDOW_CLOSED)
    if delivery.payload.get("recipient") != row["message__conversation__author_id"]:
        return defer(ReasonCode.HELD, OTHER_PERSON)
    return None
