"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "asked.change_contact": _("Changed the contact on the page “You asked, we did”"),
    "asked.close": _("Switched the page “You asked, we did” off"),
    "asked.open": _("Switched the page “You asked, we did” on: it is visible to everyone"),
    "need.change": _("Changed the words of the need “%(target)s”"),
    "need.decide": _("Wrote down what was decided about the need “%(target)s”"),
    "need.delete": _("Deleted the need “%(target)s”, which had no requests"),
    "need.done": _("Wrote down what was done about the need “%(target)s”"),
    "need.gather": _("Added %(messages)s of citizens' messages to the need “%(target)s”"),
    "need.hear": _("Recorded a request for “%(target)s”"),
    "need.merge": _("Merged the need “%(need)s” with “%(target)s”"),
    "need.picture": _("Added a picture to the need “%(target)s”"),
    "need.picture_away": _("Took a picture away from the need “%(target)s”"),
    "need.quote": _("Chose which words are quoted for the need “%(target)s”"),
    "need.reopen": _("Opened the need “%(target)s” again"),
    "need.show": _("Put the need “%(target)s” on the public page"),
    "need.hide": _("Took the need “%(target)s” from the public page"),
    "need.take_away": _("Took a voice away from the need “%(target)s”"),
    "need.tell": _("Answered %(people)s people who requested “%(target)s”"),
    "need.write": _("Wrote down the need “%(target)s”"),
}
