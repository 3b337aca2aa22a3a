"""Entries of the schedule that run every few seconds and mostly have nothing to do: whether one has.

A condition reads what its task reads. A wrong one delays the task: it runs once a minute in any case
(`portal.scheduler`).
"""

from collections.abc import Callable

from administration.domain import demo_reset, exports
from channels import queries as channels
from channels.domain import unread_events
from common import mail
from needs.domain import notify
from notifications.domain import send_pushes
from participation.domain import answer as proposals
from posts.editing.domain import carry_out_corrections, check_links
from posts.media.domain import videos
from reports.domain import make as reports
from reports.domain import schedules
from trainings.domain import citizens

CONDITIONS: dict[str, Callable[[], bool]] = {
    "mail": mail.is_due,
    "demo-reset": demo_reset.is_due,
    "exports": lambda: bool(exports.due()),
    "connect-channels": channels.connect_is_due,
    "corrections": carry_out_corrections.is_due,
    "check-draft-links": check_links.is_due,
    "videos": videos.is_due,
    "webhook-events": lambda: bool(unread_events.accounts()),
    "need-answers": notify.is_due,
    "proposal-answers": proposals.is_due,
    "pushes": send_pushes.is_due,
    "reports": lambda: bool(reports.due()) or schedules.is_due(),
    "exercises": lambda: bool(citizens.running()),
}
