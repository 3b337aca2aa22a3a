"""Notifications about messages: emergencies at once, new messages at most once an hour, late ones in the morning.

A worker finds in the database what is due. Whoever inserts the row of `SentNotification` sends, so that two workers at
the same moment notify once. Notifications contain nothing that a citizen wrote, because mail leaves the portal. About
a private message only those are notified who may read it, and only for them it counts.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from inbox.enums import OPEN_STATES, MessageKind, MessageState
from inbox.models import Message, ProposedAnswer, SentNotification
from inbox.queries.readable import readable_with
from municipalities.holidays import BELGRADE, is_working_day
from municipalities.models import Membership, Municipality
from municipalities.queries import people_who_read_private
from municipalities.rules import PUBLISHING_ROLES
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import TextBuilder, notify
from notifications.enums import NotificationKind
from posts.approval import deciders

URGENT = (MessageKind.EMERGENCY, MessageKind.UNLAWFUL)
NEW = "new:"
EVERY = timedelta(hours=1)
# Late messages are reported in these hours of a working day (Belgrade), otherwise on the next morning.
FROM, UNTIL = 7, 9
# Older messages were reported, or had no recipient: they are not reported again after their row is purged.
MAX_AGE = timedelta(days=7)
RETENTION = timedelta(days=60)


def send_due(now: datetime | None = None) -> int:
    """Send all due notifications; returns how many subjects. Safe to run concurrently."""
    now = now or timezone.now()
    return _urgent(now) + _new(now) + _late(now)


def purge_expired() -> int:
    with everywhere("forget what people were told long ago"):
        return SentNotification.objects.filter(at__lt=timezone.now() - RETENTION).delete()[0]


# ---- what a worker finds


def _urgent(now: datetime) -> int:
    key = Concat(Value("urgent:"), Cast(OuterRef("pk"), CharField()))
    with everywhere("find emergencies that nobody was told of"):
        sent = SentNotification.objects.filter(municipality=OuterRef("municipality"), about=key)
        rows = Message.objects.filter(kind__in=URGENT, state__in=OPEN_STATES, received_at__gt=now - MAX_AGE).exclude(
            Exists(sent)
        )
        messages = list(rows.select_related("municipality").order_by("pk")[:100])
    return sum(_notify_urgent(row) for row in messages)


@transaction.atomic
def _notify_urgent(row: Message) -> bool:
    with scope(row.municipality_id):
        if not _is_first(row.municipality, f"urgent:{row.pk}"):
            return False
        facts = {"municipality": row.municipality}

        def build_text() -> tuple[str, str]:
            if row.kind == MessageKind.EMERGENCY:
                return _("%(municipality)s: an emergency among citizens' messages") % facts, _(
                    "It requires an answer within an hour. Its text is in the portal."
                )
            return _("%(municipality)s: a message that is clearly unlawful") % facts, _(
                "It has to be reviewed within two hours. Its text is in the portal."
            )

        _notify_about(row, NotificationKind.URGENT, readers(row), build_text)
    return True


def _new(now: datetime) -> int:
    """For each municipality the messages since its last notification, at most once in `EVERY`."""
    with everywhere("find municipalities with new messages"):
        before = SentNotification.objects.filter(municipality=OuterRef("municipality"), about__startswith=NEW)
        known = before.filter(Q(at__gt=now - EVERY) | Q(at__gte=OuterRef("received_at")))
        rows = _unread(now - MAX_AGE).exclude(Exists(known))
        municipalities = list(Municipality.objects.filter(pk__in=rows.values("municipality")))
    return sum(_notify_new(municipality, now) for municipality in municipalities)


@transaction.atomic
def _notify_new(municipality: Municipality, now: datetime) -> bool:
    with scope(municipality):
        last = SentNotification.objects.filter(about__startswith=NEW).order_by("-pk").first()
        if last is not None and last.at > now - EVERY:
            return False
        rows = _unread(last.at if last is not None else now - MAX_AGE)
        # The key contains the previous notification, so of two workers that see the same one only the first inserts.
        if not rows.exists() or not _is_first(municipality, f"{NEW}{last.pk if last else 0}"):
            return False
        for people, count in _counted(municipality, rows):
            _notify_count_of_new(municipality, people, count)
    return True


def _notify_count_of_new(municipality: Municipality, people: list[User], count: int) -> None:
    def build_text() -> tuple[str, str]:
        subject = ngettext(
            "%(municipality)s: %(count)s new message of citizens",
            "%(municipality)s: %(count)s new messages of citizens",
            count,
        )
        return subject % {"municipality": municipality, "count": count}, _("What people write is in the portal.")

    notify(
        NotificationKind.MESSAGES,
        people,
        municipality=municipality,
        url=reverse("inbox", args=[municipality.slug]),
        build_text=build_text,
        about=f"inbox.new:{municipality.pk}",
    )


def _unread(since: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state=MessageState.OPEN, read_at=None, received_at__gt=since).exclude(kind__in=URGENT)


def _late(now: datetime) -> int:
    local = now.astimezone(BELGRADE)
    if not FROM <= local.hour < UNTIL or not is_working_day(local.date()):
        return 0
    with everywhere("find municipalities with late messages"):
        sent = SentNotification.objects.filter(municipality=OuterRef("pk"), about=f"late:{local.date()}")
        rows = Message.objects.filter(state__in=OPEN_STATES, is_follow_up=False, due_at__lt=now)
        municipalities = list(Municipality.objects.filter(pk__in=rows.values("municipality")).exclude(Exists(sent)))
    return sum(_notify_late(municipality, now) for municipality in municipalities)


@transaction.atomic
def _notify_late(municipality: Municipality, now: datetime) -> bool:
    with scope(municipality):
        if not _is_first(municipality, f"late:{now.astimezone(BELGRADE).date()}"):
            return False
        rows = Message.objects.filter(state__in=OPEN_STATES, is_follow_up=False, due_at__lt=now)
        for people, count in _counted(municipality, rows):
            _notify_count_of_late(municipality, people, count)
    return True


def _notify_count_of_late(municipality: Municipality, people: list[User], count: int) -> None:
    def build_text() -> tuple[str, str]:
        subject = ngettext(
            "%(municipality)s: %(count)s message should have been answered",
            "%(municipality)s: %(count)s messages should have been answered",
            count,
        )
        body = _("A short word that it takes longer is an answer, too.")
        return subject % {"municipality": municipality, "count": count}, body

    notify(
        NotificationKind.LATE,
        people,
        municipality=municipality,
        url=reverse("inbox", args=[municipality.slug]) + "?view=late",
        build_text=build_text,
        about=f"inbox.late:{municipality.pk}",
    )


def _counted(municipality: Municipality, rows: QuerySet[Message]) -> Iterator[tuple[list[User], int]]:
    """Who is notified of how many of these: who reads private messages of all of them, the others of the public ones.
    Nobody is notified of none."""
    staff, private = inbox_staff(municipality), people_who_read_private(municipality)
    for reads_private in (True, False):
        people = [person for person in staff if (person.pk in private) == reads_private]
        count = rows.filter(readable_with(reads_private=reads_private)).count() if people else 0
        if count:
            yield people, count


# ---- what verbs tell, inside their own transaction


def assigned(row: Message, *, by: User) -> None:
    """To the one who got it."""
    facts = {"municipality": row.municipality, "person": by}

    def build_text() -> tuple[str, str]:
        return _("%(municipality)s: %(person)s gave you a message to answer") % facts, ""

    if row.assignee is not None:
        _notify_about(row, NotificationKind.MINE, [row.assignee], build_text, by=by)


def assigned_by_rule(municipality: Municipality, people: Collection[int]) -> None:
    """To those to whom sorting rules gave messages, by their ids. One notification each, however many messages."""
    facts = {"municipality": municipality}

    def build_text() -> tuple[str, str]:
        return _("%(municipality)s: a sorting rule gave you new messages to answer") % facts, ""

    if people:
        notify(
            NotificationKind.MINE,
            User.objects.filter(pk__in=people),
            municipality=municipality,
            url=reverse("inbox", args=[municipality.slug]) + "?view=mine",
            build_text=build_text,
            about=f"inbox.rules:{municipality.pk}",
        )


def proposed(answer: ProposedAnswer, *, by: User) -> None:
    """To those who may approve it."""
    facts = {"municipality": answer.municipality, "person": by}

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: an answer to a citizen waits for your approval") % facts
        return subject, _("%(person)s wrote it. Nothing is sent before you agree.") % facts

    people = only_readers(answer.message, deciders(answer.municipality))
    _notify_about(answer.message, NotificationKind.ANSWER, people, build_text, by=by)


def returned(answer: ProposedAnswer, *, by: User) -> None:
    """To its author. The reason may repeat a citizen's words, so it stays in the portal."""
    facts = {"municipality": answer.municipality, "person": by}

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s sent your answer back") % facts
        return subject, _("The reason is shown beside it in the portal.")

    people = only_readers(answer.message, [answer.by])
    _notify_about(answer.message, NotificationKind.ANSWER, people, build_text, by=by)


# ---- parts


def inbox_staff(municipality: Municipality) -> list[User]:
    """Everybody who may answer there."""
    rows = Membership.objects.running().filter(
        municipality=municipality, role__in=PUBLISHING_ROLES, user__is_active=True
    )
    return list(User.objects.filter(pk__in=rows.values("user")))


def readers(row: Message) -> list[User]:
    """Everybody who may answer this message."""
    return only_readers(row, inbox_staff(row.municipality))


def only_readers(row: Message, people: Iterable[User], municipality: Municipality | None = None) -> list[User]:
    """Those of these people who may read this message. `municipality`: that of the message, if it is at hand."""
    if not row.is_private:
        return list(people)
    private = people_who_read_private(municipality or row.municipality)
    return [person for person in people if person.pk in private]


def _is_first(municipality: Municipality, about: str) -> bool:
    _row, is_new = SentNotification.objects.get_or_create(municipality=municipality, about=about)
    return is_new


def _notify_about(
    row: Message, kind: NotificationKind, people: Iterable[Any], build_text: TextBuilder, *, by: User | None = None
) -> None:
    municipality = row.municipality
    url = reverse("message", args=[municipality.slug, row.pk]) + ("#answer" if kind == NotificationKind.ANSWER else "")
    notify(
        kind, people, municipality=municipality, url=url, build_text=build_text, by=by, about=f"inbox.message:{row.pk}"
    )
