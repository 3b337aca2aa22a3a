"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "account.choose_notifications": _("Chose what comes by mail, and when"),
    "account.resume_mail": _("Switched e-mail back on about: %(kinds)s"),
    "account.stop_mail": _("Stopped mail about: %(kinds)s"),
    "account.push_off": _("Push messages ended on a device: %(device)s"),
    "account.push_on": _("Switched push messages on: %(device)s"),
    "account.void_mail_links": _("Invalidated the unsubscribe links in older e-mails"),
    "push.replace_key": _("Replaced the key for push messages; %(ended)s devices were switched off"),
}
