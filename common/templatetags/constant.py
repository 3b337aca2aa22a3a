"""Tags and filters of Django that do their work once where the result is always the same.

A builtin library after Django's own, so that templates use them by Django's names, and write nothing else: a
translated literal depends on the language alone, an address on its arguments, and most texts are short enough.
"""

import unicodedata
from typing import Any

from django import template
from django.template import Node, defaultfilters, defaulttags
from django.template.base import Parser, Token, TokenType
from django.template.context import Context
from django.templatetags import i18n
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from common.addresses import address

register = template.Library()


class OncePerLanguage(Node):
    """What depends on the language alone: rendered once in each, then put into the page, or into `variable`."""

    child_nodelists = ()

    def __init__(self, node: Node, variable: str | None) -> None:
        """`variable`: the one that `node` sets, if it prints nothing."""
        self.node = node
        self.variable = variable
        self.texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        text = self.texts.get(language)
        if text is None:
            text = self.node.render(context)
            if self.variable:
                text = context[self.variable]
            self.texts[language] = text
        if self.variable:
            context[self.variable] = text
            return ""
        return text


def _is_literal(text: str) -> bool:
    return len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] and text[0] not in text[1:-1]


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "Save" %}` and `{% translate "Save" as label %}` once per language; as Django's with all else."""
    node = i18n.do_translate(parser, token)
    _name, text, *options = token.split_contents()
    if _is_literal(text) and (not options or (len(options) == 2 and options[0] == "as")):
        return OncePerLanguage(node, node.asvar)
    return node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    """A block without variables once per language; as Django's with variables."""
    node = i18n.do_block_translate(parser, token)
    options = [option for option in token.split_contents()[1:] if option != "trimmed"]
    is_literal = all(part.token_type == TokenType.TEXT for part in node.singular)
    if is_literal and (not options or options == ["asvar", node.asvar]):
        return OncePerLanguage(node, node.asvar)
    return node


class Address(Node):
    """The node of `url` with positional arguments, by `common.addresses`."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self.node = node

    def render(self, context: Context) -> str:
        variable = self.node.asvar
        args = [arg.resolve(context) for arg in self.node.args]
        try:
            path = address(self.node.view_name.resolve(context), *args)
        except NoReverseMatch:
            if variable is None:
                raise
            path = ""
        if variable:
            context[variable] = path
            return ""
        return conditional_escape(path) if context.autoescape else path


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """`{% url "post" slug pk %}` looked up once; as Django's with keywords. No name of ours has a namespace."""
    node = defaulttags.url(parser, token)
    return node if node.kwargs else Address(node)


@register.filter
def truncatechars(value: Any, length: Any) -> str:
    """As Django's, which walks through a text even if it is short enough. Markup stays markup."""
    text = str(value)
    if isinstance(length, int) and 0 < len(text) <= length and unicodedata.is_normalized("NFC", text):
        return text
    return defaultfilters.truncatechars(text, length)
