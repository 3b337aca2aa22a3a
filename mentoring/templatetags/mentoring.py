"""Template tags of mentoring: `{% load mentoring %}{% plan_url municipality %}`."""

from datetime import datetime

from django import template
from django.utils import timezone

from mentoring import links
from mentoring.queries.desk import waits
from municipalities.models import Municipality

register = template.Library()


@register.simple_tag
def plan_url(municipality: Municipality) -> str:
    """Where the plan of a municipality stands."""
    return links.plan(municipality.slug)


@register.simple_tag
def check_ins_url(municipality: Municipality) -> str:
    """Where its check-ins stand."""
    return links.check_ins(municipality.slug)


@register.filter
def waited(since: datetime) -> str:
    """ "waits 3 days", up to now."""
    return waits(since, timezone.now())
