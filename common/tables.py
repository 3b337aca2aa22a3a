"""Tables whose rows become blocks with labelled cells on narrow screens."""

import re

from django.utils.html import strip_tags

HEADING = re.compile(r"<th\b[^<>]*>((?:(?!<th\b|</th>).)*+)</th>", re.DOTALL)
CELL = re.compile(r"<(tr|th|td)\b")


def named(markup: str) -> str:
    """A table's `<thead>…<tbody>…` with each cell's heading as its `data-label`, for `attr()` in a style.

    Cells are paired with headings by their place: no cell spans columns.
    """
    head, end, body = markup.partition("</thead>")
    names = [" ".join(strip_tags(heading).split()).replace('"', "&quot;") for heading in HEADING.findall(head)]
    column = 0

    def name(cell: re.Match[str]) -> str:
        nonlocal column
        column = 0 if cell[1] == "tr" else column + 1
        return f'<td data-label="{names[column - 1]}"' if cell[1] == "td" and column <= len(names) else cell[0]

    return f"{head}{end}{CELL.sub(name, body)}"
