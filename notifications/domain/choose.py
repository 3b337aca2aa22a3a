"""How and when a person hears by mail. What still waits to be mailed follows at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from notifications import queries, rules
from notifications.enums import How, NotificationKind
from notifications.models import Notification, Preferences, Wish, new_key

TIMES = ("has_quiet_hours", "quiet_from", "quiet_until", "quiet_weekends", "urgent_always", "digest_at")


@transaction.atomic
def choose(person: User, *, times: Mapping[str, Any], hows: Mapping[NotificationKind, How]) -> None:
    """Set the hours (`TIMES`) and how each kind comes. What equals the default of the roles stays the default."""
    _lock(person)
    Preferences.objects.update_or_create(user=person, defaults={name: times[name] for name in TIMES})
    defaults = queries.defaults(person)
    _wish(person, {kind: how for kind, how in hows.items() if how != defaults[kind]})
    Wish.objects.filter(user=person, kind__in=[kind for kind, how in hows.items() if how == defaults[kind]]).delete()
    _put_right(person)
    record("account.choose_notifications", by=person, target=person)


@transaction.atomic
def stop(person: User, kinds: Iterable[NotificationKind]) -> None:
    """No more mail of these kinds; of those in `rules.ALWAYS` it comes nevertheless."""
    _lock(person)
    stopped = [kind for kind in kinds if kind not in rules.ALWAYS]
    _wish(person, dict.fromkeys(stopped, How.NEVER))
    _put_right(person)
    record("account.stop_mail", by=person, target=person, kinds=[kind.value for kind in stopped])


@transaction.atomic
def resume(person: User, kinds: Iterable[NotificationKind]) -> None:
    """Mail of these kinds comes again, as is usual for the person's roles."""
    _lock(person)
    resumed = list(kinds)
    Wish.objects.filter(user=person, kind__in=resumed, how=How.NEVER).delete()
    record("account.resume_mail", by=person, target=person, kinds=[kind.value for kind in resumed])


@transaction.atomic
def void_links(person: User) -> None:
    """The links to stop mail in all mails sent so far no longer work."""
    Preferences.objects.update_or_create(user=person, defaults={"key": new_key()})
    record("account.void_mail_links", by=person, target=person)


def _lock(person: User) -> None:
    """The worker that sends locks the same row: it sees the old wishes or the new ones, not half of each."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _wish(person: User, hows: Mapping[NotificationKind, How]) -> None:
    rows = [Wish(user=person, kind=kind, how=how) for kind, how in hows.items()]
    Wish.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["how"])


def _put_right(person: User) -> None:
    manner, now = queries.manner(person), timezone.now()
    waiting = list(Notification.objects.filter(user=person, mail_due_at__isnull=False))
    for row in waiting:
        row.how = manner.hows[NotificationKind(row.kind)]
        row.mail_due_at = rules.mail_due(How(row.how), NotificationKind(row.kind), now, manner.preferences)
    Notification.objects.bulk_update(waiting, ["how", "mail_due_at"], batch_size=500)
