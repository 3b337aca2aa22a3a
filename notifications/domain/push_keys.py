"""The key pair of the installation for push messages. Made when it is first needed, encrypted like other secrets."""

from collections.abc import Callable, Iterator

from django.db import transaction
from django.utils import timezone

from common import crypto
from common.audit import record
from notifications import web_push
from notifications.models import PushKey, PushSubscription

PURPOSE = "push-key"


def current() -> web_push.Key:
    """Raises `common.crypto.CryptoError`."""
    row = PushKey.objects.filter(pk=PushKey.ONLY).first() or _first()
    return web_push.Key(row.public, crypto.open_(PURPOSE, row.sealed, row.public))


def public() -> str:
    """The part with which browsers subscribe. One query, once the pair exists."""
    stored = PushKey.objects.filter(pk=PushKey.ONLY).values_list("public", flat=True).first()
    return stored or _first().public


@transaction.atomic
def replace() -> int:
    """A new pair, because somebody else may know the old one. Ends all subscriptions: people switch push messages on
    again in their browsers. Returns how many ended.
    """
    ended, _ = PushSubscription.objects.all().delete()
    PushKey.objects.filter(pk=PushKey.ONLY).delete()
    row = _first()
    record("push.replace_key", by=None, target=row, label="", ended=ended)
    return ended


def _first() -> PushKey:
    key = web_push.new_key()
    sealed = crypto.seal(PURPOSE, key.private, key.public)
    row = PushKey(pk=PushKey.ONLY, public=key.public, sealed=sealed, created_at=timezone.now())
    PushKey.objects.bulk_create([row], ignore_conflicts=True)
    return PushKey.objects.get(pk=PushKey.ONLY)  # another process may have been first


def reseals() -> Iterator[Callable[[], bool]]:
    """For `rotate_keys`."""
    if PushKey.objects.filter(pk=PushKey.ONLY).exists():
        yield _reseal


@transaction.atomic
def _reseal() -> bool:
    row = PushKey.objects.select_for_update().filter(pk=PushKey.ONLY).first()
    if row is None:
        return False
    sealed = crypto.reseal(PURPOSE, row.sealed, row.public)
    return bool(sealed != row.sealed and PushKey.objects.filter(pk=row.pk).update(sealed=sealed))
