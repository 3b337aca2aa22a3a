"""Styles of the CSS classes of a drawing, for standalone files; the light colours are those of tokens.css."""

from collections.abc import Mapping
from dataclasses import dataclass

# The letters of the pages where a machine has them, else what it is likely to have. A name that ends in a digit is
# only valid in quotes.
FONT = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"

DASHES = {2: "7 4", 3: "2 4", 4: "10 4 2 4", 5: "4 3", 6: "1 3"}


@dataclass(frozen=True)
class Theme:
    """One theme's colours; `of` turns classes into SVG attributes."""

    paper: str
    ink: str
    ink_2: str
    ink_3: str
    line: str
    line_strong: str
    line_control: str
    sunken: str
    series: tuple[str, ...]
    shades: tuple[str, ...]

    def attributes_of(self, css: frozenset[str]) -> dict[str, str]:
        found_attributes: dict[str, str] = {}
        for name, attributes in self._table().items():
            if name in css:
                found_attributes |= attributes
        for number, colour in enumerate(self.series, 1):
            if f"series-{number}" in css:
                found_attributes |= self._coloured(css, colour, DASHES.get(number, ""))
        if "series-muted" in css:
            found_attributes |= self._coloured(css, self.line_control, "5 4")
        for number, shade in enumerate(self.shades):
            if f"heat-{number}" in css:
                found_attributes["fill"] = shade
            if f"chart-on-{number}" in css:
                found_attributes["fill"] = self.on(number)
        return found_attributes

    def on(self, shade: int) -> str:
        """What is written on a shade: ink on the light half, paper on the dark half."""
        return self.ink if shade <= 3 else self.paper

    def text_attributes(self, kind: str) -> dict[str, str]:
        size, weight, fill = {
            "title": ("18", "600", self.ink),
            "formula": ("13", "400", self.ink_3),
            "legend": ("13", "400", self.ink_2),
            "source": ("12", "400", self.ink_3),
        }[kind]
        return {"font-family": FONT, "font-size": size, "font-weight": weight, "fill": fill}

    def _coloured(self, css: frozenset[str], colour: str, dash: str) -> dict[str, str]:
        if "chart-line" in css or "chart-tick" in css:
            dashed = {"stroke-dasharray": dash} if dash and "chart-line" in css else {}
            return {"stroke": colour, **dashed}
        return {"fill": colour}

    def _table(self) -> Mapping[str, dict[str, str]]:
        """In the order in which one wins over the other, the last one first in rank."""
        return {
            "chart-text": {"font-family": FONT, "font-size": "12.5", "fill": self.ink_3},
            "chart-tile-name": {"font-size": "11"},
            "chart-tile-value": {"font-size": "14", "font-weight": "600"},
            "chart-text-value": {"fill": self.ink_2},
            # A halo keeps letters readable on lines.
            "chart-text-over": {"paint-order": "stroke", "stroke": self.paper, "stroke-width": "3"},
            "chart-text-event": {"fill": self.ink_2},
            "chart-text-strong": {"fill": self.ink, "font-weight": "600"},
            "chart-end": {"text-anchor": "end"},
            "chart-middle": {"text-anchor": "middle"},
            "chart-grid": {"stroke": self.line, "stroke-width": "1"},
            "chart-axis": {"stroke": self.line_control, "stroke-width": "1"},
            "chart-line": {
                "fill": "none", "stroke": self.series[0], "stroke-width": "2",
                "stroke-linecap": "round", "stroke-linejoin": "round",
            },
            "chart-tick": {"fill": "none", "stroke-width": "2.5"},
            "chart-halo": {"fill": "none", "stroke": self.paper, "stroke-width": "5"},
            "chart-target": {"stroke": self.ink_2, "stroke-width": "1.5", "stroke-dasharray": "2 4"},
            "chart-event": {"stroke": self.line_control, "stroke-width": "1", "fill": "none"},
            "chart-break": {"stroke": self.ink_2, "stroke-width": "1"},
            "chart-leader": {"stroke": self.line_strong, "stroke-width": "1", "fill": "none"},
            "chart-gap": {"fill": self.sunken},
            "chart-hatch": {"stroke": self.line_strong, "stroke-width": "1"},
            "chart-dot": {"stroke": self.paper, "stroke-width": "1.5"},
            "chart-part": {"stroke": self.paper, "stroke-width": "1"},
            "chart-bar-other": {"fill-opacity": "0.55"},
            "chart-before": {"fill": self.paper, "stroke": self.ink_2, "stroke-width": "2"},
            "chart-between": {"stroke": self.line_control, "stroke-width": "2"},
            "chart-track": {"fill": self.sunken, "stroke": self.line},
            "chart-goal": {"stroke": self.ink, "stroke-width": "3"},
            "chart-baseline": {"stroke": self.ink_2, "stroke-width": "1.5"},
            "chart-milestone": {"stroke": self.line_control, "stroke-width": "1.5"},
            "chart-outline": {"fill": "none", "stroke": self.ink, "stroke-width": "2"},
            "chart-empty": {"fill": "none", "stroke": self.line_strong, "stroke-dasharray": "3 3"},
        }  # fmt: skip


THEMES = {
    "light": Theme(
        paper="#fffefb", ink="#211d18", ink_2="#564f45", ink_3="#675f54",
        line="#e4ded2", line_strong="#cfc7b8", line_control="#8b8274", sunken="#f5f2eb",
        series=("#1f5a8f", "#b3701a", "#3d7a4b", "#7d4a90", "#217a82", "#6d665b"),
        shades=("#f1ede4", "#d3e0ea", "#a4c2da", "#6b9ac2", "#356f9f", "#184a75"),
    ),
    # Greys that stay apart on a copier.
    "print": Theme(
        paper="#ffffff", ink="#000000", ink_2="#222222", ink_3="#333333",
        line="#dddddd", line_strong="#999999", line_control="#666666", sunken="#ffffff",
        series=("#1a1a1a", "#8c8c8c", "#4d4d4d", "#bdbdbd", "#6e6e6e", "#d9d9d9"),
        shades=("#f7f7f7", "#dedede", "#bdbdbd", "#8f8f8f", "#5c5c5c", "#2b2b2b"),
    ),
}  # fmt: skip
