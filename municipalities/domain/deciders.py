"""Delegations: who stands in for an absent approver, and who may publish in an emergency."""

from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.domain import notifications, rights_by_name, waiting
from municipalities.domain.rights_by_name import holds_role
from municipalities.enums import Role
from municipalities.locking import lock_rights
from municipalities.models import Delegation, EmergencyRight, Membership, Municipality
from municipalities.queries import still_may, today
from municipalities.rules import PUBLISHING_ROLES, Verb

# A longer absence is a change of roles, not a delegation.
LONGEST = timedelta(days=92)


@transaction.atomic
def delegate(
    municipality: Municipality, *, approver: User, to: User, starts_on: date, ends_on: date, by: User
) -> Delegation:
    """`to` may approve for `approver` from the first to the last day. Raises `ActionNotAllowed`.

    What somebody else than the approver lends waits.
    """
    lock_rights(municipality.pk, approver, to)  # concurrent delegations wait for each other
    if not Membership.objects.deciding().filter(municipality=municipality, user=approver).exists():
        raise ActionNotAllowed(_("Only an approver has a right to lend."), "approver")
    if to.pk == approver.pk:
        raise ActionNotAllowed(_("You cannot stand in for yourself. Choose a colleague."), "to")
    if not holds_role(municipality, to, *PUBLISHING_ROLES):
        raise ActionNotAllowed(
            _("Only a communications officer or an approver of the municipality can stand in."), "to"
        )
    _refuse_period(municipality, approver, starts_on, ends_on)
    waits = None if by == approver else waiting.until(municipality)
    row = Delegation.objects.create(
        municipality=municipality, approver=approver, delegate=to, starts_on=starts_on, ends_on=ends_on, by=by,
        waits_until=waits,
    )  # fmt: skip
    audit.record(
        "member.delegate", by=by, target=row, person=str(to), approver=str(approver),
        since=starts_on.isoformat(), until=ends_on.isoformat(),
    )  # fmt: skip
    notifications.right_given(row, by=by)
    return row


def _refuse_period(municipality: Municipality, approver: User, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    if ends_on < today():
        raise ActionNotAllowed(_("The last day has passed."), "ends_on")
    if ends_on - starts_on > LONGEST:
        raise ActionNotAllowed(
            _("That is longer than three months. Change the roles of the people instead."), "ends_on"
        )
    rows = Delegation.objects.filter(municipality=municipality, approver=approver, ended_at__isnull=True)
    other = rows.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).select_related("delegate").first()
    if other is not None:
        facts = {"person": other.delegate, "since": short_date(other.starts_on), "until": short_date(other.ends_on)}
        raise ActionNotAllowed(
            _("%(person)s already stands in from %(since)s to %(until)s. End that first.") % facts, "starts_on"
        )


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User) -> None:
    """End the delegation at once. Does nothing when it has ended."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("approver", "delegate", "municipality")
    row = rows.get(pk=delegation.pk)
    if row.ended_at:
        return
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    audit.record("member.end_delegation", by=by, target=row, person=str(row.delegate), approver=str(row.approver))
    if row.waits_until:
        notifications.right_stopped(row, by=by)


@transaction.atomic
def allow_emergency(municipality: Municipality, user: User, *, by: User) -> EmergencyRight:
    """`user` may publish in an emergency, after the delay; nothing changes when they are on the list.

    Raises `ActionNotAllowed`.
    """
    if not holds_role(municipality, user, *PUBLISHING_ROLES):
        raise ActionNotAllowed(_("Only a communications officer or an approver can be on the emergency list."), "user")
    return rights_by_name.give(
        EmergencyRight, municipality, user, by=by, waits_until=waiting.until(municipality),
        record=partial(audit.record, "member.allow_emergency"),
    )  # fmt: skip


@transaction.atomic
def end_emergency(right: EmergencyRight, *, by: User) -> None:
    """Remove a person from the list. Posts of theirs that have not left yet are deferred by the publish policy."""
    rights_by_name.end(right, by=by, record=partial(audit.record, "member.end_emergency"))


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: delegations lent by this person or to them that neither could make now, delegations that
    they arranged and that have not begun, and their places on emergency lists.
    """
    open_ = Delegation.objects.filter(ended_at__isnull=True, ends_on__gte=today())
    involved = Q(approver=person) | Q(delegate=person) | Q(by=person, starts_on__gt=today())
    for row in open_.filter(involved).select_related("approver", "delegate", "by", "municipality").order_by("pk"):
        if not _stands(row):
            end_delegation(row, by=by)
    listed = EmergencyRight.objects.filter(user=person, ended_at__isnull=True).select_related("municipality")
    for right in listed.order_by("pk"):
        if not holds_role(right.municipality, person, *PUBLISHING_ROLES):
            end_emergency(right, by=by)


def _stands(row: Delegation) -> bool:
    """Whether it could be made at this moment. One that has begun took effect while its maker had the right."""
    municipality = row.municipality
    lent = holds_role(municipality, row.approver, Role.APPROVER)
    lent = lent and holds_role(municipality, row.delegate, *PUBLISHING_ROLES)
    return lent and (row.starts_on <= today() or still_may(row.by, municipality, Verb.MEMBERS_MANAGE))
