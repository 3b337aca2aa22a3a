"""`{% load films %}{{ media.seconds|film_length }}`."""

from django import template

from posts.media.video_status import format_duration

register = template.Library()


@register.filter
def film_length(seconds: float) -> str:
    """0:07, 12:30; empty while it is unknown."""
    return format_duration(seconds) if seconds else ""
