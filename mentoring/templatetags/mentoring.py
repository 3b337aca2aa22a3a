"""Tags of mentoring: `{% load mentoring %}{% plan_url municipality %}`."""

from django import template

from mentoring import links
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
