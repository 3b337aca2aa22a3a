"""A channel as its followers see it: squares of its posts, the latest first, with those to come before them."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.models import Channel
from posts.models import Post, Publication

PER_PAGE = 30
"""Ten rows of three."""
FIRST_CHOICE = "instagram"
"""The network that shows an account as a grid of squares."""


def chosen_channel(channels: Sequence[Channel], wanted: int | None) -> Channel | None:
    """The channel `wanted`; else one of Instagram, else the first; None without channels."""
    by_id = {channel.pk: channel for channel in channels}
    of_first_choice = (channel for channel in channels if channel.network == FIRST_CHOICE)
    return by_id.get(wanted or 0) or next(of_first_choice, None) or next(iter(channels), None)


@dataclass(frozen=True)
class Square:
    """A post on a channel. `state`: how it stands there; `is_out`: its followers see it now."""

    post: Post
    state: str
    is_out: bool


def square(post: Post, channel: int) -> Square:
    """Of a post with its `live_publications`. No query."""
    live: list[Publication] = post.live_publications  # type: ignore[attr-defined]
    here = [publication for publication in live if publication.channel_id == channel]
    if not here:
        return Square(post, post.stage, is_out=False)
    return Square(post, here[-1].shown_state, is_out=any(row.delivery.published_at for row in here))
