"""Small things the practice network's templates print: `{% load practice %}`."""

from typing import Any

import regex

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from practice import text
from practice.models import Account, Status

register = template.Library()


@register.filter
def words(typed: str) -> SafeString:
    """What somebody wrote, as safe HTML."""
    return text.to_html(typed)


@register.filter
def language(status: Status) -> str:
    """Language tag with script: by it the font picks Serbian letterforms and a screen reader its voice."""
    script = "Cyrl" if regex.search(r"\p{Cyrillic}", status.text) else "Latn"
    known = status.language.partition("-")[0].lower() or "sr"
    return f"{known}-{script}" if known.isascii() and known.isalpha() else f"sr-{script}"


@register.filter
def initials(account: Account) -> str:
    bare = regex.sub(r"\(.*?\)", "", account.display_name)
    parts = regex.findall(r"[\p{L}\p{N}]+", bare)
    return "".join(part[0] for part in parts[:2]).upper() or "?"


@register.simple_tag
def face(account: Account, size: str = "") -> SafeString:
    """Initials in the account's colour; decoration, the name stands beside it."""
    css = f"face face-{account.hue} face-{account.kind} {size}".strip()
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials(account))


@register.filter
def short(count: Any) -> str:
    """1234 as "1.2k" would be English; thousands are written out, a nought is nothing."""
    from common.numbers import number

    return number(count) if count else ""
