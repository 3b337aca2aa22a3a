"""More people who decide: a second approver, a delegate, somebody on the emergency list; and what their Home shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from municipalities.domain.deciders import allow_emergency, delegate
from municipalities.enums import Role
from municipalities.models import Delegation, EmergencyRight, Membership
from municipalities.queries import access, today
from posts.editing.domain.submit import submit
from posts.home import HomeDashboard, home_dashboard
from posts.models import Post
from tests.people import Cast, person
from tests.posts.desk import Desk, in_hours


def member(cast: Cast, name: str, role: Role = Role.APPROVER) -> User:
    user = person(name)
    Membership.objects.create(user=user, municipality=cast.cuprija, role=role)
    return user


def stand_in(cast: Cast, to: User, *, approver: User | None = None, days: int = 7) -> Delegation:
    first: date = today()
    lender = approver or cast.approver
    return delegate(
        cast.cuprija, approver=lender, to=to, starts_on=first, ends_on=first + timedelta(days=days), by=lender
    )


def on_the_list(cast: Cast, user: User) -> EmergencyRight:
    """Put there long enough ago to hold."""
    right = allow_emergency(cast.cuprija, user, by=cast.approver)
    EmergencyRight.objects.filter(pk=right.pk).update(waits_until=None)
    return EmergencyRight.objects.get(pk=right.pk)


def submitted(desk: Desk, text: str = "Вода долази у 18 часова.", *, hours: float | None = None, **fields: Any) -> Post:
    time = in_hours(hours) if hours else None
    return submit(desk.write(text, time=time, **fields), by=desk.cast.officer)


def home_of(desk: Desk, user: User, *, own: bool = True) -> HomeDashboard:
    return home_dashboard(user, desk.municipality, access(user, desk.municipality), own=own)
