"""After the rule about approvals changed: what lacks one by now waits at once, and not only when its time comes."""

from django.utils import timezone

from delivery import policies
from delivery.domain.claim import hold_back
from delivery.domain.move import Moved
from delivery.domain.release import release
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.models import Municipality
from posts.publishing.domain.publications import KIND


def recheck(municipality: Municipality) -> int:
    """Hold back the coming posts of the municipality that lack an approval, and schedule those that were held back for
    that and lack none any more; returns how many are held back. In its scope.
    """
    now, blocked = timezone.now(), 0
    rows = Delivery.objects.filter(
        municipality=municipality, kind=KIND, state__in=(State.SCHEDULED, State.WAITING), due_at__gt=now
    )
    coming = list(rows.select_related("channel", "parent").order_by("pk"))
    verdicts = policies.evaluate_all(coming, now)
    for delivery in coming:
        verdict = verdicts[delivery.pk]
        lacks = verdict.reason in (ReasonCode.NOT_APPROVED, ReasonCode.HELD)
        try:
            if delivery.state == State.SCHEDULED and verdict.reason == ReasonCode.NOT_APPROVED:
                hold_back(delivery, verdict)
                blocked += 1
            elif delivery.state == State.WAITING and delivery.reason == ReasonCode.NOT_APPROVED and not lacks:
                release(delivery)
        except Moved:
            continue  # a publisher was faster, and asks the same policy
    return blocked
