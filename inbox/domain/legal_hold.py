"""Legal holds: a message that may be needed in a dispute, in court or for an inspection is not erased."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain.triage import audit_label, lock
from inbox.models import LegalHold, Message

MOST_REASON = 300


@transaction.atomic
def place(message: Message, reason: str, *, by: User) -> LegalHold:
    """From now on `retention` skips it. Raises `ActionNotAllowed` without a reason, or when it was erased already."""
    row, cleaned = lock(message), " ".join(reason.replace("\x00", "").split())
    if row.erased_at:
        raise ActionNotAllowed(
            _("The text of this message has already been erased: there is nothing left to protect."), "reason"
        )
    if not cleaned:
        raise ActionNotAllowed(
            _("Explain why it must not be erased, for example with the number of the case."), "reason"
        )
    if len(cleaned) > MOST_REASON:
        raise ActionNotAllowed(
            _("The reason is too long: %(most)s characters at most.") % {"most": MOST_REASON}, "reason"
        )
    if LegalHold.objects.filter(message=row, released_at=None).exists():
        raise ActionNotAllowed(_("It is protected from being erased already."), "reason")
    hold = LegalHold.objects.create(municipality_id=row.municipality_id, message=row, reason=cleaned, by=by)
    record("message.hold", by=by, target=row, label=audit_label(row))
    return hold


@transaction.atomic
def release(message: Message, *, by: User) -> None:
    """Its retention period counts again: if it is over, the next run of `retention` erases it."""
    row = lock(message)
    ended = LegalHold.objects.filter(message=row, released_at=None).update(released_at=timezone.now(), released_by=by)
    if ended:
        record("message.release", by=by, target=row, label=audit_label(row))
