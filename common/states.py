"""Presentation of states: tone (a colour), icon and label. Never a colour alone.

One list for all objects with a state, so that *waiting* looks the same on every page.
Tones: quiet, info, good, warning, problem, waiting.
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.lazy_text import LazyText


class State(NamedTuple):
    tone: str
    icon: str
    label: LazyText

    def counted(self, count: int, all_of_them: int) -> "State":
        """Of some of several, with how many."""
        if count == all_of_them:
            return self
        parts = {"state": self.label, "count": count, "all": all_of_them}
        return State(self.tone, self.icon, _("%(state)s (%(count)s of %(all)s)") % parts)


STATES: dict[str, State] = {
    # posts and their review
    "draft": State("quiet", "file-pen", _("Draft")),
    "submitted": State("waiting", "eye", _("Waiting for approval")),
    "returned": State("warning", "undo-2", _("Sent back")),
    "approved": State("good", "badge-check", _("Approved")),
    "deleted": State("quiet", "trash-2", _("Deleted")),
    # deliveries
    "waiting": State("waiting", "hourglass", _("Waiting")),
    "scheduled": State("info", "calendar-clock", _("Scheduled")),
    "unplugged": State("warning", "unplug", _("Reconnect the channel")),
    "delayed": State("warning", "clock", _("Delayed")),
    "sending": State("info", "send", _("Sending")),
    "processing": State("info", "refresh-cw", _("The network is preparing it")),
    "published": State("good", "circle-check", _("Published")),
    "sent": State("good", "circle-check", _("Sent")),
    "not_sent": State("problem", "octagon-alert", _("Not sent")),
    "sent_twice": State("problem", "copy", _("Sent twice")),
    "sent_after_all": State("problem", "circle-alert", _("Sent after all")),
    "over": State("quiet", "clock", pgettext_lazy("a story", "Over")),
    "failed": State("problem", "octagon-alert", _("Not published")),
    "unconfirmed": State("warning", "circle-help", _("Not confirmed")),
    "twice": State("problem", "copy", _("Public twice")),
    "public_after_all": State("problem", "circle-alert", _("Public after all")),
    "expired": State("warning", "calendar-x", _("Time has passed")),
    "cancelled": State("quiet", "circle-slash", _("Cancelled")),
    "cancelled_unconfirmed": State("warning", "circle-help", _("Cancelled, not confirmed")),
    "withdrawn": State("quiet", "archive", _("Taken down")),
    "missing": State("problem", "circle-alert", _("Removed on the network")),
    "changed": State("warning", "pencil", _("Changed on the network")),
    "edit": State("info", "pencil", _("Changed there")),
    "resend": State("info", "refresh-cw", _("Sent again")),
    "by_hand": State("warning", "pencil", _("By hand")),
    "refused": State("problem", "octagon-alert", _("Not done")),
    "declined": State("warning", "undo-2", _("Declined")),
    "dropped": State("quiet", "circle-slash", _("Dropped")),
    "agreed": State("info", "circle-dot", _("Under way")),
    "asked": State("waiting", "eye", _("Waiting for approval")),
    # messages
    "sender_unverified": State("warning", "circle-help", pgettext_lazy("a sender", "Not verified")),
    # channels and workspaces
    "connected": State("good", "plug", _("Connected")),
    "needs_consent": State("warning", "unplug", _("Reconnect")),
    "disconnected": State("quiet", "unplug", _("Disconnected")),
    "paused": State("warning", "circle-pause", _("Paused")),
    "checking": State("info", "refresh-cw", _("Checking")),
    "unreachable": State("problem", "circle-alert", _("Cannot be reached")),
    # people
    "active": State("good", "circle-check", _("Active")),
    "invited": State("waiting", "mail", _("Invited")),
    "ended": State("quiet", "circle-slash", _("Ended")),
    # messages of citizens
    "closed": State("quiet", "circle-slash", _("Closed without an answer")),
    # threads and needs
    "running": State("good", "circle-play", pgettext_lazy("an exercise", "Running")),
    "prepared": State("waiting", "hourglass", _("Prepared")),
    "wiped": State("quiet", "trash-2", _("Wiped")),
    "open": State("waiting", "circle-dot", pgettext_lazy("a conversation", "Open")),
    "resolved": State("good", "check", _("Resolved")),
    "answered": State("good", "reply", _("Answered")),
    # activities agreed with a mentor
    "planned": State("quiet", "circle-dashed", _("Planned")),
    "under_way": State("info", "circle-dot", _("Under way")),
    "soon": State("waiting", "clock", _("Due soon")),
    "done": State("good", "circle-check", _("Done")),
    "confirmed": State("good", "badge-check", _("Done and confirmed")),
    "late": State("warning", "clock", pgettext_lazy("a task", "Late")),
    # check-ins
    "held": State("good", "circle-check", pgettext_lazy("a check-in", "Held")),
    "called_off": State("quiet", "circle-slash", pgettext_lazy("a check-in", "Called off")),
    # indicators against what was agreed
    "reached": State("good", "circle-check", pgettext_lazy("a target", "Reached")),
    "on_track": State("good", "trending-up", _("On track")),
    "behind": State("warning", "triangle-alert", pgettext_lazy("an indicator", "Behind")),
    "worse": State("warning", "circle-alert", _("Worse than the baseline")),
    "not_due": State("quiet", "hourglass", _("Not due yet")),
    "no_data": State("quiet", "circle-help", _("No data")),
    "no_target": State("quiet", "circle-dashed", _("No target set")),
}

UNKNOWN = State("quiet", "circle-dot", "")
