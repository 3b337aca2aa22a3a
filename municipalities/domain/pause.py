"""Pause: while one runs nothing irreversible leaves for the municipality. Resume flushes no backlog."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from common import audit
from municipalities.models import Municipality, Pause


@transaction.atomic
def pause(municipality: Municipality, reason: str, *, by: Any) -> Pause:
    """Pause all publishing; when it is paused already, the running pause stands."""
    try:
        with transaction.atomic():
            started = Pause.objects.create(municipality=municipality, reason=reason, by=by)
    except IntegrityError:
        running: Pause = Pause.objects.get(municipality=municipality, ended_at__isnull=True)
        return running
    audit.record("municipality.pause", by=by, target=started, reason=reason)
    return started


@transaction.atomic
def resume(municipality: Municipality, *, by: Any) -> None:
    """End the running pause, if one runs."""
    running = Pause.objects.select_for_update().filter(municipality=municipality, ended_at__isnull=True).first()
    if running is None:
        return
    running.ended_at, running.ended_by = timezone.now(), by
    running.save(update_fields=["ended_at", "ended_by"])
    audit.record("municipality.resume", by=by, target=running)
