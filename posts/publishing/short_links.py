"""The short links of a post: one for each of its channels, if clicks of its link are counted.

A link is shown before it exists: its code follows from the post, the channel and the target (`links.rules.code`), so
the composer's preview shows exactly the address that freezing stores.
"""

from collections.abc import Sequence
from dataclasses import replace

from channels.models import Channel
from links import queries
from links.domain.make import LinkRequest
from links.rules import with_campaign
from posts.draft import Draft
from posts.models import Post


def may_track(draft: Draft) -> bool:
    """Whether a short link may lead to the link."""
    return bool(draft.address) and not queries.target_problem(draft.address)


def requested_links(post: Post, draft: Draft, channels: Sequence[Channel]) -> dict[int, LinkRequest]:
    """The target of each channel's link with campaign parameters; empty if clicks are not counted."""
    if not draft.tracked or not may_track(draft):
        return {}
    campaign = "-".join(filter(None, [post.municipality.slug, draft.service]))
    return {
        channel.pk: LinkRequest(
            with_campaign(draft.address, source=channel.platform, campaign=campaign), channel.platform
        )
        for channel in channels
    }


def with_expected_links(post: Post, draft: Draft, channels: Sequence[Channel]) -> Draft:
    """The draft with the short links it will get. No query."""
    wanted_links = requested_links(post, draft, channels)
    return replace(
        draft,
        short_links={pk: queries.expected_address(post.key, pk, wanted.target) for pk, wanted in wanted_links.items()},
    )
