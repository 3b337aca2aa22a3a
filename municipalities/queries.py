"""Who is with whom: the reads from which access is decided."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Value
from django.utils import timezone

from municipalities.models import Enrolment, Membership, Municipality, Pairing, Pause
from municipalities.rules import Verb, verbs


@dataclass(frozen=True)
class Access:
    """What one person may do in one municipality's workspace."""

    roles: frozenset[str]
    allowed: frozenset[Verb]

    def may(self, verb: str) -> bool:
        return verb in self.allowed


def today() -> date:
    return timezone.localdate()


def roles(user: Any, municipality: Municipality) -> frozenset[str]:
    """Memberships, a running pairing, a running enrolment in one's programme, the installation's administrator."""
    here = {"municipality": municipality}
    member = Membership.objects.running().filter(user=user, **here).values_list("role")
    mentor = Pairing.objects.on(today()).filter(mentor=user, **here).values_list(Value("mentor"))
    staff = Enrolment.objects.on(today()).filter(cohort__programme__staff=user, **here).values_list(Value("staff"))
    found = {role for (role,) in member.union(mentor, staff)}
    if user.is_administrator:
        found.add("administrator")
    return frozenset(found)


def access(user: Any, municipality: Municipality) -> Access:
    held = roles(user, municipality)
    return Access(held, verbs(held, staff_may_read_drafts=municipality.staff_may_read_drafts))


def workspaces(user: Any) -> QuerySet[Municipality]:
    """Municipalities whose workspace this person can enter, in no order; sort by name in the reader's script."""
    joined = Municipality.objects.filter(joined_on__isnull=False)
    if user.is_administrator:
        return joined
    member = Membership.objects.running().filter(user=user).values("municipality")
    mentored = Pairing.objects.on(today()).filter(mentor=user).values("municipality")
    programme = Enrolment.objects.on(today()).filter(cohort__programme__staff=user).values("municipality")
    return joined.filter(pk__in=member.union(mentored, programme))


def mentored(user: Any) -> QuerySet[Municipality]:
    """Municipalities that `user` accompanies as a mentor today."""
    paired = Pairing.objects.on(today()).filter(mentor=user).values("municipality")
    return Municipality.objects.filter(joined_on__isnull=False, pk__in=paired)


def running_pause() -> Pause | None:
    """The pause of the municipality in scope, if one runs."""
    return Pause.objects.filter(ended_at__isnull=True).select_related("by").first()
