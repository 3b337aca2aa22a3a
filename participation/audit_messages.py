"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "consultation.answer": _("Answered the authors of %(people)s contributions to “%(target)s”"),
    "consultation.ask": _("Asked an approver to publish the consultation “%(target)s”"),
    "consultation.answer_approve": _("Approved the answers to %(people)s contributions to “%(target)s”"),
    "consultation.answer_back": _("Did not approve the answers to contributions to “%(target)s”; none was sent"),
    "consultation.call_off": _("Called off the consultation “%(target)s”"),
    "consultation.change": _("Changed the consultation “%(target)s”"),
    "consultation.close": _("Closed the consultation “%(target)s”: every contribution has an end"),
    "consultation.create": _("Created the consultation “%(target)s”"),
    "consultation.delete": _("Deleted the draft of the consultation “%(target)s”"),
    "consultation.document": _("Added a document to the consultation “%(target)s”"),
    "consultation.document_away": _("Took a document away from the consultation “%(target)s”"),
    "consultation.extend": _("Gave the consultation “%(target)s” more time"),
    "consultation.ground": _("Added the legal ground “%(target)s”"),
    "consultation.post": _("Created a draft of a post for the consultation “%(target)s”"),
    "consultation.publish": _("Published the consultation “%(target)s”: it is visible to everyone"),
    "consultation.report": _("Asked for an edition of the report on “%(target)s”"),
    "consultation.report_publish": _("Published an edition of the report on “%(target)s”"),
    "consultation.translation": _("Wrote what “%(target)s” asks in another language: %(written_in)s"),
    "consultation.translation_away": _("Took away what “%(target)s” asks in another language: %(written_in)s"),
    "contribution.add": _("Entered contribution %(number)s to “%(consultation)s”"),
    "contribution.ask_department": _(
        "Asked a department about contribution %(number)s to “%(consultation)s”: %(department)s"
    ),
    "contribution.batch": _("Entered a batch on paper of “%(target)s”: %(sheets)s sheets"),
    "contribution.check": _("Checked a batch on paper of “%(consultation)s” against the paper"),
    "contribution.correct": _("Corrected the text of contribution %(number)s to “%(consultation)s” by its paper"),
    "contribution.decide": _("Decided about contribution %(number)s to “%(consultation)s”"),
    "contribution.department_answered": _(
        "A department answered about contribution %(number)s to “%(consultation)s”: %(department)s"
    ),
    "contribution.group": _("Joined contribution %(number)s to “%(consultation)s” with one that says the same"),
    "contribution.leave_out": _("Left %(messages)s messages out of the suggestions for “%(target)s”"),
    "contribution.meeting": _("Entered a meeting of “%(consultation)s”"),
    "contribution.meeting_delete": _("Deleted the meeting “%(meeting)s” of %(on)s from “%(target)s”"),
    "contribution.remind_department": _(
        "A department was reminded of a question about contribution %(number)s to “%(consultation)s”: %(department)s"
    ),
    "contribution.reopen": _("Opened the decision about contribution %(number)s to “%(consultation)s” again"),
    "contribution.separate": _(
        "Separated contribution %(number)s to “%(consultation)s” from the one it was joined with"
    ),
    "contribution.withdraw": _(
        "Erased the words of contribution %(number)s to “%(consultation)s”, as its author wished"
    ),
    "contribution.withdraw_question": _(
        "Took back a question about contribution %(number)s to “%(consultation)s”: %(department)s"
    ),
    "transparency.check": _("Answered question %(target)s of the self-check by the Local Transparency Index"),
    "transparency.questions": _("Entered the questions of the Local Transparency Index of %(target)s"),
}
