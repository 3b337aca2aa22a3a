"""The audit trail: one event per verb, written in the verb's own transaction."""

from typing import Any

from django.db import models
from django.utils import timezone

from common.models import AuditEvent
from common.prepared import PreparedInsert, instance

# One for each post that leaves, and for each verb of anybody.
EVENT = PreparedInsert(AuditEvent)


def record(
    verb: str,
    *,
    by: Any,
    target: models.Model | None = None,
    municipality_id: int | None = None,
    label: str | None = None,
    **detail: Any,
) -> AuditEvent:
    """Write that `by` did `verb` ("post.approve") to `target`.

    `by` is a user, or None for the portal itself. `municipality_id` defaults to the target's own. `detail` must be
    JSON and must hold no secret and no citizen's words.
    """
    if municipality_id is None and target is not None:
        municipality_id = getattr(target, "municipality_id", None)
    values = {
        "at": timezone.now(),
        "verb": verb,
        "actor_id": getattr(by, "pk", None),
        "actor_label": str(by)[:200] if by is not None else "",
        "municipality_id": municipality_id,
        "target_type": target._meta.label_lower if target is not None else "",
        "target_id": str(target.pk) if target is not None else "",
        "target_label": (label if label is not None else str(target) if target is not None else "")[:300],
        "detail": detail,
    }
    event: AuditEvent = instance(AuditEvent, {"id": EVENT.run(values), **values})
    return event
