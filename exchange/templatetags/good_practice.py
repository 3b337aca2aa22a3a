"""Template tags of good practice: `{% load good_practice %}`."""

from collections.abc import Mapping, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common import languages
from exchange.enums import Purpose
from exchange.rules import ICONS
from kits.models import in_interface_script
from posts.editing.placeholders import parts
from serbian.folding import fold

register = template.Library()
MARKED = '<mark class="gap-mark">{}</mark>'


@register.filter
def filled_in(text: str, gaps: Sequence[Mapping[str, str]]) -> SafeString:
    """A text of an example in the reader's script, with the example value of each gap inserted and marked."""
    examples = {fold(gap["name"]): gap["example"] or gap["label"] for gap in gaps}
    pieces = (
        format_html(MARKED, in_interface_script(examples.get(fold(part), part)))
        if is_gap
        else format_html("{}", in_interface_script(part))
        for part, is_gap in parts(text)
    )
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.simple_tag
def reader_tag() -> str:
    """The language and script in which a Cyrillic text is shown."""
    return "sr-Latn" if languages.current().text_variant == languages.LATIN else "sr-Cyrl"


@register.simple_tag
def purpose_icon(purpose: str) -> str:
    return ICONS.get(Purpose(purpose), "star") if purpose in Purpose.values else "star"
