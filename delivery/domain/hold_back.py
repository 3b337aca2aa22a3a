"""What may not go now waits or expires."""

from django.utils import timezone

from delivery import policies
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery


def hold_back(delivery: Delivery, verdict: policies.PolicyDecision) -> None:
    """Do what a policy decided that is not "allow"."""
    because = ReasonCode(verdict.reason or ReasonCode.HELD)
    if verdict.kind == "expire":
        move(delivery, State.EXPIRED, because=because, problem=verdict.words)
        return
    until = delivery.due_at if because == ReasonCode.NOT_APPROVED else delivery.not_after
    move(delivery, State.WAITING, because=because, problem=verdict.words, next_at=until)


def hold_back_unapproved(delivery: Delivery) -> None:
    """What a person has just scheduled waits at once where it is not approved, or not yet for now, and not only when a
    worker takes it.
    """
    now = timezone.now()
    verdict = policies.evaluate(delivery, now)
    is_too_early = verdict.reason == ReasonCode.TOO_EARLY and delivery.due_at <= now
    if verdict.reason == ReasonCode.NOT_APPROVED or is_too_early:
        hold_back(delivery, verdict)
