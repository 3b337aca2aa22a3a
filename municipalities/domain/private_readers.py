"""Who reads and answers what citizens wrote privately: officers are named here, approvers have the right by role.

An approver's naming holds at once, since approvers read these messages themselves. What somebody else names (an
administrator) waits like other new rights (`domain.waiting`).
"""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import endings
from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities.domain import rights_by_name, waiting
from municipalities.domain.rights_by_name import holds_role
from municipalities.locking import lock_rights
from municipalities.models import Membership, Municipality, PrivateReader
from municipalities.rules import PUBLISHING_ROLES


@transaction.atomic
def name(municipality: Municipality, user: User, *, by: User, notify: bool = True) -> PrivateReader:
    """`user` may read private messages; nothing changes when they are named already. Raises `ActionNotAllowed`."""
    lock_rights(municipality.pk, user)
    if not holds_role(municipality, user, *PUBLISHING_ROLES):
        raise ActionNotAllowed(_("Only a communications officer or an approver can read private messages."), "user")
    is_approver = Membership.objects.deciding().filter(municipality=municipality, user=by).exists()
    return rights_by_name.give(
        PrivateReader, municipality, user, by=by, waits_until=None if is_approver else waiting.until(municipality),
        record=partial(audit.record, "member.name_private_reader"), notify=notify,
    )  # fmt: skip


@transaction.atomic
def end(reader: PrivateReader, *, by: User | None) -> None:
    """Take the right away at once. Does nothing when it has ended."""
    _end(reader, by)
    endings.end_unauthorised(reader.user, by=by)


def _end(reader: PrivateReader, by: User | None) -> None:
    rights_by_name.end(reader, by=by, record=partial(audit.record, "member.end_private_reader"))


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: the entries of a person who no longer publishes there."""
    listed = PrivateReader.objects.filter(user=person, ended_at__isnull=True).select_related("municipality")
    for row in listed.order_by("pk"):
        if not holds_role(row.municipality, person, *PUBLISHING_ROLES):
            _end(row, by)
