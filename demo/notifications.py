"""Notifications of the demo's people. The verbs create them as always; this module marks those that are over as
read."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from demo.people import Team
from municipalities.tenancy import scope
from notifications.enums import MailFrequency
from notifications.models import MailSchedule, Notification
from posts.enums import Stage
from posts.models import Post


def settle(teams: Iterable[Team], now: datetime) -> None:
    """Mark old notifications as read, without mail; no quiet hours, because the demo is shown at any hour."""
    for team in teams:
        with scope(team.municipality):
            decided = Post.objects.filter(stage=Stage.APPROVED).values_list("pk", flat=True)
            abouts = [f"posts.post:{pk}" for pk in decided]
        unread = Notification.objects.unread().filter(municipality=team.municipality, about__in=abouts)
        unread.update(read_at=now, mail_due_at=None)
    everybody = User.objects.filter(is_demo=True)
    quiet = [MailSchedule(user=person, has_quiet_hours=False) for person in everybody]
    MailSchedule.objects.bulk_create(quiet, ignore_conflicts=True)
    at_once = Notification.objects.filter(
        user__in=everybody, mail_frequency=MailFrequency.AT_ONCE, mail_due_at__isnull=False
    )
    at_once.update(mail_due_at=now)
