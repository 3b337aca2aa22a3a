"""The devices of a person that get push messages. A browser belongs to the person who switched it on last."""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from common import crypto
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.queries import trained_by
from notifications import queries, web_push
from notifications.domain import push_keys
from notifications.models import Push, PushSubscription

PURPOSE = "push-subscription"
# Of one person; the one that has been silent longest ends for another.
MOST_DEVICES = 10


@transaction.atomic
def subscribe(person: User, wanted: web_push.Subscription, *, key: str, device: str) -> PushSubscription:
    """Send `person`'s push messages to this browser, which ends those of anybody else there.

    `key`: the public key with which the browser subscribed. `device`: its name for the list. Raises `ActionNotAllowed`.
    """
    _check(wanted, key)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    digest = digest_of(wanted.endpoint)
    end(PushSubscription.objects.filter(digest=digest).exclude(user=person), by=person)
    sealed = crypto.seal(PURPOSE, json.dumps(vars(wanted)), bound_to(person.pk, digest))
    row, is_new = PushSubscription.objects.update_or_create(
        digest=digest, defaults={"user": person, "sealed": sealed, "device": device[:80]}
    )
    if is_new:
        _end_surplus(person)
        record("account.push_on", by=person, target=person, device=row.device)
    return row


@transaction.atomic
def unsubscribe(person: User, subscription: int) -> bool:
    """No more push messages to this device of the person's own; whether there was one. Ids of others are ignored."""
    return bool(end(PushSubscription.objects.filter(user=person, pk=subscription), by=person))


def end_own(person: User, digest: str) -> None:
    """End the person's device with this digest, if there is one."""
    end(PushSubscription.objects.filter(user=person, digest=digest), by=person)


def end_others(person: User, digest: str) -> None:
    """The same for anybody else's."""
    end(PushSubscription.objects.filter(digest=digest).exclude(user=person), by=person)


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: push messages about what this person may no longer read, and the devices of an account
    that is deactivated or has no part in anything any more.
    """
    subscriptions = PushSubscription.objects.filter(user=person)
    roles = queries.roles_of([person])
    if not person.is_active or not (roles or trained_by(person).exists()):
        end(subscriptions, by=by)
        return
    waiting = Push.objects.filter(subscription__in=subscriptions)
    rows = waiting.select_related("notification__user", "notification__municipality")
    Push.objects.filter(pk__in=[row.pk for row in rows if not queries.is_readable(row.notification, roles)]).delete()


def end(rows: QuerySet[PushSubscription], *, by: User | None) -> int:
    """Delete them, with one audit event for each; returns how many."""
    ended = list(rows.select_related("user").order_by("pk"))
    for row in ended:
        record("account.push_off", by=by, target=row.user, device=row.device)
        row.delete()
    return len(ended)


def opened(row: PushSubscription) -> web_push.Subscription:
    """Raises `common.crypto.CryptoError`."""
    return web_push.Subscription(**json.loads(crypto.open_(PURPOSE, row.sealed, bound_to(row.user_id, row.digest))))


def digest_of(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def bound_to(user: int, digest: str) -> str:
    return f"{user}:{digest}"


def is_push_service(wanted: web_push.Subscription) -> bool:
    """Whether the address is one of `PUSH_SERVICES`, over https. `common.http` checks where its name leads to."""
    if wanted.host in settings.PRIVATE_HOSTS_ALLOWED:
        return True
    parts = urlsplit(wanted.endpoint)
    if parts.scheme != "https" or parts.port not in (None, 443):
        return False
    return any(f".{parts.hostname}".endswith(f".{service}") for service in settings.PUSH_SERVICES)


def _check(wanted: web_push.Subscription, key: str) -> None:
    """Raises `ActionNotAllowed`."""
    try:
        wanted.check()
    except web_push.InvalidSubscription as problem:
        raise ActionNotAllowed(
            _("What this browser sent cannot be used (%(part)s). Update the browser, and try again.")
            % {"part": problem.part}
        ) from None
    if not is_push_service(wanted):
        raise ActionNotAllowed(
            _(
                "The push service of this browser (%(host)s) is not one that the portal sends to. Use another browser, "
                "or ask an administrator."
            )
            % {"host": wanted.host[:100]}
        )
    if key != push_keys.public():
        raise ActionNotAllowed(_("The key of this installation was replaced. Reload the page, and try again."))


def _end_surplus(person: User) -> None:
    rows = PushSubscription.objects.filter(user=person).order_by(Coalesce("sent_at", "created_at").desc(), "-pk")
    surplus = list(rows.values_list("pk", flat=True)[MOST_DEVICES:])
    end(PushSubscription.objects.filter(pk__in=surplus), by=person)


def reseals() -> Iterator[Callable[[], bool]]:
    """For `rotate_keys`."""
    for pk in list(PushSubscription.objects.order_by("pk").values_list("pk", flat=True)):
        yield partial(_reseal, pk)


@transaction.atomic
def _reseal(pk: int) -> bool:
    row = PushSubscription.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    sealed = crypto.reseal(PURPOSE, row.sealed, bound_to(row.user_id, row.digest))
    return bool(sealed != row.sealed and PushSubscription.objects.filter(pk=pk).update(sealed=sealed))
