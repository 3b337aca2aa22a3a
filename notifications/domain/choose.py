"""Preferences of a person for mail and push messages. Notifications that still wait follow a change at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from notifications import queries, rules
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailPreference, MailSchedule, Notification, Push, PushPreference, new_key

TIMES = ("has_quiet_hours", "quiet_from", "quiet_until", "quiet_weekends", "urgent_always", "digest_at")


@transaction.atomic
def choose(
    person: User,
    *,
    times: Mapping[str, Any],
    frequencies: Mapping[NotificationKind, MailFrequency],
    pushed: Mapping[NotificationKind, bool] | None = None,
) -> None:
    """Set the hours (`TIMES`), the frequency of each kind, and which kinds reach the person's devices (`pushed`; those
    that are not named stay). Values that equal the default are not stored.
    """
    _lock(person)
    MailSchedule.objects.update_or_create(user=person, defaults={name: times[name] for name in TIMES})
    defaults = queries.defaults(person)
    _wish(person, {kind: how for kind, how in frequencies.items() if how != defaults[kind]})
    MailPreference.objects.filter(
        user=person, kind__in=[kind for kind, how in frequencies.items() if how == defaults[kind]]
    ).delete()
    _push(person, pushed or {})
    _put_right(person)
    record("account.choose_notifications", by=person, target=person)


@transaction.atomic
def unsubscribe(person: User, kinds: Iterable[NotificationKind]) -> None:
    """No more mail of these kinds, except those in `rules.ALWAYS`."""
    _lock(person)
    stopped = [kind for kind in kinds if kind not in rules.ALWAYS]
    _wish(person, dict.fromkeys(stopped, MailFrequency.NEVER))
    _put_right(person)
    record("account.stop_mail", by=person, target=person, kinds=[kind.value for kind in stopped])


@transaction.atomic
def resubscribe(person: User, kinds: Iterable[NotificationKind]) -> None:
    """Mail of these kinds again, as is the default for the person's roles."""
    _lock(person)
    resumed = list(kinds)
    MailPreference.objects.filter(user=person, kind__in=resumed, frequency=MailFrequency.NEVER).delete()
    record("account.resume_mail", by=person, target=person, kinds=[kind.value for kind in resumed])


@transaction.atomic
def void_links(person: User) -> None:
    """Invalidate the unsubscribe links of all mails sent so far."""
    MailSchedule.objects.update_or_create(user=person, defaults={"key": new_key()})
    record("account.void_mail_links", by=person, target=person)


def _lock(person: User) -> None:
    """The sending worker locks the same row: it sees either the old preferences or the new ones."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _wish(person: User, frequencies: Mapping[NotificationKind, MailFrequency]) -> None:
    rows = [MailPreference(user=person, kind=kind, frequency=how) for kind, how in frequencies.items()]
    MailPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["frequency"]
    )


def _push(person: User, pushed: Mapping[NotificationKind, bool]) -> None:
    PushPreference.objects.filter(user=person, kind__in=list(pushed)).delete()
    chosen = {kind: is_on for kind, is_on in pushed.items() if is_on != (kind in rules.PUSHED)}
    PushPreference.objects.bulk_create(
        PushPreference(user=person, kind=kind, is_on=is_on) for kind, is_on in chosen.items()
    )
    stopped = [kind for kind, is_on in pushed.items() if not is_on]
    Push.objects.filter(notification__user=person, notification__kind__in=stopped).delete()


def _put_right(person: User) -> None:
    manner, now = queries.mail_settings(person), timezone.now()
    waiting = list(Notification.objects.filter(user=person, mail_due_at__isnull=False))
    for row in waiting:
        row.mail_frequency = manner.frequencies[NotificationKind(row.kind)]
        row.mail_due_at = rules.mail_due(
            MailFrequency(row.mail_frequency), NotificationKind(row.kind), now, manner.preferences
        )
    Notification.objects.bulk_update(waiting, ["mail_frequency", "mail_due_at"], batch_size=500)
    pushes = list(Push.objects.filter(notification__user=person, attempts=0).select_related("notification"))
    for push in pushes:
        push.due_at = rules.push_due(NotificationKind(push.notification.kind), now, manner.preferences)
    Push.objects.bulk_update(pushes, ["due_at"], batch_size=500)
