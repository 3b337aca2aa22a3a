"""`{% load films %}{{ media.seconds|film_length }}`, `{{ media.pages|page_count }}`."""

from django import template

from posts.media.video_status import format_duration, format_pages

register = template.Library()


@register.filter
def film_length(seconds: float) -> str:
    """0:07, 12:30; empty while it is unknown."""
    return format_duration(seconds) if seconds else ""


@register.filter
def page_count(pages: int) -> str:
    """In words; empty while it is unknown."""
    return format_pages(pages) if pages else ""
