"""Plain text from the HTML of a post, with links written out in full."""

from html.parser import HTMLParser

BREAKS = frozenset({"br"})
BLOCKS = frozenset({"p", "div", "li", "blockquote", "h1", "h2", "h3"})


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.parts.append("\n")
        elif tag in BLOCKS and self.parts:
            self.parts.append("\n\n")
        elif tag == "a" and not _is_mention_or_tag(dict(attrs)):
            self.link = dict(attrs).get("href") or ""
            self.parts.append(self.link)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.link = None

    def handle_data(self, data: str) -> None:
        # The visible text of a link is shortened by the server; its address is what was written.
        if not self.link:
            self.parts.append(data)


def _is_mention_or_tag(attributes: dict[str, str | None]) -> bool:
    names = (attributes.get("class") or "").split()
    return "mention" in names or "hashtag" in names or attributes.get("rel") == "tag"


def plain(html: str) -> str:
    """The text of `html`: paragraphs apart by an empty line, addresses in full."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).strip()
