"""May an answer go out now? Asked right before the call, as of every delivery."""

from collections.abc import Sequence

from channels import pauses
from channels.pauses import Paused
from delivery.enums import Because
from delivery.gates import Verdict, go, hold
from delivery.models import Delivery
from inbox.enums import Kind
from inbox.models import Reply
from posts.domain.gate import held_by


def answers(deliveries: Sequence[Delivery]) -> dict[int, Verdict]:
    """Go, unless something is paused: then only answers to an emergency go. One query."""
    rows = Reply.objects.filter(delivery__in=deliveries).annotate(pause=pauses.of(channel="message__channel"))
    found = {row["delivery_id"]: row for row in rows.values("delivery_id", "message__kind", "pause")}
    return {each.pk: _verdict(found.get(each.pk)) for each in deliveries}


def _verdict(row: dict | None) -> Verdict:
    if row is None:
        return hold(Because.HELD)
    if row["pause"] is None or row["message__kind"] == Kind.EMERGENCY:
        return go()
    return held_by(Paused.read(row["pause"]))
