"""Queues push messages: one for each device of each person who is notified and wants them."""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from notifications import queries, rules
from notifications.enums import NotificationKind
from notifications.models import Notification, Push


def queue(
    kind: NotificationKind,
    rows: Iterable[Notification],
    settings: Mapping[int, queries.MailSettings],
    *,
    urgent: bool = False,
) -> None:
    """`rows`: new notifications of this kind, one for each person. `settings`: by the person's id; quiet hours of mail
    are those of push messages as well. `urgent` as for `rules.push_due`. One query where nobody has a device, else two.
    """
    if kind in rules.ALWAYS:  # mailed to everybody anyway, and no choice of the person
        return
    by_user = {row.user_id: row for row in rows}
    now = timezone.now()
    Push.objects.bulk_create(
        Push(
            notification=by_user[device.user_id],
            subscription=device,
            created_at=now,
            due_at=rules.push_due(kind, now, settings[device.user_id].preferences, urgent=urgent),
        )
        for device in queries.wanting_devices(kind, [row.user for row in by_user.values()])
    )
