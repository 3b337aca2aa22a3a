"""What the outbox asks about a post right before every irreversible step. Only reads, from fresh rows."""

from delivery.enums import Because
from delivery.gates import Verdict, go, hold
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.queries import running_pause
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Publication


def may_send(delivery: Delivery) -> Verdict:
    """Go if its publication counts, its version is approved or needs no approval, and nothing is paused."""
    rows = Publication.objects.select_related("post", "version")
    publication = rows.filter(delivery=delivery, live=True, post__deleted_at__isnull=True).first()
    if publication is None:
        return hold(Because.HELD)
    if not _is_approved(publication):
        return hold(Because.NOT_APPROVED)
    pause = running_pause()
    return hold(Because.PAUSED, pause.reason) if pause else go()


def _is_approved(publication: Publication) -> bool:
    if publication.post.stage != Stage.APPROVED:
        return False
    house = Municipality.objects.only("needs_approval").get(pk=publication.municipality_id)
    if not house.needs_approval:
        return True
    last = Decision.objects.filter(version=publication.version_id).order_by("-pk").first()
    return last is not None and last.kind == DecisionKind.APPROVED
