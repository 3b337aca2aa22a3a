"""What is wrong with a page as it is laid out, by the geometry of the browser: pages that scroll sideways, words that
are cut off, texts that lie on each other."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.test import Client

# Text spacing of WCAG 1.4.12, as a style sheet of the reader.
SPACING = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-block-end: 2em !important }
"""
# A laptop and a telephone.
SIZES = ((1366, 657), (390, 844))
ORIGIN = "https://portal.example/"
FAULTS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def faults(page: Any) -> list[list[str]]:
    """Of the page as it is shown: each [kind, what, …]; kinds are sideways, clipped, overlap."""
    result: list[list[str]] = page.evaluate(FAULTS)
    return result


def widths(page: Any, html: str) -> list[str]:
    """At which `SIZES` the page is wider than the window, and by what. `html`: as a test client received it; styles and
    fonts are the portal's, and no script runs. `page`: one that `without_server` prepared."""
    page.goto(ORIGIN)
    page.set_content(html)
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {', '.join(what)}" for kind, *what in faults(page) if kind == "sideways"]
    return found


def without_server(page: Any) -> None:
    """Styles and fonts come from a test client, and nothing else does."""
    client = Client()

    @cache
    def file(path: str) -> dict[str, Any]:
        answer = client.get(f"/{path}")
        return {"body": answer.getvalue(), "content_type": answer["Content-Type"], "status": answer.status_code}

    def serve(route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if route.request.resource_type in ("stylesheet", "font"):
            route.fulfill(**file(path))
        elif path:
            route.abort()
        else:
            route.fulfill(body="", content_type="text/html")

    page.route("**/*", serve)


def space_out(page: Any) -> None:
    """The text spacing of WCAG 1.4.12, as a style sheet of the reader's."""
    page.evaluate(
        """(rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        }""",
        SPACING,
    )


def lengthened(page: Any, by: float = 0.4) -> None:
    """All texts of the page longer by this part, as another language might be."""
    page.evaluate(
        """(by) => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const nodes = [];
          while (walker.nextNode()) nodes.push(walker.currentNode);
          for (const node of nodes) {
            const text = node.data.trim();
            if (!/\\p{L}{2}/u.test(text) || node.parentElement.closest('script, style, template, textarea')) continue;
            const more = [];
            for (const word of text.split(/\\s+/)) {
              if (more.join(' ').length >= text.length * by) break;
              more.push(word);
            }
            node.data = `${node.data.trimEnd()} ${more.join(' ')}`;
          }
        }""",
        by,
    )
