"""Which short links a post gets: one for each of its channels, where its link is to be counted.

A link is shown before it exists: its code follows from the post, the channel and the target (`links.rules.code`), so
the composer's preview has the very letters that freezing stores.
"""

from collections.abc import Sequence
from dataclasses import replace

from channels.models import Channel
from links import queries
from links.domain.make import Wanted
from links.rules import with_campaign
from posts.draft import Draft
from posts.models import Post


def may_track(draft: Draft) -> bool:
    """Whether the link is one that a short link may lead to."""
    return bool(draft.address) and not queries.trouble(draft.address)


def wanted(post: Post, draft: Draft, channels: Sequence[Channel]) -> dict[int, Wanted]:
    """Where the link of each channel leads, campaign parameters included; nothing where it is not counted."""
    if not draft.tracked or not may_track(draft):
        return {}
    campaign = "-".join(filter(None, [post.municipality.slug, draft.service]))
    return {
        channel.pk: Wanted(with_campaign(draft.address, source=channel.platform, campaign=campaign), channel.platform)
        for channel in channels
    }


def foreseen(post: Post, draft: Draft, channels: Sequence[Channel]) -> Draft:
    """The draft with the short links it will get. No query."""
    asked = wanted(post, draft, channels)
    return replace(
        draft, short_links={pk: queries.foreseen(post.key, pk, wanted.target) for pk, wanted in asked.items()}
    )
