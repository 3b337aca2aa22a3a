"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "account.choose_notifications": _("Chose what comes by mail, and when"),
    "account.resume_mail": _("Switched e-mail back on about: %(kinds)s"),
    "account.stop_mail": _("Stopped mail about: %(kinds)s"),
    "account.void_mail_links": _("Invalidated the unsubscribe links in older e-mails"),
}
