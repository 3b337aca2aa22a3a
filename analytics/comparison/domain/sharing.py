"""Starts and stops showing a municipality's figures to its peers. The caller opens its scope."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from analytics.models import Sharing
from common import audit
from municipalities.models import Municipality


@transaction.atomic
def share(municipality: Municipality, *, by: User) -> None:
    """Nothing changes where it shares already."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)  # two who press at once stand in line
    if not Sharing.objects.filter(ended_at__isnull=True).exists():
        Sharing.objects.create(municipality=municipality, by=by)
        audit.record("municipality.share_figures", by=by, target=municipality, municipality_id=municipality.pk)


@transaction.atomic
def stop(municipality: Municipality, *, by: User) -> None:
    """From now on the figures are hidden from peers, and theirs from this municipality."""
    ended = Sharing.objects.filter(ended_at__isnull=True).update(ended_at=timezone.now(), ended_by=by)
    if ended:
        audit.record("municipality.stop_sharing_figures", by=by, target=municipality, municipality_id=municipality.pk)
