"""Send the notices of `municipalities` about rules and rights; that package is below this one and cannot call it."""

from collections.abc import Iterable

from accounts.models import User
from municipalities.domain.notices import Topic
from municipalities.models import Municipality
from notifications.domain.notify import Words, notify
from notifications.enums import Kind

KINDS = {Topic.RULES: Kind.RULES, Topic.RIGHTS: Kind.RIGHTS}


def send(
    topic: Topic,
    people: Iterable[User],
    *,
    municipality: Municipality | None,
    url: str,
    words: Words,
    by: User,
    about: str,
) -> None:
    notify(KINDS[topic], people, municipality=municipality, url=url, words=words, by=by, about=about)
