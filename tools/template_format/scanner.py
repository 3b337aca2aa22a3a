"""Scanner of templates: content, markup of tags, quoted values, and parts that are never changed."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from common.template_source import SPACE, UNTOUCHED_ELEMENTS, UNTOUCHED_TAGS

TOKEN = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")

_CONTENT = re.compile(r"\{[%{#]|<(?=[/a-zA-Z!])")
_MARKUP = re.compile(r"\{[%{#]|[\"'>]")
_VALUE = {quote: re.compile(r"\{[%{#]|" + quote) for quote in "\"'"}
_NAME = re.compile(r"<(/?[a-zA-Z][\w-]*)")
_TAG_NAME = re.compile(r"\{%\s*(\w+)")


class Place(Enum):
    """The context of a part of a template."""

    CONTENT = "between the tags of elements"
    MARKUP = "in the tag of an element, outside of quotes"
    VALUE = "in the quotes of an attribute"
    UNTOUCHED = "where whitespace is never changed"


class Part(NamedTuple):
    """A piece of a template's source; all of them together are the source again."""

    place: Place
    text: str
    is_token: bool = False  # {% … %}, {{ … }} or {# … #}

    @property
    def is_variable(self) -> bool:
        return self.is_token and self.text.startswith("{{") and self.text != SPACE


def tag_name(token: str) -> str:
    """`if` of `{% if … %}`, "" of anything else."""
    match = _TAG_NAME.match(token)
    return match[1] if match else ""


class Scanner:
    """Needs no Django, so that formatting starts quickly."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.place = Place.CONTENT
        self.quote = ""
        self.element = ""  # the name in the tag that is being read, "/" before a closing one's

    def parts(self) -> Iterator[Part]:
        start = 0
        while match := self._pattern().search(self.source, self.position):
            begin = self.position = match.start()
            token = TOKEN.match(self.source, begin) if match[0][0] == "{" else None
            if match[0][0] == "{" and not token:
                self.position = match.end()
                continue
            if token:
                if begin > start:
                    yield Part(self.place, self.source[start:begin])
                yield self._token(token[0])
                start = self.position
                continue
            before = self.place
            end = self._delimiter(match[0])
            cut = begin if before is Place.CONTENT else end
            if cut > start:
                yield Part(before, self.source[start:cut])
            start = cut
            if untouched := self._untouched(before, start):
                yield untouched
                start = self.position
        if start < len(self.source):
            yield Part(self.place, self.source[start:])

    def _pattern(self) -> re.Pattern[str]:
        if self.place is Place.CONTENT:
            return _CONTENT
        return _MARKUP if self.place is Place.MARKUP else _VALUE[self.quote]

    def _token(self, text: str) -> Part:
        name = tag_name(text)
        if name not in UNTOUCHED_TAGS:
            self.position += len(text)
            return Part(self.place, text, is_token=True)
        end = re.compile(r"\{%\s*end" + name + r"\b.*?%\}").search(self.source, self.position)
        begin, self.position = self.position, end.end() if end else len(self.source)
        return Part(Place.UNTOUCHED, self.source[begin : self.position])

    def _delimiter(self, delimiter: str) -> int:
        """Changes the place at `<`, `>` or a quote. Returns where the part that it ends or begins is cut."""
        if delimiter == "<":
            name = _NAME.match(self.source, self.position)
            self.element = name[1].lower() if name else ""
            self.place = Place.MARKUP
            self.position += 1
        elif delimiter == ">":
            self.place = Place.CONTENT
            self.position += 1
        elif self.place is Place.VALUE:
            self.place = Place.MARKUP
            self.position += 1
            return self.position - 1
        else:
            self.place, self.quote = Place.VALUE, delimiter
            self.position += 1
        return self.position

    def _untouched(self, before: Place, start: int) -> Part | None:
        """Copies verbatim what follows: an HTML comment, or the content of an element of `UNTOUCHED_ELEMENTS`."""
        end = -1
        if before is Place.CONTENT and self.source.startswith("<!--", start):
            end = self.source.find("-->", start) + 3
            self.place = Place.CONTENT
        elif before is Place.MARKUP and self.place is Place.CONTENT and self.element in UNTOUCHED_ELEMENTS:
            close = re.compile("</" + self.element + r"\b", re.IGNORECASE).search(self.source, start)
            end = close.start() if close else len(self.source)
        if end <= start:
            return None
        self.position = end
        return Part(Place.UNTOUCHED, self.source[start:end])
