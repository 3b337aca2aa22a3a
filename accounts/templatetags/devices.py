"""`{% load devices %}{{ session.user_agent|device }}`: "Firefox, Windows" instead of the whole header."""

import re

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# Order matters: most browsers also name those they descend from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """Browser and system by name; "Unknown browser" for neither."""
    names = [_named(user_agent, BROWSERS), _named(user_agent, SYSTEMS)]
    return ", ".join(name for name in names if name) or _("Unknown browser")


def _named(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in known if re.search(pattern, user_agent)), "")
