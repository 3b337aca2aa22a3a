"""The text of an HTML mail. Nothing of it is loaded; what a reader would not see is left out as far as simple.

The time grows with the length of the HTML alone, however its tags are nested: pieces of a line are joined once, open
tags are counted by name.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

MOST_HTML = 300_000
MOST_DEPTH = 400
MOST_ADDRESS = 500
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "select", "textarea"})
BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section"}
)
HIDDEN = re.compile(r"display:none|visibility:hidden|font-size:0(?![.\d])|opacity:0(?![.\d])|mso-hide:all")


@dataclass
class _Line:
    """`depth` of quotation; `pieces` of its text, none of them empty."""

    depth: int
    pieces: list[str] = field(default_factory=list)


class _Text(HTMLParser):
    """`link` is the address of the open link, and where its text begins: (address, line, piece)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.open_by_name: Counter[str] = Counter()
        self.hidden = self.quoted = 0
        self.lines = [_Line(0)]
        self.link: tuple[str, int, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in VOID:
            if tag in ("br", "hr") and not self.hidden:
                self._break()
            return
        if len(self.open) >= MOST_DEPTH:
            return
        is_hidden = tag in SKIPPED or _is_hidden(attributes)
        self.open.append((tag, is_hidden))
        self.open_by_name[tag] += 1
        self.hidden += is_hidden
        if tag == "blockquote":
            self.quoted += 1
        if tag in BLOCKS and not self.hidden:
            self._break(paragraph=tag == "p")
        if tag == "a" and not self.hidden:
            self.link = (attributes.get("href", "").strip(), len(self.lines) - 1, len(self.lines[-1].pieces))

    def handle_endtag(self, tag: str) -> None:
        if not self.open_by_name[tag]:
            return
        while self.open:
            name, was_hidden = self.open.pop()
            self.open_by_name[name] -= 1
            if name == "blockquote":
                self.quoted -= 1
            if name == "a":
                self._end_link()
            if name in BLOCKS and not self.hidden:
                self._break(paragraph=name == "p")
            self.hidden -= was_hidden
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        words = " ".join(data.split())
        lead = " " if data[:1].isspace() else ""
        trail = " " if data[-1:].isspace() and words else ""
        self._write(f"{lead}{words}{trail}")

    def _write(self, text: str) -> None:
        line = self.lines[-1]
        if not line.pieces:
            line.depth, text = self.quoted, text.lstrip()
        if text:
            line.pieces.append(text)

    def _break(self, *, paragraph: bool = False) -> None:
        if self.lines[-1].pieces or (paragraph and len(self.lines) > 1 and self.lines[-2].pieces):
            self.lines.append(_Line(self.quoted))

    def _end_link(self) -> None:
        address, first, piece = self.link or ("", 0, 0)
        self.link = None
        if self.hidden or not address.lower().startswith(("https://", "http://")) or len(address) > MOST_ADDRESS:
            return
        begun, *more = self.lines[first:]
        written = "".join([*begun.pieces[piece:], *(text for line in more for text in line.pieces)])
        if address.rstrip("/") not in written:
            self._write(f" ({address})")


def _is_hidden(attributes: dict[str, str]) -> bool:
    style = "".join(attributes.get("style", "")[:2000].lower().split())
    return "hidden" in attributes or bool(HIDDEN.search(style))


def text_of(html: str) -> str:
    """Quotations are marked by "> " as in plain mails; a link's address follows its text. Reads `MOST_HTML` letters."""
    parser = _Text()
    parser.feed(html[:MOST_HTML])
    parser.close()
    lines = [(line.depth, "".join(line.pieces).strip()) for line in parser.lines]
    return "\n".join(("> " * min(depth, 3)) + text if text else "" for depth, text in lines).strip()
