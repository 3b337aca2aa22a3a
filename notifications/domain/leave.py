"""What becomes of a person's mail when they lose a right."""

from typing import Any

from accounts.models import User
from common.audit import record
from common.enums import MailState
from common.models import MailMessage
from notifications import letters, queries
from notifications.models import Notification, Preferences, new_key


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: no mail any more about what this person may not read (asked once more when mail leaves).

    Of an account that was switched off: no mail at all, also none that waits in the outbox, and the links that stop
    mail no longer work.
    """
    rows = Notification.objects.filter(user=person, mail_due_at__isnull=False).select_related("user", "municipality")
    roles = queries.roles_of([person])
    unread = [row.pk for row in rows if not (person.is_active and queries.shown(row, roles))]
    Notification.objects.filter(pk__in=unread).update(mail_due_at=None)
    if person.is_active:
        return
    own = MailMessage.objects.filter(to=person.email, dedupe__startswith=letters.DEDUPE)
    own.filter(state=MailState.WAITING).delete()
    if Preferences.objects.filter(user=person).update(key=new_key()):
        record("account.void_mail_links", by=by, target=person)
