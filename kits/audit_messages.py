"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "kit.adopt": _("Adopted the campaign kit “%(target)s”; drafts created: %(drafts)s"),
    "kit.change": _("Changed the campaign kit “%(target)s”"),
    "kit.close": _("Closed the campaign kit “%(target)s”"),
    "kit.create": _("Started to write the campaign kit “%(target)s”"),
    "kit.delete": _("Deleted the draft of the campaign kit “%(target)s”"),
    "kit.open": _("Opened the campaign kit “%(target)s” again"),
    "kit.publish": _("Published the campaign kit “%(target)s” for the municipalities of %(programme)s"),
    "kit.remove_post": _("Removed “%(post)s” from the campaign kit “%(target)s”"),
    "kit.restore_post": _("Put “%(post)s” back into the campaign kit “%(target)s”"),
    "kit.write_post": _("Wrote “%(post)s” for the campaign kit “%(target)s”"),
}
