"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "numbers.change_contact": _("Changed the contact on the public metrics page"),
    "numbers.close": _("Switched the public metrics page off"),
    "numbers.open": _("Switched the public metrics page on: it is visible to everyone"),
    "report.ask": _("Requested the report of %(month)s"),
    "report.ask_programme": _("Requested the report of the programme %(target)s: %(month)s"),
    "report.count_again": _("Counted the report of the programme %(target)s again, edition %(edition)s: %(reason)s"),
    "report.download": _("Fetched the report %(target)s (%(format)s)"),
    "report.download_overview": _("Fetched the programme %(target)s at a glance: %(period)s"),
    "report.end_mail": _("%(person)s no longer receives the monthly report by mail: they lost the right to read it"),
    "report.end_programme_mail": _(
        "%(person)s no longer receives the report of the programme %(target)s by mail: they lost the right to read it"
    ),
    "report.end_programme": _("Ended the report of the programme %(target)s by mail"),
    "report.end_schedule": _("Ended the report of each month by mail"),
    "report.make": _("Created the report of %(month)s"),
    "report.make_programme": _("Created the report of the programme %(target)s"),
    "report.pause_programme": _("Paused the report of the programme %(target)s by mail"),
    "report.pause_schedule": _("Paused the report of each month by mail"),
    "report.resume_programme": _("Resumed the report of the programme %(target)s by mail"),
    "report.resume_schedule": _("Resumed the report of each month by mail"),
    "report.schedule": _("The report of each month is sent on day %(day)s to: %(people)s"),
    "report.schedule_programme": _("The report of the programme %(target)s is sent on day %(day)s to: %(people)s"),
    "report.send": _("Sent the report of %(month)s to those on its list"),
    "report.send_programme": _("Sent the report of the programme %(target)s to those on its list"),
}
