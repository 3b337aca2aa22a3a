"""Durations in exercises: `{% load exercises %}{% minutes waits %}`, `{% countdown exercise now %}`."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext as _

from trainings.models import Exercise

register = template.Library()


@register.simple_tag
def minutes(period: timedelta | float | None) -> str:
    """Of a period, or of seconds: "45 s", "3 min"; nothing where there is none."""
    if period is None or period == "":
        return ""
    seconds = round(period.total_seconds() if isinstance(period, timedelta) else period)
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": seconds}
    return _("%(minutes)s min") % {"minutes": seconds // 60}


@register.simple_tag
def countdown(exercise: Exercise, now: datetime) -> str:
    """What is left of a running exercise: "18:42". `static/js/trainings/exercise.js` writes the same."""
    left = max(int((exercise.ends_at - now).total_seconds()), 0) if exercise.ends_at else 0
    return f"{left // 60}:{left % 60:02d}"
