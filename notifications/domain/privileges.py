"""Sends the notifications of `municipalities` about rules and rights: that package lies below this one."""

from collections.abc import Iterable

from accounts.models import User
from municipalities.domain.notifications import Topic
from municipalities.models import Municipality
from notifications.domain.notify import TextBuilder, notify
from notifications.enums import NotificationKind

KINDS = {Topic.RULES: NotificationKind.RULES, Topic.RIGHTS: NotificationKind.RIGHTS}


def send(
    topic: Topic,
    people: Iterable[User],
    *,
    municipality: Municipality | None,
    url: str,
    build_text: TextBuilder,
    by: User,
    about: str,
) -> None:
    notify(KINDS[topic], people, municipality=municipality, url=url, build_text=build_text, by=by, about=about)
