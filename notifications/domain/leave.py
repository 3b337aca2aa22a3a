"""Cancels mail to a person who loses a right."""

from typing import Any

from accounts.models import User
from common.audit import record
from common.enums import MailState
from common.models import MailMessage
from notifications import emails, queries
from notifications.models import MailSchedule, Notification, new_key


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: cancel mail about what this person may no longer read (checked again when mail is sent).

    For a deactivated account: cancel all mail, also in the outbox, and invalidate the unsubscribe links.
    """
    rows = Notification.objects.filter(user=person, mail_due_at__isnull=False).select_related("user", "municipality")
    roles = queries.roles_of([person])
    unread = [row.pk for row in rows if not (person.is_active and queries.is_readable(row, roles))]
    Notification.objects.filter(pk__in=unread).update(mail_due_at=None)
    if person.is_active:
        return
    own = MailMessage.objects.filter(to=person.email, dedupe__startswith=emails.DEDUPE)
    own.filter(state=MailState.WAITING).delete()
    if MailSchedule.objects.filter(user=person).update(key=new_key()):
        record("account.void_mail_links", by=by, target=person)
