"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "installation.ask_demo_reset": _("Requested that the demo be brought back to its beginning"),
    "installation.begin": _("Started the set-up of the installation"),
    "installation.complete_step": _("Finished a step of the set-up: %(step)s"),
    "installation.end_restore": _("Ended the pause after a restore: %(target)s"),
    "installation.export_activity": _("Exported the activity of the installation: %(count)s entries"),
    "installation.fail_demo_reset": _("The demo could not be brought back to its beginning"),
    "installation.finish": _("Finished the set-up of the installation"),
    "installation.issue_code": _("Generated a code for the first set-up; older codes stopped working"),
    "installation.refuse_code": _("A wrong code for the first set-up was entered, from %(address)s"),
    "installation.reset_demo": _("The demo was brought back to its beginning"),
    "installation.send_test_mail": _("Requested a test e-mail"),
    "installation.write_facts": _("Changed who runs the installation: %(changed)s"),
    "municipality.ask_export": _("Requested an export of all data of the municipality"),
    "municipality.bring_step_back": _("Requested to be reminded of the first step: %(step)s"),
    "municipality.discard_export": _("Deleted the file with everything of the municipality"),
    "municipality.download_export": _("Fetched everything of the municipality in one file"),
    "municipality.make_export": _("Created the export of the municipality: %(posts)s posts, %(pictures)s pictures"),
    "municipality.put_step_away": _("Dismissed a first step: %(step)s"),
    "tour.begin": _("Began a tour of the portal: %(tour)s"),
    "tour.decline": _("Declined a tour of the portal: %(tour)s"),
    "tour.finish": _("Finished a tour of the portal: %(tour)s, %(done)s of %(steps)s steps done"),
    "tour.leave": _("Left a tour of the portal: %(tour)s"),
    "tour.resume": _("Resumed a tour of the portal: %(tour)s"),
    "tour.skip": _("Skipped a step of a tour: %(step)s"),
    "municipality.stop_export": _(
        "The file requested by %(person)s was not created: they no longer have the right to it"
    ),
}
