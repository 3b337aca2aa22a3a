"""Turns due notifications into mail. Safe to run concurrently and to be killed at any point.

A person's row is locked; their due notifications become mails and are marked in the same transaction, so each is in
exactly one mail. Notifications that were read meanwhile, or that the person may no longer read, are not mailed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from common import mail, restores
from common.models import MailMessage
from notifications import emails, queries, rules
from notifications.enums import MailFrequency
from notifications.models import MailSchedule, Notification

PEOPLE_AT_ONCE = 50
# More than this at once (after quiet hours) become one list instead of as many mails.
MOST_LETTERS = 3

Groups = Iterable[list[Notification]]


def send_due() -> int:
    """Queue all mail that is due; returns how many mails."""
    sent = 0
    while (letters_of_batch := _send_batch(timezone.now())) is not None:
        sent += len(letters_of_batch)
    return sent


@transaction.atomic
def _send_batch(now: datetime) -> list[MailMessage] | None:
    """The mail of up to `PEOPLE_AT_ONCE` people, None when nothing is due. At most ten queries, one if nothing
    is due.
    """
    due = Notification.objects.filter(_may_leave(), mail_due_at__lte=now)
    people = User.objects.filter(pk__in=due.values("user")).order_by("pk")
    locked = list(people.select_for_update(skip_locked=True, no_key=True)[:PEOPLE_AT_ONCE])
    return _send_to(locked, now) if locked else None


def _send_to(people: list[User], now: datetime) -> list[MailMessage]:
    ready = _ready(people, now)
    roles = queries.roles_of(people)
    wanted: list[Notification] = []
    unwanted: list[Notification] = []
    for row in ready:
        (wanted if _is_wanted(row, roles) else unwanted).append(row)
    keys = _keys(people)
    messages = [letter for rows in _by_person(wanted) for letter in _letters(rows, keys[rows[0].user_id])]
    mail.queue_all(messages)
    Notification.objects.filter(pk__in=[row.pk for row in wanted]).update(mail_due_at=None, mailed_at=now)
    Notification.objects.filter(pk__in=[row.pk for row in unwanted]).update(mail_due_at=None)
    return messages


def _ready(people: list[User], now: datetime) -> list[Notification]:
    """What is due, and further notifications about the same thing that would follow within minutes."""
    rows = Notification.objects.filter(_may_leave(), user__in=people).select_related("user", "municipality")
    soon = Q(mail_frequency=MailFrequency.AT_ONCE, mail_due_at__lte=now + rules.GATHERED)
    notifications = list(rows.filter(Q(mail_due_at__lte=now) | soon).order_by("user", "pk"))
    due = {row.pk for row in notifications if row.mail_due_at is not None and row.mail_due_at <= now}
    abouts = {
        (row.user_id, row.about)
        for row in notifications
        if row.pk in due and row.mail_frequency == MailFrequency.AT_ONCE and row.about
    }
    return [row for row in notifications if row.pk in due or (row.user_id, row.about) in abouts]


def _may_leave() -> Q:
    """After a restore only new alerts: the rest may have been mailed since the backup was made."""
    return restores.may_leave(Q(kind__in=rules.URGENT))


def _is_wanted(row: Notification, roles: queries.Roles) -> bool:
    is_news = row.read_at is None or row.kind in rules.URGENT
    return is_news and row.user.is_active and queries.is_readable(row, roles)


def _keys(people: list[User]) -> dict[int, str]:
    """The keys of their unsubscribe links; people without preferences get a row for the key."""
    MailSchedule.objects.bulk_create([MailSchedule(user=person) for person in people], ignore_conflicts=True)
    return dict(MailSchedule.objects.filter(user__in=people).values_list("user", "key"))


def _by_person(rows: list[Notification]) -> Groups:
    groups: dict[int, list[Notification]] = defaultdict(list)
    for row in rows:
        groups[row.user_id].append(row)
    return groups.values()


def _letters(rows: list[Notification], key: str) -> list[MailMessage]:
    """The mails to one person. Urgent ones are never hidden in a list."""
    person = rows[0].user
    digest = [row for row in rows if row.mail_frequency == MailFrequency.DIGEST]
    groups = list(_by_thing([row for row in rows if row.mail_frequency != MailFrequency.DIGEST]))
    calm = [group for group in groups if not any(row.kind in rules.URGENT for row in group)]
    mail_messages = [emails.summary(person, digest, key)] if digest else []
    if len(calm) > MOST_LETTERS:
        together = sorted((row for group in calm for row in group), key=lambda row: row.pk)
        mail_messages.append(emails.bundle(person, together, key))
        groups = [group for group in groups if group not in calm]
    for group in groups:
        message = emails.single(person, group, key)
        message.essential = any(row.kind in rules.URGENT for row in group)
        mail_messages.append(message)
    return mail_messages


def _by_thing(rows: list[Notification]) -> Groups:
    groups: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        groups[row.about or f"row {row.pk}"].append(row)
    return groups.values()
