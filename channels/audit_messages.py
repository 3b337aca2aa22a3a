"""Sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "channel.arrange": _("Changed languages and scripts of the channel %(target)s"),
    "channel.choose_account": _("Chose the page %(target)s to connect"),
    "channel.connect": _("Connected the channel %(target)s"),
    "channel.connect_start": _("Started to connect an account on %(target)s"),
    "channel.disconnect": _("Disconnected the channel %(target)s"),
    "channel.ending": _("The network's permission for the channel %(target)s runs out soon"),
    "channel.forget_person": _("Deleted the access of a person who requested deletion from the network: %(target)s"),
    "channel.left_behind": _("The person who connected the channel %(target)s is no longer with the municipality"),
    "channel.needs_consent": _("The network no longer accepts our access to %(target)s: connect it again"),
    "channel.request_connection": _("Asked for a channel to be connected"),
    "network.enter_keys": _("Entered the portal's keys at %(target)s"),
    "network.request_keys": _("Asked the administrator for the portal's keys at %(target)s"),
    "network.remove_keys": _("Removed the portal's keys at %(target)s"),
    "channel.pause": _("Paused the channel %(target)s: %(reason)s"),
    "channel.pause_ended": _("The pause of the channel %(target)s ended at its time"),
    "channel.resume": _("Resumed the channel %(target)s"),
    "installation.pause": _("Paused publishing in all municipalities of the portal: %(reason)s"),
    "installation.pause_ended": _("The pause of all municipalities of the portal ended at its time"),
    "installation.resume": _("Resumed publishing in all municipalities of the portal"),
    "municipality.pause": _("Paused all publishing: %(reason)s"),
    "municipality.pause_ended": _("The pause of all publishing ended at its time"),
    "municipality.resume": _("Resumed publishing"),
    "programme.pause": _("Paused publishing in all municipalities of %(target)s: %(reason)s"),
    "programme.pause_ended": _("The pause of all municipalities of %(target)s ended at its time"),
    "programme.resume": _("Resumed publishing in all municipalities of %(target)s"),
}
