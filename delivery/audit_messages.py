"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "delivery.cancelled": _("Cancelled: %(target)s"),
    "delivery.changed": _("Was found changed on the network: %(target)s"),
    "delivery.changed_back": _("Was found as it was sent again: %(target)s"),
    "delivery.checking": _("Was sent without a usable answer, and is being checked: %(target)s"),
    "delivery.edited": _("Was changed on the network by us: %(target)s"),
    "delivery.noted": _("Saw what happened on the network to: %(target)s"),
    "delivery.enqueue": _("Planned for sending: %(target)s"),
    "delivery.expired": _("The time passed before it could be published: %(target)s"),
    "delivery.failed": _("Was not published: %(target)s"),
    "delivery.missing": _("Is gone from the network: %(target)s"),
    "delivery.keep_duplicate": _("Keeps the second post on the network of: %(target)s"),
    "delivery.processing": _("The network is preparing: %(target)s"),
    "delivery.published": _("Was published: %(target)s"),
    "delivery.reschedule": _("Moved to another time: %(target)s"),
    "delivery.scheduled": _("Will be sent: %(target)s"),
    "delivery.sending": _("Is being sent: %(target)s"),
    "delivery.duplicate": _("A second post was discovered on the network of: %(target)s"),
    "delivery.take_down_duplicate": _("Requested removal of the second post on the network of: %(target)s"),
    "delivery.unconfirmed": _("Was sent, but the network did not confirm it: %(target)s"),
    "delivery.waiting": _("Waits before it can be sent: %(target)s"),
    "delivery.withdraw": _("Requested removal from the network: %(target)s"),
    "delivery.withdrawn": _("Was taken down: %(target)s"),
}
