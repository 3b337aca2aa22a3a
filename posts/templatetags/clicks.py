"""`{% load clicks %}{% clicks post version %}`: how often people followed the links of a post."""

from typing import Any

from django import template
from django.template.context import Context

from links import queries

register = template.Library()


@register.inclusion_tag("posts/review/_clicks.html", takes_context=True)
def clicks(context: Context, post: Any, version: Any) -> dict[str, Any]:
    """Nothing where `version` has no short links. One query."""
    counted = queries.clicks(post.key) if version is not None and version.short_links else None
    return {"request": context["request"], "post": post, "clicks": counted}
