"""May an answer go out now? Asked right before the call, as of every delivery."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from channels import pauses
from channels.pauses import Paused
from delivery.enums import Because
from delivery.gates import Verdict, go, hold
from delivery.models import Delivery
from inbox.enums import Kind
from inbox.models import Reply
from municipalities.queries import emergency_rights
from posts.domain.gate import held_by


def answers(deliveries: Sequence[Delivery]) -> dict[int, Verdict]:
    """Go, unless an approval is missing or something is paused: then only answers to an emergency go. One query."""
    listed = emergency_rights(OuterRef("municipality")).filter(user=OuterRef("by"))
    rows = Reply.objects.filter(delivery__in=deliveries).annotate(
        pause=pauses.of(channel="message__channel"), by_listed=Exists(listed)
    )
    asked = ("delivery_id", "message__kind", "pause", "by_listed", "approved_by", "municipality__answers_need_approval")
    found = {row["delivery_id"]: row for row in rows.values(*asked)}
    return {each.pk: _verdict(found.get(each.pk)) for each in deliveries}


def _verdict(row: dict | None) -> Verdict:
    if row is None:
        return hold(Because.HELD)
    is_emergency = row["message__kind"] == Kind.EMERGENCY
    if (
        row["municipality__answers_need_approval"]
        and row["approved_by"] is None
        and not (is_emergency and row["by_listed"])
    ):
        return hold(Because.NOT_APPROVED)
    if row["pause"] is None or is_emergency:
        return go()
    return held_by(Paused.read(row["pause"]))
