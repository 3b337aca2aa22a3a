"""What an attacker writes into a name, and what a page may contain of it: text, and no element of its own."""

from __future__ import annotations

from html.parser import HTMLParser

INVITATION = (
    "<script src=/static/django_htmx/htmx-2.js></script>"
    "<i hx-post=/m/cuprija/members/invite/ hx-trigger=load hx-swap=none "
    'hx-vals=\'{"email":"evil@attacker.example","role":"approver","language":"en"}\'></i>'
)


class Elements(HTMLParser):
    """Start tags of a page in order, each with its attributes, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def foreign(html: str) -> list[tuple[str, dict[str, str]]]:
    """Elements that could act and that no page of ours has: an `hx-` attribute without our mark, a script without a
    nonce, a handler in an attribute."""
    return [
        (tag, attributes)
        for tag, attributes in Elements(html).tags
        if (any(name.startswith(("hx-", "data-hx-")) for name in attributes) and "data-htmx" not in attributes)
        or (tag == "script" and "nonce" not in attributes and attributes.get("type") != "application/json")
        or any(name.startswith("on") for name in attributes)
    ]
