"""What a mail about one notification has beyond its text; packages above register it for a kind.

It is built when the mail is, not when the notification was created: links that work like passwords are then only in the
mail, which is encrypted (`common.mail`), and rights are those of that moment. Daily summaries and long lists have none.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.safestring import SafeString

from notifications.enums import NotificationKind
from notifications.models import Notification

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MailAddition:
    """`text` and `html` say the same, in the language that is active; they end with where to go, in place of the
    portal's address. `pictures` as in `common.models.MailContent`.
    """

    text: str
    html: SafeString
    pictures: Sequence[Mapping[str, str]] = ()


Build = Callable[[Notification], MailAddition | None]
_BUILDERS: dict[NotificationKind, Build] = {}


def register(kind: NotificationKind, build: Build) -> None:
    """`build` is called in the transaction in which the mail is queued."""
    _BUILDERS[kind] = build


def build(row: Notification) -> MailAddition | None:
    """None for most. A mistake in it is logged, and the mail leaves without it: nobody else's mail waits for it."""
    builder = _BUILDERS.get(NotificationKind(row.kind))
    if builder is None:
        return None
    try:
        with transaction.atomic():
            return builder(row)
    except Exception:
        log.exception("The mail about notification %s has no further content", row.pk)
        return None
