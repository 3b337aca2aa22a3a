"""The policy for answers: may one be sent now? Evaluated right before the call, as for every delivery."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from channels import pauses
from channels.pauses import Paused
from delivery.enums import ReasonCode
from delivery.models import Delivery
from delivery.policies import PolicyDecision, allow, defer
from inbox.enums import MessageKind
from inbox.models import Reply
from municipalities.queries import emergency_rights
from platforms.visibility import Visibility, is_wider, of_answer
from posts.publishing.domain.policy import defer_for_pause

TOO_WIDE = gettext_noop("The message is private, and this answer would be visible to more people. Write a new answer.")


def answers(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """Go, unless an approval is missing or something is paused: then only answers to an emergency go. One query.

    An answer that more people would read than what it answers does not go, whatever wrote it.
    """
    listed = emergency_rights(OuterRef("municipality")).filter(user=OuterRef("by"))
    rows = Reply.objects.filter(delivery__in=deliveries).annotate(
        pause=pauses.of(channel="message__channel"), by_listed=Exists(listed),
        sent_to=Coalesce(KeyTextTransform("visibility", "delivery__payload"), Value(Visibility.PUBLIC, TextField())),
    )  # fmt: skip
    messages = (
        "delivery_id", "sent_to", "message__visibility", "message__kind", "pause", "by_listed", "approved_by",
        "municipality__answers_need_approval", "delivery__created_at",
    )  # fmt: skip
    by_delivery = {row["delivery_id"]: row for row in rows.values(*messages)}
    return {delivery.pk: _verdict(by_delivery.get(delivery.pk)) for delivery in deliveries}


def _verdict(row: dict | None) -> PolicyDecision:
    if row is None:
        return defer(ReasonCode.HELD)
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
