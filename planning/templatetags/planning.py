"""The strip of tabs on the pages of planning."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    url: str
    icon: str
    current: bool


PAGES: tuple[tuple[str, Any, str, Verb], ...] = (
    ("campaigns", _("Campaigns"), "flag", Verb.LIBRARY_VIEW),
    ("slots", _("Usual times"), "clock", Verb.LIBRARY_VIEW),
    ("recurrences", _("Repeating posts"), "repeat-2", Verb.LIBRARY_VIEW),
    ("plan_import", _("Import a plan"), "upload", Verb.POST_EDIT),
    ("feed", _("Calendar link"), "link", Verb.POST_VIEW),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def planning_tabs(context: Any, here: str) -> dict[str, Any]:
    """`here` is the url name of the open page."""
    request = context["request"]
    items = [
        Tab(label, reverse(name, args=[request.municipality.slug]), icon, name == here)
        for name, label, icon, verb in PAGES
        if request.access.may(verb)
    ]
    return {"items": items, "label": _("Planning")}


@register.filter
def cell(cells: dict[str, str], column: str) -> str:
    """What was typed in a column of the plan."""
    return cells.get(column, "")
