"""Shared by connectors that list an account's older posts."""

from collections.abc import Iterable
from datetime import datetime

from platforms.types import PastPost, PastPosts


def page(listed: Iterable[PastPost], since: datetime, cursor: str | None) -> PastPosts:
    """One page of a list that is newest first: posts older than `since` are left out and end the list."""
    posts = sorted(listed, key=lambda post: post.at, reverse=True)
    inside = tuple(post for post in posts if post.at >= since)
    return PastPosts(inside, cursor if len(inside) == len(posts) else None)


def material(pictures: int, *, video: bool = False, link: bool = False) -> str:
    """The value of `PastPost.material`; a video beside pictures makes it a video."""
    if video:
        return "video"
    if pictures:
        return "picture" if pictures == 1 else "pictures"
    return "link" if link else "text"
