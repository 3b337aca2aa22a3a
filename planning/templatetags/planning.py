"""The strip of tabs on the calendar and the pages of planning, and what a row of an imported plan says."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb
from planning.domain.imports import Problem, Row
from posts.enums import Category

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    url: str
    icon: str
    current: bool


PAGES: tuple[tuple[str, Any, str, Verb], ...] = (
    ("calendar", _("Calendar"), "calendar", Verb.POST_VIEW),
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


# What a column of an imported plan is called on the page.
COLUMNS: dict[str, Any] = {
    "day": _("Day"),
    "time": _("Time"),
    "text": _("Text"),
    "text_latin": _("Latin text"),
    "channels": _("Channels"),
    "category": _("Kind of content"),
    "title": _("Working title"),
    "link": _("Link"),
    "campaign": _("Campaign"),
}


@register.filter
def column(name: str) -> str:
    return str(COLUMNS[name])


@register.filter
def typed(row: Row, problem: Problem) -> str:
    """What stands in the cell, where seeing it helps: not a whole text, and not what was understood."""
    is_puzzling = problem.stops or problem.column in ("category", "campaign")
    return row.cells.get(problem.column, "") if is_puzzling and not problem.column.startswith("text") else ""


@register.filter
def kind(category: str) -> str:
    return str(Category(category).label)
