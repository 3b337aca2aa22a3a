"""`{% load films %}{{ media.seconds|film_length }}`."""

from django import template

from posts.media.video_status import length

register = template.Library()


@register.filter
def film_length(seconds: float) -> str:
    """0:07, 12:30; empty where nobody knows it yet."""
    return length(seconds) if seconds else ""
