"""Reads of notifications. Each has a fixed number of queries, regardless of the number of people and rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from common.prepared import Prepared, among, array
from municipalities.models import HELD_ROLE, Enrolment, Membership, Municipality, Pairing
from municipalities.queries import today
from municipalities.rules import verbs
from notifications import rules
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import (
    MailPreference,
    MailSchedule,
    Notification,
    NotificationQuerySet,
    PushPreference,
    PushSubscription,
)

# The bell shows "99+" beyond this.
MOST_COUNTED = 100

Roles = dict[tuple[int, int], set[str]]


@dataclass(frozen=True)
class MailSettings:
    """The mail settings of one person: their choices, else the defaults of their roles."""

    preferences: MailSchedule
    frequencies: dict[NotificationKind, MailFrequency]


def mail_settings_by_user(people: Iterable[User]) -> dict[int, MailSettings]:
    """By the person's id. Five queries."""
    everybody = {person.pk: person for person in people}
    stored = {row.user_id: row for row in MailSchedule.objects.filter(user__in=everybody)}
    chosen: dict[int, dict[str, str]] = defaultdict(dict)
    for wish in MailPreference.objects.filter(user__in=everybody):
        chosen[wish.user_id][wish.kind] = wish.frequency
    held: dict[int, set[str]] = defaultdict(set)
    for (user, _municipality), roles in roles_of(everybody.values()).items():
        held[user] |= roles
    return {
        pk: MailSettings(
            stored.get(pk) or MailSchedule(user=person),
            {kind: rules.chosen(kind, chosen[pk].get(kind), held[pk]) for kind in NotificationKind},
        )
        for pk, person in everybody.items()
    }


def mail_settings(person: User) -> MailSettings:
    return mail_settings_by_user([person])[person.pk]


def defaults(person: User) -> dict[NotificationKind, MailFrequency]:
    """The frequency of each kind for a person without choices."""
    held = set().union(*roles_of([person]).values())
    return {kind: rules.default(kind, held) for kind in NotificationKind}


def _as_mentor(of: Any) -> Any:
    rows = Pairing.objects.on(of.today).filter(mentor__in=among(of.people))
    return rows.values_list("mentor", "municipality", Value("mentor"))


def _as_staff(of: Any) -> Any:
    rows = Enrolment.objects.on(of.today).filter(cohort__programme__staff__in=among(of.people))
    return rows.values_list("cohort__programme__staff", "municipality", Value("staff"))


def _as_member(of: Any) -> Any:
    rows = Membership.objects.running().filter(user__in=among(of.people))
    return rows.values_list("user", "municipality", HELD_ROLE)


AS_MEMBER = Prepared(_as_member, people=str)
AS_MENTOR = Prepared(_as_mentor, people=str, today=date)
AS_STAFF = Prepared(_as_staff, people=str, today=date)


def roles_of(people: Iterable[User]) -> Roles:
    """Current roles by (person, municipality); an administrator's count everywhere, under municipality 0."""
    everybody = list(people)
    ids, on = array(person.pk for person in everybody), today()
    roles: Roles = defaultdict(set)
    rows = [*AS_MEMBER.rows(people=ids), *AS_MENTOR.rows(people=ids, today=on), *AS_STAFF.rows(people=ids, today=on)]
    for user, municipality, role in rows:
        roles[user, municipality].add(role)
    for person in everybody:
        if person.is_administrator:
            roles[person.pk, 0].add("administrator")
    return roles


def is_readable(notification: Notification, roles: Roles) -> bool:
    """Whether its person may still read its content. `user` and `municipality` are loaded."""
    place: Municipality | None = notification.municipality
    if place is None:
        return True
    if place.joined_on is None:
        return False
    held = roles.get((notification.user_id, place.pk), set()) | roles.get((notification.user_id, 0), set())
    allowed = verbs(frozenset(held), staff_may_read_drafts=place.staff_may_read_drafts)
    return rules.NEEDS[NotificationKind(notification.kind)] in allowed


def of(person: Any) -> NotificationQuerySet:
    """A person's notifications, newest first."""
    return Notification.objects.filter(user=person).select_related("municipality", "by").order_by("-id")


def unread_count(person: Any) -> int:
    """How many are unread, counted up to `MOST_COUNTED`."""
    return Notification.objects.unread().filter(user=person)[:MOST_COUNTED].count()


class Unread(Subquery):
    """The same as an annotation of another query: computed once, regardless of its rows."""

    template = "(SELECT count(*) FROM (%(subquery)s) unread)"
    output_field = IntegerField()

    def __init__(self, person: Any) -> None:
        super().__init__(Notification.objects.unread().filter(user=person).values("pk")[:MOST_COUNTED])


def devices(person: Any) -> QuerySet[PushSubscription]:
    """The devices that get the person's push messages, the newest first."""
    return PushSubscription.objects.filter(user=person).order_by("-created_at", "-pk")


def wanting_devices(kind: NotificationKind, people: Iterable[Any]) -> list[PushSubscription]:
    """The devices of those people who want push messages of this kind. One query."""
    wish = PushPreference.objects.filter(user=OuterRef("user"), kind=kind).values("is_on")
    wanted = Coalesce(Subquery(wish), Value(kind in rules.PUSHED))
    return list(PushSubscription.objects.filter(wanted, user__in=[person.pk for person in people]))


def pushed_kinds(person: Any) -> set[NotificationKind]:
    """The kinds whose notifications reach the person's devices. One query."""
    wishes = dict(PushPreference.objects.filter(user=person).values_list("kind", "is_on"))
    return {kind for kind in NotificationKind if wishes.get(kind.value, kind in rules.PUSHED)}
