"""The story of one delivery in plain words: who decided what, each call, each reconciliation."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from common.models import AuditEvent
from delivery.enums import PRIVATE_REASONS, Outcome, ReasonCode, Step
from delivery.models import Attempt, Delivery

EVENTS: dict[str, LazyText] = {
    "delivery.enqueue": _("Put in the queue."),
    "delivery.reschedule": _("Given another time."),
    "delivery.withdraw": _("A user requested its removal."),
    "delivery.changed": _("Found changed on the network."),
    "delivery.changed_back": _("Found on the network as it was sent, again."),
    "delivery.noted": _("Seen by a user."),
    "delivery.duplicate": _("A second post was discovered on the network."),
    "delivery.keep_duplicate": _("A user keeps both posts."),
    "delivery.take_down_duplicate": _("A user requested the removal of the second post."),
}
CALLS: dict[str, LazyText] = {
    "": _("A call is under way."),
    Outcome.OK: _("Sent: the network published it."),
    Outcome.PENDING: _("Sent: the network took it and is preparing it."),
    Outcome.REJECTED: _("The network refused it."),
    Outcome.NEEDS_CONSENT: _("The network did not accept our access."),
    Outcome.RATE_LIMITED: _("The network required a pause."),
    Outcome.NOT_REACHED: _("The network could not be reached; nothing was sent."),
    Outcome.NEVER_SENT: _("The call was interrupted before anything was sent."),
    Outcome.UNKNOWN: _("Sent, but no usable answer came."),
    Outcome.HELD: _("Held back at the last moment; nothing was sent."),
}
RECONCILIATIONS: dict[str, LazyText] = {
    Outcome.FOUND: _("Checked on the network: it is there."),
    Outcome.ABSENT: _("Checked on the network: it is not there."),
    Outcome.CANNOT_TELL: _("Checked on the network: it cannot be determined for sure."),
}
RECONCILIATION_FAILED = _("Checked on the network, but got no answer.")
POLLED = _("Requested the progress from the network.")
TAKING_DOWN: dict[str, LazyText] = {Outcome.OK: _("Taken down from the network.")}
SECOND_POST: dict[str, LazyText] = {
    Outcome.FOUND: _("Checked on the network for a second post: there is one."),
    Outcome.ABSENT: _("Checked on the network for a second post: there is none."),
    Outcome.CANNOT_TELL: _("Checked on the network for a second post: it cannot be determined for sure."),
    Outcome.PENDING: _("Checked on the network for a second post: it cannot be determined for sure."),
}
SECOND_TAKEN_DOWN: dict[str, LazyText] = {Outcome.OK: _("The second post was taken down from the network.")}
CHANGED = _("Sent: the network changed it.")
UNANSWERED = _("Sent, but no usable answer came. Repeating a change does no harm, so it is requested again.")
ACCEPTED = _("Sent: the network accepted it.")
"""Of an answer that one person alone reads: nothing was published."""
NOT_TAKEN_DOWN = _("Tried to take it down from the network, without success.")


@dataclass(frozen=True)
class TimelineEntry:
    """`detail` is the network's own sentence; `who` a person, empty for the portal itself."""

    at: datetime
    words: LazyText
    detail: str = ""
    who: str = ""


def history(delivery: Delivery) -> list[TimelineEntry]:
    """All lines, oldest first. Two queries."""
    events = AuditEvent.objects.filter(target_type=Delivery._meta.label_lower, target_id=str(delivery.pk))
    lines = [_attempt(attempt, is_private=delivery.is_private) for attempt in delivery.attempts.all()]
    lines += [_event(event, is_private=delivery.is_private) for event in events]
    return sorted(lines, key=lambda line: line.at)


def _event(event: AuditEvent, *, is_private: bool) -> TimelineEntry:
    because = event.detail.get("because", "")
    if is_private and because in PRIVATE_REASONS:
        return TimelineEntry(event.at, PRIVATE_REASONS[because], who=event.actor_label)
    words = EVENTS.get(event.verb) or (ReasonCode(because).label if because in ReasonCode.values else event.verb)
    return TimelineEntry(event.at, words, who=event.actor_label)


def _attempt(attempt: Attempt, *, is_private: bool) -> TimelineEntry:
    at = attempt.closed_at or attempt.sent_at or attempt.opened_at
    is_accepted = is_private and attempt.step == Step.CREATE and attempt.outcome == Outcome.OK
    words = ACCEPTED if is_accepted else _attempt_words(attempt)
    return TimelineEntry(at, words, detail=str(attempt.detail.get("words") or ""))


def _attempt_words(attempt: Attempt) -> LazyText:
    is_second = bool(attempt.detail.get("second"))
    if attempt.step == Step.FIND:
        return (SECOND_POST if is_second else RECONCILIATIONS).get(attempt.outcome, RECONCILIATION_FAILED)
    if attempt.step == Step.POLL:
        return POLLED
    if attempt.step == Step.WITHDRAW:
        return (SECOND_TAKEN_DOWN if is_second else TAKING_DOWN).get(attempt.outcome, NOT_TAKEN_DOWN)
    if attempt.step == Step.EDIT and attempt.outcome in (Outcome.OK, Outcome.UNKNOWN):
        return CHANGED if attempt.outcome == Outcome.OK else UNANSWERED
    return CALLS[attempt.outcome]
