"""The link in each mail that stops mail of its kind: signed, it never expires, and a new key of the person voids it.

`12.comment+mention.k3y:signature`: the person, the kinds, the key of their preferences.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from notifications.enums import NotificationKind

_signer = Signer(salt="notifications.stop")


@dataclass(frozen=True)
class Stop:
    user_id: int
    kinds: tuple[NotificationKind, ...]
    key: str


def token(user_id: int, kinds: Iterable[str], key: str) -> str:
    return _signer.sign(f"{user_id}.{'+'.join(sorted(kinds))}.{key}")


def address(user_id: int, kinds: Iterable[str], key: str) -> str:
    """The whole address, as a mail needs it."""
    return settings.PUBLIC_BASE_URL + reverse("notifications_stop", args=[token(user_id, kinds, key)])


def read(token: str) -> Stop | None:
    """What a link says; None for one that we did not make. Whether its key is still the person's is not known here."""
    try:
        user, kinds, key = _signer.unsign(token).split(".", 2)
        return Stop(int(user), tuple(NotificationKind(kind) for kind in kinds.split("+")), key)
    except (BadSignature, ValueError):
        return None
