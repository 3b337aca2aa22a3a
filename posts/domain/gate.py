"""What the outbox asks about a post right before every irreversible step. Only reads, from fresh rows.

The rule of the house that holds now decides, not the one that held when somebody approved: a house that has come to ask
for more holds what was approved before.
"""

from django.utils import timezone

from delivery.enums import Because
from delivery.gates import Verdict, go, hold
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.models import Municipality
from municipalities.queries import emergency_rights, running_pause
from posts.deciding import standing
from posts.enums import Stage
from posts.models import Publication
from posts.rules import Standing, stands_as_emergency


def may_send(delivery: Delivery) -> Verdict:
    """Go if its publication counts, its version is approved or needs no approval, and nothing is paused.

    An emergency needs no approval and passes a pause, as long as who sent it is on the list and nobody has objected.
    """
    rows = Publication.objects.select_related("post")
    publication = rows.filter(delivery=delivery, live=True, post__deleted_at__isnull=True).first()
    if publication is None:
        return hold(Because.HELD)
    if publication.post.stage != Stage.APPROVED:
        return hold(Because.NOT_APPROVED)
    house = Municipality.objects.only("pk", "approval").get(pk=publication.municipality_id)
    at = standing(publication.version_id, house)
    if _is_emergency(at, house):
        return go()
    if house.approval != Approval.NONE and not at.met:
        return hold(Because.NOT_APPROVED)
    pause = running_pause()
    return hold(Because.PAUSED, pause.reason) if pause else go()


def _is_emergency(at: Standing, house: Municipality) -> bool:
    if not stands_as_emergency(at, timezone.now()):
        return False
    return emergency_rights(house).filter(user=at.emergency.by_id).exists()
