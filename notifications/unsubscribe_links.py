"""The unsubscribe link in each mail: signed, without expiry, invalidated by a new key of the person.

`12.comment+mention.k3y:signature`: the user's id, the kinds, the key of their preferences.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from notifications.enums import NotificationKind

_signer = Signer(salt="notifications.stop")


@dataclass(frozen=True)
class UnsubscribeLink:
    user_id: int
    kinds: tuple[NotificationKind, ...]
    key: str


def token(user_id: int, kinds: Iterable[str], key: str) -> str:
    return _signer.sign(f"{user_id}.{'+'.join(sorted(kinds))}.{key}")


def address(user_id: int, kinds: Iterable[str], key: str) -> str:
    """The full address for a mail."""
    return settings.PUBLIC_BASE_URL + reverse("notifications_stop", args=[token(user_id, kinds, key)])


def parse_token(token: str) -> UnsubscribeLink | None:
    """The content of a token; None for an invalid one. Whether its key is still valid is not checked here."""
    try:
        user, kinds, key = _signer.unsign(token).split(".", 2)
        return UnsubscribeLink(int(user), tuple(NotificationKind(kind) for kind in kinds.split("+")), key)
    except (BadSignature, ValueError):
        return None
