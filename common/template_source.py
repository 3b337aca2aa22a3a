"""Whitespace of templates: a line break and the indentation around it are formatting, a space on a line is content.

The rule, by which `common.template_loader` compiles our templates and `tools/template_format` formats them (ADR 24):

- a line break between two words, or between words and `{{ variables }}`, is one space;
- a line break next to an element's tag, a `{% tag %}` or a `{# comment #}` is nothing;
- between attributes it is one space; before the `>` of a tag, and before an `{% if %}` that a space follows, nothing;
- a space at the end of a line is written `{{ " " }}`.

Nothing changes in `<pre>`, `<textarea>`, `<script>`, `<style>`, `{% verbatim %}`, `{% comment %}` and
`{% blocktranslate %}`.
"""

import re

SPACE = '{{ " " }}'
UNTOUCHED_ELEMENTS = {"pre", "textarea", "script", "style"}
UNTOUCHED_TAGS = {"blocktranslate", "blocktrans", "verbatim", "comment"}

# Python's \s also takes the no-break space, which is content.
_BREAK = r"(?P<line_break>(?<![ \t\r\f])[ \t\r\f]*+\n[ \t\r\n\f]*+)"
# Django takes everything up to the first end; that nothing begins inside keeps this linear.
_DJANGO = r"\{\{(?:(?!\{\{|\}\}).)*+\}\}|\{%(?:(?!\{%|%\}).)*+%\}|\{#(?:(?!\{#|#\}).)*+#\}"
_VALUE = rf"\"(?:[^\"{{]++|{_DJANGO}|\{{)*+\"|'(?:[^'{{]++|{_DJANGO}|\{{)*+'"
_POINT = re.compile(
    r"(?P<note><!--)"
    rf"|(?P<element><[/!a-zA-Z](?:[^\"'{{<>]++|{_VALUE}|{_DJANGO}|\{{)*+>)"
    rf"|{_BREAK}"
    rf"|(?P<block>\{{%\s*+(?:{'|'.join(sorted(UNTOUCHED_TAGS))})\b)"
    rf"|(?P<space>{re.escape(SPACE)})"
)
_IN_TAG = re.compile(rf"(?P<value>{_VALUE})|{_DJANGO}|{_BREAK}")
_BRANCH_WITH_SPACE = re.compile(r"\{%\s*+(?:if|elif|else|endif)\b(?:(?!\{%|%\}).)*+%\}[ \t\r\n]")
_NAME = re.compile(r"\w+")
_EXTENDS = re.compile(r"\{%\s*+extends\b")
_ENDS = {
    **{name: re.compile(rf"\{{%\s*+end{name}\b") for name in UNTOUCHED_TAGS},
    **{name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in UNTOUCHED_ELEMENTS},
    "<!--": re.compile("-->"),
}
_MAY_BEGIN_UNTOUCHED = {"note", "element", "block"}


def trimmed(source: str, *, keep_lines: bool = False) -> str:
    """The template without its formatting.

    `keep_lines`: what is left out is put into `{% comment %}`, so that an error names the line of the file.
    """
    # No other tag may stand before {% extends %}.
    extends = _EXTENDS.search(source) if keep_lines else None
    return _Trim(source, keep_lines=keep_lines, keep_as_is_until=extends.start() if extends else 0).text()


class _Trim:
    def __init__(self, source: str, *, keep_lines: bool, keep_as_is_until: int) -> None:
        self.source = source
        self.keep_lines = keep_lines
        self.keep_as_is_until = keep_as_is_until
        self.after_tag = 0  # where the last tag of an element ended

    def text(self) -> str:
        source, written, copied, at = self.source, [], 0, 0
        while match := _POINT.search(source, at):
            start, at = match.span()
            instead = None
            if match.lastgroup == "line_break":
                instead = self._break(start, at)
            elif match.lastgroup == "space":
                instead = " "
            elif match.lastgroup == "element":
                self.after_tag = at
                instead = self._tag(match[0], start) if "\n" in match[0] else None
            if instead is not None:
                written += [source[copied:start], instead]
                copied = at
            if match.lastgroup in _MAY_BEGIN_UNTOUCHED:
                at = self._after_untouched(match[0], at)
        return "".join([*written, source[copied:]])

    def _after_untouched(self, opening: str, at: int) -> int:
        """Where to go on: after what is not touched, if that begins here."""
        name = opening if opening == "<!--" else _NAME.search(opening)[0].lower()  # type: ignore[index]
        if name not in _ENDS or opening.startswith("</"):
            return at
        end = _ENDS[name].search(self.source, at)
        return end.start() if end else len(self.source)

    def _break(self, start: int, end: int) -> str:
        """What a line break between the tags of elements becomes: a space between words and variables."""
        source = self.source
        before = start > 0 and start != self.after_tag and not source.endswith(("%}", "#}", SPACE), 0, start)
        after = end < len(source) and not source.startswith(("{%", "{#", SPACE), end)
        if after and source[end] == "<":
            after = not (source[end + 1 : end + 2].isalpha() or source[end + 1 : end + 2] in {"/", "!"})
        return self._kept_lines(source[start:end], start) + (" " if before and after else "")

    def _kept_lines(self, formatting: str, at: int) -> str:
        if not self.keep_lines:
            return ""
        return formatting if at < self.keep_as_is_until else "{% comment %}" + formatting + "{% endcomment %}"

    def _tag(self, tag: str, at: int) -> str:
        """The tag of an element, its attributes on one line."""

        def one(match: re.Match[str]) -> str:
            begin = at + match.start()
            if match.lastgroup == "value":
                text = match[0]
                inner = _Trim(text[1:-1], keep_lines=self.keep_lines, keep_as_is_until=self.keep_as_is_until - begin)
                return text[0] + inner.text() + text[-1]
            if match.lastgroup == "line_break":
                is_none = tag.startswith((">", "/>"), match.end()) or _BRANCH_WITH_SPACE.match(tag, match.end())
                return self._kept_lines(match[0], begin) + ("" if is_none else " ")
            return match[0]

        return _IN_TAG.sub(one, tag)
