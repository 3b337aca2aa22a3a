"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "snippet.create": _("Added the snippet %(target)s"),
    "snippet.edit": _("Changed the snippet %(target)s"),
    "snippet.remove": _("Removed the snippet %(target)s"),
    "snippet.restore": _("Restored the snippet %(target)s"),
    "template.create": _("Added the template %(target)s"),
    "template.edit": _("Changed the template %(target)s"),
    "template.remove": _("Removed the template %(target)s"),
    "template.restore": _("Restored the template %(target)s"),
    "template.use": _("Started a post from the template %(target)s"),
}
