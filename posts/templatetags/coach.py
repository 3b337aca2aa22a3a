"""The coach on the review page: its open points, for those who decide and comment."""

from typing import Any

from django import template
from django.template.context import Context

from posts import queries
from posts.coaching.views.coach import coach_draft

register = template.Library()


@register.inclusion_tag("posts/_coach_read.html", takes_context=True)
def coach_on(context: Context, reading: Any) -> dict[str, Any]:
    """The open points of a post. Two queries: the pictures of a version, and the results of its link checks."""
    draft = reading.draft
    library = queries.media_of(draft) if reading.library is None else reading.library
    coaching_hints = coach_draft(draft, reading.previews, library, context["request"].municipality)
    return {"coach": [coaching_hint for coaching_hint in coaching_hints if coaching_hint.point.is_open]}
