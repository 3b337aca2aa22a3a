"""Figures of posts on pages of other packages."""

from collections.abc import Iterable, Mapping

from django import template

from analytics.dashboards.queries.post_figures import PostFigures, post_figures
from posts.models import Post

register = template.Library()


@register.simple_tag
def figures_of(posts: Iterable[Post]) -> Mapping[int, PostFigures]:
    """Key figures of those posts that are out, for their cards. One query; none where nothing is out."""
    return post_figures(post.pk for post in posts if _is_out(post))


def _is_out(post: Post) -> bool:
    return any(publication.delivery.published_at for publication in post.live_publications)  # type: ignore[attr-defined]
