"""How the languages of a post appear on a channel."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from channels.enums import Layout
from channels.models import Channel
from common import audit


def arrange(channel: Channel, layout: Layout, languages: Sequence[str], *, by: User) -> None:
    """Set layout and languages ("sr-Cyrl" …, in their order, at least one). Drafts follow at once."""
    if not languages:
        raise ValueError("A channel speaks at least one language.")
    with transaction.atomic():
        channel.layout, channel.languages = layout, list(languages)
        channel.save(update_fields=["layout", "languages"])
        audit.record("channel.arrange", by=by, target=channel, layout=str(layout), languages=list(languages))
