"""Figures of posts on pages of other packages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from analytics.dashboards.labels import rounded, times
from analytics.dashboards.queries.post_figures import PostFigures, post_figures
from analytics.dashboards.queries.publication_figures import PublicationFigures, publication_figures
from analytics.metrics import FORMULAS
from analytics.models import Subject
from analytics.thresholds import BETTER, SETTLED_AFTER, USUAL_DAYS, WORSE
from posts.models import Post, Publication
from posts.templatetags.cards import cover

register = template.Library()


@register.simple_tag
def figures_of(posts: Iterable[Post]) -> Mapping[int, PostFigures]:
    """Key figures of those posts that are out, for their cards. One query; none where nothing is out."""
    return post_figures(post.pk for post in posts if _is_out(post))


def _is_out(post: Post) -> bool:
    return any(publication.delivery.published_at for publication in post.live_publications)  # type: ignore[attr-defined]


@register.simple_tag
def figures_on(publications: Iterable[Publication]) -> Mapping[int, PublicationFigures]:
    """What the network of each publication of one post returned, for `channel_figures`. Two queries; none where nothing
    is out."""
    return publication_figures(list(publications), timezone.localdate())


@register.inclusion_tag("analytics/_channel_figures.html")
def channel_figures(figures: Mapping[int, PublicationFigures], publication: Publication) -> dict[str, Any]:
    """The figures of one publication and how they compare with the usual; nothing where it is not out."""
    shown = figures.get(publication.pk)
    comparison = shown.comparison if shown else None
    return {
        "figures": shown,
        "comparison": comparison,
        "times": times(comparison.times) if comparison else "",
        "median": rounded(comparison.usual.median) if comparison else "",
        "is_better": bool(comparison and comparison.times >= BETTER),
        "is_worse": bool(comparison and comparison.times <= WORSE),
        "formula": FORMULAS["interactions"],
        "days": USUAL_DAYS,
        "settled": SETTLED_AFTER.days,
    }


@register.simple_tag(takes_context=True)
def subject_thumbnail(context: Context, subject: Subject) -> SafeString:
    """The first picture of the post of a subject with its `cover`; without one the sign of its category."""
    traits = subject.traits
    category, kind = (traits.category, traits.interactive) if traits else ("", "")
    return cover(subject.cover, category, kind, context["request"].municipality.slug)  # type: ignore[attr-defined]
