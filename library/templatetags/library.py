"""Tags of the library's pages: `{% load library %}{% library_tabs "library_snippets" %}`."""

from typing import Any, NamedTuple

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb
from posts.placeholders import parts
from serbian.scripts import Script, detect

register = template.Library()
MARKED = '<mark class="gap-mark">{}</mark>'


class Tab(NamedTuple):
    label: str | Promise
    url: str
    current: bool
    icon: str = ""


# One line for each page that stands beside the others: its url name, what it is called, its icon, who may open it.
TABS: tuple[tuple[str, Any, str, Verb], ...] = (
    ("library", _("Templates"), "files", Verb.LIBRARY_VIEW),
    ("kits", _("Campaign kits"), "layers", Verb.LIBRARY_VIEW),
    ("good_practice", _("Good practice"), "lightbulb", Verb.GALLERY_VIEW),
    ("library_snippets", _("Snippets"), "quote", Verb.LIBRARY_VIEW),
    ("library_hashtags", _("Hashtags"), "hash", Verb.LIBRARY_VIEW),
    ("library_pictures", _("Pictures and video"), "images", Verb.LIBRARY_VIEW),
    ("gallery", _("Gallery"), "users", Verb.GALLERY_VIEW),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def library_tabs(context: Context, current: str) -> dict[str, Any]:
    """The pages of the library that the reader may open; `current` is a url name."""
    request = context["request"]
    items = [
        Tab(label, reverse(name, args=[request.municipality.slug]), name == current, icon)
        for name, label, icon, verb in TABS
        if request.access.may(verb)
    ]
    return {"items": items, "label": _("Library")}


@register.filter
def with_gaps(text: str) -> SafeString:
    """The text with its `{{gaps}}` marked, so that nobody overlooks one."""
    pieces = (format_html(MARKED if is_gap else "{}", part) for part, is_gap in parts(text))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def lang(words: str) -> SafeString:
    """` lang="sr-Cyrl"` for words in Cyrillic, so that they are read aloud right on a page in Latin or English.

    Latin is left to the page: it may be one of several languages.
    """
    return format_html(' lang="{}"', "sr-Cyrl") if detect(words) == Script.CYRILLIC else SafeString("")
