"""Ending the pause that a restore began. What is not on its network then waits for a person of its municipality."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit, mail, restores
from common.errors import ActionNotAllowed
from notifications.domain.drop_mail import drop_mail


@transaction.atomic
def end(*, by: User) -> None:
    """End it, once. Mails from the backup are never sent: they may have left since it was made."""
    running = list(restores.running().select_for_update())
    if not running:
        raise ActionNotAllowed(_("The pause after the restore has ended already."))
    if any(restore.prepared_at is None for restore in running):
        raise ActionNotAllowed(_("The check has not begun yet. Wait until this page shows it, then end the pause."))
    restored_at = running[0].restored_at
    mails, notifications = mail.drop_older(restored_at), drop_mail(restored_at)
    for restore in running:
        restore.ended_at = timezone.now()
        restore.save(update_fields=["ended_at"])
    audit.record("installation.end_restore", by=by, target=running[0], mails=mails, notifications=notifications)
