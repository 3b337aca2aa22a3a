"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "campaign.begin": _("Started the campaign “%(target)s”"),
    "campaign.change": _("Changed the campaign “%(target)s”"),
    "campaign.end": _("Ended the campaign “%(target)s”"),
    "campaign.open": _("Opened the campaign “%(target)s” again"),
    "channel.set_slots": _("Set the usual times of the channel %(target)s"),
    "feed.end": _("The calendar link of %(person)s ended together with the right to read the calendar"),
    "feed.make": _("Created a secret link to the calendar"),
    "feed.revoke": _("Switched the secret link to the calendar off"),
    "plan.import": _("Imported the plan “%(target)s”: %(made)s drafts"),
    "plan.upload": _("Uploaded the plan “%(target)s” for preview"),
    "post.campaign": _("Chose the campaign of “%(target)s”"),
    "recurrence.begin": _("Started to repeat “%(target)s”"),
    "recurrence.end": _("Ended the repetition of “%(target)s”"),
    "recurrence.keep": _("Took a day of the repetition of “%(target)s” in again: %(on)s"),
    "recurrence.skip": _("Left out a day of the repetition of “%(target)s”: %(on)s"),
}
