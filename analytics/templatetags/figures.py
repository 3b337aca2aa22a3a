"""Figures of posts on pages of other packages."""

from collections.abc import Iterable, Mapping

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from analytics.dashboards.queries.post_figures import PostFigures, post_figures
from analytics.models import Subject
from posts.models import Post
from posts.templatetags.cards import cover

register = template.Library()


@register.simple_tag
def figures_of(posts: Iterable[Post]) -> Mapping[int, PostFigures]:
    """Key figures of those posts that are out, for their cards. One query; none where nothing is out."""
    return post_figures(post.pk for post in posts if _is_out(post))


def _is_out(post: Post) -> bool:
    return any(publication.delivery.published_at for publication in post.live_publications)  # type: ignore[attr-defined]


@register.simple_tag(takes_context=True)
def subject_thumbnail(context: Context, subject: Subject) -> SafeString:
    """The first picture of the post of a subject with its `cover`; without one the sign of its category."""
    traits = subject.traits
    category, kind = (traits.category, traits.interactive) if traits else ("", "")
    return cover(subject.cover, category, kind, context["request"].municipality.slug)  # type: ignore[attr-defined]
