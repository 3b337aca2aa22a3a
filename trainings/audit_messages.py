"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "exercise.answer": _("Answered %(target)s in the exercise"),
    "exercise.begin_again": _("Put the exercise “%(target)s” back to its beginning"),
    "exercise.end": _("Ended the exercise “%(target)s”"),
    "exercise.extend": _("Extended the exercise “%(target)s” by %(minutes)s minutes"),
    "exercise.hide": _("Hid what %(target)s wrote in the exercise"),
    "exercise.prepare": _("Prepared the exercise “%(target)s” for %(teams)s teams"),
    "exercise.score": _("Wrote the debrief of %(target)s: %(exercise)s"),
    "exercise.send_line": _("Let %(citizen)s write to the teams of “%(target)s”"),
    "exercise.show_debrief": _("Showed the debrief to %(target)s: %(exercise)s"),
    "exercise.start": _("Started the exercise “%(target)s”: %(minutes)s minutes"),
    "exercise.wipe": _("Wiped the workspaces of the exercise “%(target)s”"),
    "training.add_participants": _("Put on the list of “%(target)s”: %(people)s"),
    "training.add_material": _("Added the material “%(material)s” to “%(target)s”"),
    "training.change": _("Changed the training “%(target)s”"),
    "training.change_material": _("Changed the material “%(material)s” of “%(target)s”"),
    "training.change_participant": _("Changed what is written of %(person)s on the list of “%(target)s”"),
    "training.close": _("Closed the training “%(target)s”"),
    "training.create": _("Began the training “%(target)s” of %(programme)s"),
    "training.delete": _("Deleted the training “%(target)s”"),
    "training.issue": _("Issued certificates of “%(target)s” to: %(people)s"),
    "training.mark": _("Marked attendance at “%(target)s”: %(count)s"),
    "training.move_material": _("Moved the material “%(material)s” of “%(target)s” to another place"),
    "training.remove_material": _("Removed the material “%(material)s” from “%(target)s”"),
    "training.remove_participant": _("Took %(person)s off the list of “%(target)s”"),
    "training.remove_session": _("Took “%(session)s” out of the agenda of “%(target)s”"),
    "training.reopen": _("Opened the training “%(target)s” again"),
    "training.revoke": _("Revoked the certificate %(number)s of “%(target)s”"),
    "training.write_session": _("Wrote “%(session)s” into the agenda of “%(target)s”"),
}
