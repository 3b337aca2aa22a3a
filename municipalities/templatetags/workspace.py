"""Tags of workspace pages: `{% load workspace %}{% settings_tabs "channels" %}`."""

from typing import Any, NamedTuple

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb

register = template.Library()


class Tab(NamedTuple):
    label: str | Promise
    url: str
    current: bool


TABS: tuple[tuple[str, Any, Verb], ...] = (
    ("settings", _("Profile"), Verb.SETTINGS_VIEW),
    ("settings_rules", _("House rules"), Verb.SETTINGS_VIEW),
    ("deciders", _("Who decides"), Verb.SETTINGS_VIEW),
    ("members", _("People"), Verb.SETTINGS_VIEW),
    ("settings_comparison", _("Comparison"), Verb.SETTINGS_VIEW),
    ("channels", _("Channels"), Verb.CHANNEL_VIEW),
    ("settings_services", _("eServices"), Verb.SETTINGS_VIEW),
    ("settings_words", _("Words"), Verb.SETTINGS_VIEW),
    ("settings_public", _("Public page"), Verb.SETTINGS_VIEW),
    ("settings_needs_page", _("You asked, we did"), Verb.SETTINGS_VIEW),
    ("activity", _("Activity"), Verb.ACTIVITY_VIEW),
    ("exports", _("Export"), Verb.EXPORT),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def settings_tabs(context: Context, current: str) -> dict[str, Any]:
    """The pages of a workspace's settings that the reader may open; `current` is a url name."""
    request = context["request"]
    items = []
    for name, label, verb in TABS:
        if not request.access.may(verb):
            continue
        items.append(Tab(label, reverse(name, args=[request.municipality.slug]), name == current))
    return {"items": items, "label": _("Settings")}


@register.filter
def of(found: dict[Any, Any], key: Any) -> Any:
    """`{{ rights|of:person.pk }}`: what a dictionary holds under a key."""
    return found.get(key, ())
