"""Secrets of second factors at rest: the key of an authenticator app, the seed of recovery codes.

allauth hands over the bare text, without the row it goes into, so these are bound to their purpose alone. Public keys
of passkeys are no secrets and stay as they are.
"""

from collections.abc import Iterator
from functools import partial

from django.db import transaction

from common import crypto

PURPOSE, BOUND_TO = "second-factor", "authenticator"
SECRETS = ("secret", "seed")  # names inside Authenticator.data that allauth encrypts


def seal(text: str) -> str:
    return crypto.seal(PURPOSE, text, BOUND_TO)


def open_(sealed: str) -> str:
    """Raises `common.crypto.WrongKey` or `Tampered`."""
    return crypto.open_(PURPOSE, sealed, BOUND_TO)


def reseals() -> Iterator[partial[bool]]:
    """For `rotate_keys`: one call per authenticator that has a secret."""
    from allauth.mfa.models import Authenticator

    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        yield partial(_reseal, pk)


@transaction.atomic
def _reseal(pk: int) -> bool:
    from allauth.mfa.models import Authenticator

    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    data = {
        name: crypto.reseal(PURPOSE, value, BOUND_TO) if name in SECRETS else value for name, value in row.data.items()
    }
    if data == row.data:
        return False
    row.data = data
    row.save(update_fields=["data"])
    return True
