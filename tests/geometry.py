"""What is wrong with a page as it is laid out, by the geometry of the browser: pages that scroll sideways, words that
are cut off, texts that lie on each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# Text spacing of WCAG 1.4.12, as a style sheet of the reader.
SPACING = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-block-end: 2em !important }
"""
FAULTS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def faults(page: Any) -> list[list[str]]:
    """Of the page as it is shown: each [kind, what, …]; kinds are sideways, clipped, overlap."""
    result: list[list[str]] = page.evaluate(FAULTS)
    return result


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
