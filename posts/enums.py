"""Enumerations of posts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The editorial state of a post. Its state on the networks is that of its deliveries."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    RETURNED = "returned", _("Returned with a note")
    APPROVED = "approved", _("Approved")


class When(models.TextChoices):
    """When a post goes out, as a person chooses it."""

    ON_APPROVAL = "approval", _("As soon as it is approved")
    AT = "time", _("On a day, at an hour")
    LATER = "later", _("Later, somebody will say")


class Category(models.TextChoices):
    """The purpose of a post; the content mix is computed from it."""

    SERVICE = "service", _("Service information")
    ESERVICE = "eservice", _("eService")
    CONSULTATION = "consultation", _("Citizens' participation")
    CULTURE = "culture", _("Culture and sport")
    CEREMONY = "ceremony", _("Ceremony and visits")
    EMERGENCY = "emergency", _("Emergency")
    OTHER = "other", _("Other")


class CallKind(models.TextChoices):
    """What a post asks people to do (`domain.md` 4.5). Empty: nothing."""

    APPLY = "apply", _("Apply")
    PAY = "pay", _("Pay")
    BOOK = "book", _("Book an appointment")
    REPORT = "report", _("Report a problem")
    VOTE = "vote", _("Vote")
    COMMENT = "comment", _("Write a comment")
    ATTEND = "attend", _("Come")
    CALL = "call", _("Call")
    DOWNLOAD = "download", _("Download")
    SHARE = "share", _("Share")
    SUBSCRIBE = "subscribe", _("Subscribe")


class Format(models.TextChoices):
    """How a post asks people to take part. Empty: it only informs."""

    POLL = "poll", _("Poll")
    QUESTION = "question", _("Question")
    QUIZ = "quiz", _("Quiz")
    THIS_OR_THAT = "this_or_that", _("This or that")
    LIVE = "live", _("Live questions and answers")
    CONTEST = "contest", _("Contest")


class CountedUnit(models.TextChoices):
    """What the networks counted. Votes can be added over channels; people cannot, as one may vote on several."""

    PEOPLE = "people", _("people, counted by the network")
    VOTES = "votes", _("votes, counted by the networks")


class ReviewStep(models.TextChoices):
    """A step that a post still needs before it can be published."""

    MENTOR = "mentor", _("The mentor reads it")
    APPROVER = "approver", _("An approver approves it")
    SECOND = "second", _("A second approver approves it")


class DenialReason(models.TextChoices):
    """Why an approver cannot approve this version."""

    NO_RIGHT = "no_right", _("You cannot approve posts here today.")
    OWN = "own", _("You wrote this post, so another person has to approve it.")
    TWICE = "twice", _("You have decided on this version already. Another person has to take the next step.")
    MENTOR = "mentor", _("The mentor reads it first. You can approve it after that.")


class DecisionKind(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted for approval")
    ENDORSED = "endorsed", _("Read by the mentor: it is ready")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    TAKEN_BACK = "taken_back", _("Taken back")
    EMERGENCY = "emergency", _("Published in an emergency")
    REVIEWED = "reviewed", _("Reviewed afterwards: in order")
    OBJECTED = "objected", _("Reviewed afterwards: not in order")


class AmendmentKind(models.TextChoices):
    """The kind of change to a published post."""

    CORRECTION = "correction", _("Correction")
    REMOVAL = "removal", _("Taking down")


class AmendmentState(models.TextChoices):
    """Open: being written, or waiting for a decision. Agreed: being carried out."""

    OPEN = "open", _("Not decided yet")
    AGREED = "agreed", _("Under way")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Declined")
    DROPPED = "dropped", _("Dropped")


class AmendmentWay(models.TextChoices):
    """How one publication is amended."""

    EDIT = "edit", _("It is changed there. Comments and reactions stay.")
    RESEND = "resend", _("It is taken down and sent again as a new post. Comments and reactions are lost.")
    BY_HAND = "by_hand", _("It is left as it is. It has to be corrected there by hand.")
    REMOVE = "remove", _("It is taken down. Comments and reactions are lost.")


class PartState(models.TextChoices):
    """Refused: the network refused, or there was nothing left to amend; a person has to act there."""

    ASKED = "asked", _("Waits for a decision")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    BY_HAND = "by_hand", _("To be done by hand")
    REFUSED = "refused", _("Not done")
    DROPPED = "dropped", _("Dropped")


class AnchorKind(models.TextChoices):
    """What a thread is anchored to."""

    POST = "post", _("The whole post")
    TEXT = "text", _("Words of a text")
    PICTURE = "picture", _("A picture")


class SuggestionState(models.TextChoices):
    """Outdated: the text it replaces has changed since."""

    OPEN = "open", _("Waits for a decision")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    OUTDATED = "outdated", _("The words have changed since")


class ConsentKind(models.TextChoices):
    """How the people in a picture agreed to be shown."""

    WRITTEN = "written", _("In writing")
    ORAL = "oral", _("By word of mouth")
    EVENT = "event", _("Public event, announced as photographed")
    NOT_NEEDED = "not_needed", _("Not needed: no one is recognisable")


class Agreement(models.TextChoices):
    """The summary of a picture's consent records. Empty: none is recorded."""

    GIVEN = "given", _("Consent recorded")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")


class LinkState(models.TextChoices):
    """The result of a link check."""

    WAITING = "waiting", _("Being checked")
    WORKS = "works", _("Works")
    GONE = "gone", _("Answers with an error")
    SILENT = "silent", _("Does not answer")
    PLAIN = "plain", _("Is not https")
    CLOSED = "closed", _("Is not a public address")


class Probe(models.TextChoices):
    """Whether a video has been probed; a picture is checked on upload."""

    READY = "ready", _("Ready")
    WAITING = "waiting", _("Being processed")
    BAD = "bad", _("Cannot be used")
