"""Who reads and answers what citizens wrote privately: officers are named here, approvers have the right by role.

An approver's naming holds at once, since approvers read these messages themselves. What somebody else names (an
administrator) waits like other new rights (`domain.waiting`).
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import endings
from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities.domain import notifications, waiting
from municipalities.locking import lock_rights
from municipalities.models import Membership, Municipality, PrivateReader
from municipalities.rules import PUBLISHING_ROLES


@transaction.atomic
def name(municipality: Municipality, user: User, *, by: User, notify: bool = True) -> PrivateReader:
    """`user` may read private messages; nothing changes when they are named already. Raises `ActionNotAllowed`."""
    lock_rights(municipality.pk, user)
    if not _publishes(municipality, user):
        raise ActionNotAllowed(_("Only a communications officer or an approver can read private messages."), "user")
    is_approver = Membership.objects.deciding().filter(municipality=municipality, user=by).exists()
    row, created = PrivateReader.objects.get_or_create(
        municipality=municipality, user=user, ended_at=None,
        defaults={"by": by, "waits_until": None if is_approver else waiting.until(municipality)},
    )  # fmt: skip
    if created:
        audit.record("member.name_private_reader", by=by, target=row, person=str(user))
        if notify:
            notifications.right_given(row, by=by)
    return row


@transaction.atomic
def end(reader: PrivateReader, *, by: User | None) -> None:
    """Take the right away at once. Does nothing when it has ended."""
    _end(reader, by)
    endings.end_unauthorised(reader.user, by=by)


def _end(reader: PrivateReader, by: User | None) -> None:
    rows = PrivateReader.objects.select_for_update(of=("self",)).select_related("user", "municipality", "by")
    row = rows.get(pk=reader.pk)
    if row.ended_at:
        return
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    audit.record("member.end_private_reader", by=by, target=row, person=str(row.user))
    if row.waits_until:
        notifications.right_stopped(row, by=by)


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: the entries of a person who no longer publishes there."""
    listed = PrivateReader.objects.filter(user=person, ended_at__isnull=True).select_related("municipality")
    for row in listed.order_by("pk"):
        if not _publishes(row.municipality, person):
            _end(row, by)


def _publishes(municipality: Municipality, user: User) -> bool:
    running = Membership.objects.running().filter(Q(user__is_active=True), municipality=municipality, user=user)
    return running.filter(role__in=PUBLISHING_ROLES).exists()
