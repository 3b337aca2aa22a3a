"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "example.copy": _("Rewrote the built-in example “%(target)s” for %(programme)s"),
    "example.create": _("Added the example “%(target)s” to the good practice of %(programme)s"),
    "example.edit": _("Changed the example “%(target)s” of good practice"),
    "example.move": _("Moved the example “%(target)s” of good practice to another place"),
    "example.restore": _("Restored the example “%(target)s” of good practice"),
    "example.retire": _("Retired the example “%(target)s” of good practice"),
    "example.switch_off": _("Switched off the built-in example “%(target)s” for %(programme)s"),
    "example.switch_on": _("Switched on the built-in example “%(target)s” for %(programme)s"),
    "example.use": _("Started a post from the example “%(target)s”"),
    "gallery.comment": _("Commented on “%(target)s” in the gallery"),
    "gallery.copy": _("Started a draft with “%(title)s” of %(source)s from the gallery"),
    "gallery.delete_comment": _("Deleted their comment on “%(target)s” in the gallery"),
    "gallery.edit_comment": _("Changed their comment on “%(target)s” in the gallery"),
    "gallery.hide_comment": _("Hid a comment on “%(target)s” in the gallery"),
    "gallery.pick": _("Picked “%(target)s” as one of the month's best for %(programme)s: %(why)s"),
    "gallery.remove": _("Took “%(target)s” out of the gallery for the programme: %(reason)s"),
    "gallery.remove_comment": _("Took down a comment on “%(target)s” in the gallery: %(reason)s"),
    "gallery.renew": _("Took the figures of today for “%(target)s” in the gallery"),
    "gallery.reword": _("Changed the description of “%(target)s” in the gallery"),
    "gallery.share": _("Shared “%(target)s” with the other municipalities of the programme"),
    "gallery.show_comment": _("Showed a hidden comment on “%(target)s” in the gallery again"),
    "gallery.take_down": _("Took “%(target)s” out of the gallery"),
    "gallery.unpick": _("Withdrew the pick of “%(target)s” for %(programme)s"),
    "gallery.withdrawn": _("“%(target)s” left the gallery: it is no longer on any network"),
}
