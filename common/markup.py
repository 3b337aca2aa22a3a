"""The only module that turns text into markup: everything else gets markup from here or from Django's `format_html`.

Markup is a `SafeString`; templates print it as it is, and escape every other value. So there is no `|safe` in a
template and no `mark_safe` in any other module (tests/architecture/test_markup.py). Patterns are literals of the
source; untrusted input is passed as a value and escaped.
"""

import json
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NOTHING = SafeString("")


# As `django.utils.html.json_script` escapes them.
IN_SCRIPT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def json_in_script(value: Any) -> SafeString:
    """JSON for the inside of a script element, which no text in it can end."""
    return SafeString(json.dumps(value, ensure_ascii=False).translate(IN_SCRIPT))


def html(pattern: str, *values: object) -> SafeString:
    """`pattern` with each `{}` filled in: as `format_html`, in a third of its time, for pages of thousands of elements.

    The pattern is a literal in the source. Values that are not markup are escaped, also for attributes in quotes.
    """
    return SafeString(pattern.format(*[_escaped(value) for value in values]))


def joined(parts: Iterable[object]) -> SafeString:
    """Parts one after the other; a part that is not markup is escaped."""
    return SafeString("".join([_escaped(part) for part in parts]))


def rewritten(markup: SafeString, rewrite: Callable[[str], str]) -> SafeString:
    """Markup that a function of ours made from other markup, e.g. with an attribute added to each cell.

    Raises `TypeError` for text that nobody escaped.
    """
    if not isinstance(markup, SafeString):
        raise TypeError(f"Only markup can be rewritten, not {type(markup).__name__}.")
    return SafeString(rewrite(markup))


def coordinate(value: float) -> SafeString:
    """A length or a place in a drawing, with one decimal at most."""
    short = f"{value:.1f}".rstrip("0").rstrip(".")
    return SafeString("0" if short == "-0" else short)


def _escaped(value: object) -> str:
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[return-value]
    if kind is str:
        return escape(value)  # type: ignore[arg-type]
    return str(value) if kind is int else conditional_escape(value)  # type: ignore[arg-type]
