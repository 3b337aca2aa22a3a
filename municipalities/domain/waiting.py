"""Rights that take effect after a delay: a new approver, a new entry of the emergency list, an approver's delegation
made by somebody else, a reader of private messages whom nobody who approves has named.

They take effect after `RULE_RELAXATION_HOURS`, or once another approver agrees. The giver must still be allowed to give
the right at that time.
"""

from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities import queries
from municipalities.domain import notifications
from municipalities.domain.notifications import Right
from municipalities.locking import lock_rights
from municipalities.models import Delegation, EmergencyRight, Membership, Municipality, PrivateReader
from municipalities.rules import Verb

KINDS: tuple[type[Right], ...] = (Membership, EmergencyRight, Delegation, PrivateReader)
# As `common.sentences` knows them.
NAMES: dict[type, str] = {
    Membership: "approver", EmergencyRight: "emergency", Delegation: "delegate", PrivateReader: "private",
}  # fmt: skip


def until(municipality: Municipality, *, without: Any = None) -> datetime | None:
    """When a right that is given now begins to hold (UTC); None: at once, since nobody approves here yet.

    Locks the municipality: of two who become its first approver in the same moment, one waits.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    return timezone.now() + queries.delay() if queries.is_guarded(municipality, without=without) else None


@transaction.atomic
def confirm(right: Right, *, by: User) -> None:
    """Another approver agrees to it: it holds at once. Raises `ActionNotAllowed`."""
    lock_rights(right.municipality_id, by)
    row = _locked(right)
    if row is None:
        raise ActionNotAllowed(_("This has been settled in the meantime."))
    if by.pk in (row.by_id, holder(row).pk):
        raise ActionNotAllowed(_("Another approver has to agree: neither who gives the right nor who gets it."))
    if not Membership.objects.deciding().filter(municipality=row.municipality, user=by).exists():
        raise ActionNotAllowed(_("Only another approver of the municipality can agree to it."))
    row.waits_until, row.confirmed_by = None, by
    row.save(update_fields=["waits_until", "confirmed_by"])
    audit.record("member.confirm_right", by=by, **_about(row))
    notifications.right_confirmed(row, by=by)


@transaction.atomic
def stop(right: Right, *, by: User) -> None:
    """It does not take effect; who had another role here has that again. Raises `ActionNotAllowed` when it is
    settled.
    """
    row = _locked(right)
    if row is None:
        raise ActionNotAllowed(_("This has been settled in the meantime."))
    _take_back(row)
    audit.record("member.stop_right", by=by, **_about(row))
    notifications.right_stopped(row, by=by)


def _take_back(row: Right) -> None:
    if isinstance(row, Membership) and row.former_role and not _has_again(row):
        row.role, row.former_role, row.waits_until = row.former_role, "", None
        row.save(update_fields=["role", "former_role", "waits_until"])
        return
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def _has_again(row: Membership) -> bool:
    """Whether the person got the former role once more meanwhile."""
    rows = Membership.objects.running().filter(municipality=row.municipality, user=row.user, role=row.former_role)
    return rows.exists()


def settle_due() -> int:
    """Let hold what has waited long enough, once each, also with two workers; returns how many."""
    settled = 0
    for kind in KINDS:
        rows = kind._default_manager.filter(ended_at__isnull=True, waits_until__lte=timezone.now())
        settled += sum(_settle(row) for row in cast("list[Right]", list(rows)))
    return settled


@transaction.atomic
def _settle(right: Right) -> bool:
    row = _locked(right)
    if row is None or row.waits_until is None or row.waits_until > timezone.now():
        return False
    if not _may_still_give(row):
        _drop(row, by=None)
        return True
    row.waits_until = None
    row.save(update_fields=["waits_until"])
    audit.record("member.right_holds", by=None, **_about(row))
    notifications.right_holds(row)
    return True


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: take back waiting rights that this person gave and may not give any more."""
    for kind in KINDS:
        rows = kind._default_manager.filter(by=person, ended_at__isnull=True, waits_until__isnull=False).order_by("pk")
        for right in cast("list[Right]", list(rows)):
            row = _locked(right)
            if row and not _may_still_give(row):
                _drop(row, by=by)


def _drop(row: Right, *, by: User | None) -> None:
    """`by` took the right away from the one who gave it; None: it was noticed later."""
    _take_back(row)
    audit.record("member.drop_right", by=by, **_about(row))
    notifications.right_stopped(row, by=None)


def _locked(right: Right) -> Right | None:
    """The row, locked; None when it has ended or no longer waits."""
    related = ["municipality", "by", "approver", "delegate"] if isinstance(right, Delegation) else None
    rows = type(right)._default_manager.select_for_update(of=("self",))
    locked = rows.select_related(*(related or ["municipality", "by", "user"])).get(pk=right.pk)
    row = cast("Right", locked)
    return None if row.ended_at or row.waits_until is None else row


def _may_still_give(row: Right) -> bool:
    return row.by is not None and queries.still_may(row.by, row.municipality, Verb.MEMBERS_MANAGE)


def holder(row: Right) -> Any:
    """The person who gets the right."""
    return row.delegate if isinstance(row, Delegation) else row.user


def _about(row: Right) -> dict[str, Any]:
    return {"target": row, "person": str(holder(row)), "right": NAMES[type(row)]}
