"""The next step of a consultation in words: what has to be done, on the list and on its page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By `participation.rules.NextStep.code`.
LABELS: dict[str, Promise] = {
    "publish": _("Publish it"),
    "wait": _("Wait for the first day"),
    "collect": _("Collect contributions"),
    "decide": _("Decide about every contribution"),
    "close": _("Close it"),
    "make_report": _("Make the report"),
    "publish_report": _("Publish the report"),
}
# Who does it: True where only an approver can.
OF_APPROVER = frozenset({"publish", "close", "publish_report"})
