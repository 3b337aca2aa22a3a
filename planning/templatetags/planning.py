"""The tabs of the calendar and the pages of planning, and the texts of an imported plan's rows."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb
from municipalities.tabs import Page, Tab, tabs
from planning.domain.imports import PlanRow, RowProblem
from posts.enums import Category

register = template.Library()


PAGES = (
    Page("calendar", _("Calendar"), Verb.POST_VIEW, "calendar"),
    Page("campaigns", _("Campaigns"), Verb.LIBRARY_VIEW, "flag"),
    Page("slots", _("Usual times"), Verb.LIBRARY_VIEW, "clock"),
    Page("recurrences", _("Repeating posts"), Verb.LIBRARY_VIEW, "repeat-2"),
    Page("plan_import", _("Import a plan"), Verb.POST_EDIT, "upload"),
    Page("feed", _("Calendar link"), Verb.POST_VIEW, "link"),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def planning_tabs(context: Any, here: str) -> dict[str, Any]:
    """`here` is the url name of the open page."""
    return {"items": tabs(context["request"], PAGES, here), "label": _("Planning")}


@register.simple_tag(takes_context=True)
def planning_pages(context: Any) -> list[Tab]:
    """The same pages for a menu on the calendar."""
    return tabs(context["request"], PAGES, "calendar")


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
    "pictures": _("Pictures"),
}


@register.filter
def column(name: str) -> str:
    return str(COLUMNS[name])


@register.filter
def typed(row: PlanRow, problem: RowProblem) -> str:
    """The content of the cell, if it helps to show it: not for whole texts and valid values."""
    is_puzzling = problem.stops or problem.column in ("category", "campaign")
    return row.cells.get(problem.column, "") if is_puzzling and not problem.column.startswith("text") else ""


@register.filter
def kind(category: str) -> str:
    return str(Category(category).label)
