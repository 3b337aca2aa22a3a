"""Closed lists of the outbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText


class State(models.TextChoices):
    """Where a delivery stands; `delivery.graph` says which moves exist and why."""

    WAITING = "waiting", _("Waiting")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Sending")
    PROCESSING = "processing", _("Being processed by the network")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Not published")
    CHECKING = "checking", _("Being checked on the network")
    UNCONFIRMED = "unconfirmed", _("Not known whether it was published")
    EXPIRED = "expired", _("Missed its time")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Taken down")
    MISSING = "missing", _("No longer on the network")


class Step(models.TextChoices):
    """What an attempt did. Creating and finishing change the network; the others only read."""

    CREATE = "create", _("Create")
    FINISH = "finish", _("Finish")
    POLL = "poll", _("Ask for the verdict")
    FIND = "find", _("Check whether it is there")
    WITHDRAW = "withdraw", _("Take down")
    EDIT = "edit", _("Change")


class Outcome(models.TextChoices):
    OK = "ok", _("Done")
    PENDING = "pending", _("Accepted, not finished")
    REJECTED = "rejected", _("Refused by the network")
    NEEDS_CONSENT = "needs_consent", _("The channel must be reconnected")
    RATE_LIMITED = "rate_limited", _("Too many calls")
    NOT_REACHED = "not_reached", _("The network could not be reached")
    NEVER_SENT = "never_sent", _("The call never left")
    UNKNOWN = "unknown", _("No usable answer")
    FOUND = "found", _("Found")
    ABSENT = "absent", _("Not there")
    CANNOT_TELL = "cannot_tell", _("Cannot be determined")
    HELD = "held", _("Held back before the call")


class ReasonCode(models.TextChoices):
    """Why a delivery moved. `delivery.graph` says which reason belongs to which move; people read the sentence."""

    # it may go out
    APPROVED = "approved", _("It was approved.")
    RECOVERED = "recovered", _("The channel works again.")
    RESUMED = "resumed", _("Publishing was resumed before its time.")
    STILL_SEND = "still_send", _("Confirmed that it should still be published.")
    TIME_CHOSEN = "time_chosen", _("A new time was chosen.")
    SENT_AGAIN = "sent_again", _("Sent again by a user.")
    NOT_THERE = "not_there", _("A user checked: it is not on the network.")
    # it may not, for now
    NOT_APPROVED = "not_approved", _("It has not been approved.")
    PAUSED = "paused", _("Publishing was paused when its time came.")
    CHANNEL_PAUSED = "channel_paused", _("The channel was paused when its time came.")
    PROGRAMME_PAUSED = "programme_paused", _("Publishing was paused in all municipalities when its time came.")
    RESTORE_PAUSED = "restore_paused", _("After a restore it waited for an administrator when its time came.")
    NEEDS_CONSENT = "needs_consent", _("The channel has to be connected again.")
    HELD = "held", _("It is held back.")
    TOO_EARLY = "too_early", _("Its approval holds for a later time.")
    TOO_LATE = "too_late", _("It could not be published in time.")
    # a call and its answer
    DUE = "due", _("Its time came.")
    REPEATED = "repeated", _("Sent once more under the same key, which this network never publishes twice.")
    SENT = "sent", _("The network published it.")
    CHANGED = "changed", _("The network changed it.")
    ACCEPTED = "accepted", _("The network took it and is preparing it.")
    PREPARED = "prepared", _("The network has prepared it; now it is being made public.")
    UNFINISHED = "unfinished", _("The network still holds it, not yet public.")
    RATE_LIMITED = "rate_limited", _("The network required a pause.")
    NOT_REACHED = "not_reached", _("The network could not be reached.")
    NEVER_SENT = "never_sent", _("The call was interrupted before anything was sent.")
    UNANSWERED = "unanswered", _("No usable answer came. Repeating a change does no harm, so it is requested again.")
    REJECTED = "rejected", _("The network refused it.")
    TRIES_USED_UP = "tries_used_up", _("The network could not be reached, however often we tried.")
    PICTURE_MISSING = "picture_missing", _("A picture of the post is missing or damaged.")
    OUTCOME_UNKNOWN = "outcome_unknown", _("It was sent, but the network gave no usable answer.")
    WORKER_DIED = "worker_died", _("It was sent, but the answer was lost on our side.")
    NO_VERDICT = "no_verdict", _("The network did not report in time whether it published.")
    CONTAINER_EXPIRED = "container_expired", _("The network let the prepared post lapse unpublished.")
    RESTORED = "restored", _("The portal was restored from a backup: it may have been published since.")
    # looking
    LATE_ANSWER = "late_answer", _("The network's answer came late: it is published.")
    FOUND = "found", _("It was found on the network.")
    ABSENT = "absent", _("It is not on the network, and too much time has passed for it to appear late.")
    CANNOT_TELL = "cannot_tell", _("Whether it is on the network cannot be determined.")
    LINK_GIVEN = "link_given", _("A user found it on the network.")
    # the end
    CANCELLED = "cancelled", _("Cancelled by a user.")
    DROPPED = "dropped", _("A user decided not to send it.")
    TAKEN_DOWN = "taken_down", _("It was taken down from the network.")
    GONE = "gone", _("It was found gone from the network.")


PRIVATE_REASONS: dict[str, LazyText] = {
    ReasonCode.SENT: _("The network accepted it."),
    ReasonCode.LATE_ANSWER: _("The network's answer came late: it is sent."),
    ReasonCode.NO_VERDICT: _("The network did not report in time whether it was sent."),
    ReasonCode.RESTORED: _("The portal was restored from a backup: it may have been sent since."),
}
"""The labels of an answer that one person alone reads: it is sent, and never published."""

PAUSES = frozenset(
    {ReasonCode.PAUSED, ReasonCode.CHANNEL_PAUSED, ReasonCode.PROGRAMME_PAUSED, ReasonCode.RESTORE_PAUSED}
)
"""Somebody held it back, from its channel to the whole programme, or a restored backup does."""

DELAYS = frozenset(
    {
        ReasonCode.RATE_LIMITED,
        ReasonCode.NOT_REACHED,
        ReasonCode.NEVER_SENT,
        ReasonCode.UNANSWERED,
        ReasonCode.CONTAINER_EXPIRED,
    }
)
"""A call did not succeed, and is made again by itself."""
