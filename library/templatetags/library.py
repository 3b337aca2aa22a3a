"""Template tags of the library's pages: `{% load library %}{% library_tabs "library_snippets" %}`."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.markup import NOTHING
from municipalities.rules import Verb
from municipalities.tabs import Page, tabs
from posts.editing.placeholders import parts
from serbian.scripts import Script, detect

register = template.Library()
MARKED = '<mark class="gap-mark">{}</mark>'


PAGES = (
    Page("library", _("Templates"), Verb.LIBRARY_VIEW, "files"),
    Page("kits", _("Campaign kits"), Verb.LIBRARY_VIEW, "layers"),
    Page("good_practice", _("Good practice"), Verb.GALLERY_VIEW, "lightbulb"),
    Page("library_snippets", _("Snippets"), Verb.LIBRARY_VIEW, "quote"),
    Page("library_hashtags", _("Hashtags"), Verb.LIBRARY_VIEW, "hash"),
    Page("library_pictures", _("Pictures and video"), Verb.LIBRARY_VIEW, "images"),
    Page("gallery", _("Gallery"), Verb.GALLERY_VIEW, "users"),
)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def library_tabs(context: Context, current: str) -> dict[str, Any]:
    """The pages of the library that the reader may open; `current` is a url name."""
    return {"items": tabs(context["request"], PAGES, current), "label": _("Library")}


@register.filter
def with_gaps(text: str) -> SafeString:
    """The text with its `{{gaps}}` marked, so that none is overlooked."""
    pieces = (format_html(MARKED if is_gap else "{}", part) for part, is_gap in parts(text))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def lang(text: str) -> SafeString:
    """` lang="sr-Cyrl"` for Cyrillic text, so that screen readers read it correctly on a page in Latin or English.

    Latin is left to the page: it may be one of several languages.
    """
    return format_html(' lang="{}"', "sr-Cyrl") if detect(text) == Script.CYRILLIC else NOTHING
