"""What `manage.py rotate_keys` encrypts anew here: channels' tokens and our applications' secrets.

Row by row, each in its own transaction and under its lock: an interrupted rotation can be continued, and a session
that is renewed at the same time is not overwritten.
"""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import transaction

from channels.domain import credentials
from channels.models import AppRegistration, Credential
from common import crypto
from municipalities.tenancy import everywhere


def tokens() -> Iterator[Callable[[], bool]]:
    with everywhere("the keys of the installation are changed"):
        for pk in list(Credential.objects.order_by("pk").values_list("pk", flat=True)):
            yield partial(_token, pk)


def _token(pk: int) -> bool:
    with transaction.atomic():
        row = Credential.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            return False
        sealed = crypto.reseal(credentials.PURPOSE, row.ciphertext, row.channel_id)
        return bool(sealed != row.ciphertext and Credential.objects.filter(pk=pk).update(ciphertext=sealed))


def applications() -> Iterator[Callable[[], bool]]:
    for pk in list(AppRegistration.objects.order_by("pk").values_list("pk", flat=True)):
        yield partial(_application, pk)


def _application(pk: int) -> bool:
    with transaction.atomic():
        row = AppRegistration.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return False
        bound_to = credentials.bound(row.platform, row.server, row.redirect_uri)
        sealed = crypto.reseal(credentials.KEYS_PURPOSE, row.ciphertext, bound_to)
        return bool(sealed != row.ciphertext and AppRegistration.objects.filter(pk=pk).update(ciphertext=sealed))
