"""Tags of workspace pages: `{% load workspace %}{% settings_pages "channels" %}`."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb
from municipalities.tabs import Page, tabs

register = template.Library()


PAGES = (
    Page("settings", _("Profile"), Verb.SETTINGS_VIEW),
    Page("settings_rules", _("House rules"), Verb.DECISIONS_VIEW),
    Page("deciders", _("Who decides"), Verb.DECISIONS_VIEW),
    Page("members", _("People"), Verb.SETTINGS_VIEW),
    Page("settings_comparison", _("Comparison"), Verb.SETTINGS_VIEW),
    Page("channels", _("Channels"), Verb.CHANNEL_VIEW),
    Page("pause", _("Pause publishing"), Verb.PAUSE),
    Page("settings_services", _("eServices"), Verb.SETTINGS_VIEW),
    Page("settings_words", _("Words"), Verb.SETTINGS_VIEW),
    Page("settings_public", _("Public page"), Verb.SETTINGS_VIEW),
    Page("settings_needs_page", _("You asked, we did"), Verb.SETTINGS_VIEW),
    Page("activity", _("Activity"), Verb.ACTIVITY_VIEW),
    Page("exports", _("Export"), Verb.EXPORT),
)


@register.inclusion_tag("municipalities/_settings_pages.html", takes_context=True)
def settings_pages(context: Context, current: str) -> dict[str, Any]:
    """The pages of a workspace's settings that the reader may open; `current` is a url name."""
    items = tabs(context["request"], PAGES, current)
    return {"items": items, "current": next(item for item in items if item.current)}


@register.filter
def of(mapping: dict[Any, Any], key: Any) -> Any:
    """`{{ rights|of:person.pk }}`: what a dictionary holds under a key."""
    return mapping.get(key, ())
